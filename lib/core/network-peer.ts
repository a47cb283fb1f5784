/** Pods that other pods talk to, as a NetworkPolicy names them. A product that is talked to can be handed over as one. */
export interface NetworkPeer {
  /** Namespace of the pods. */
  readonly namespace: string;
  /** Labels of the pods. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Port of the container. A Service and a NodePort may have another number; policies see the container's. */
  readonly port: number;
}
