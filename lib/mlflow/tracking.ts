/** A tracking server, as its clients see it. */
export interface TrackingServer {
  /** Address inside the cluster, for `MLFLOW_TRACKING_URI`. */
  readonly trackingUri: string;
  /** Namespace of its pods. */
  readonly namespace: string;
  /** Labels of its pods, for NetworkPolicies of those who call it. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Port of its pods, for NetworkPolicies: these see it, and not the port of the Service. */
  readonly podPort: number;
  /** Whether clients need a login. */
  readonly requiresLogin: boolean;
}
