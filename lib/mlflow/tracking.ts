import { type NetworkPeer } from '../core/network-peer';

/** A tracking server, as its clients see it. */
export interface TrackingServer extends NetworkPeer {
  /** Address inside the cluster, for `MLFLOW_TRACKING_URI`. */
  readonly trackingUri: string;
  /** Whether clients need a login. */
  readonly requiresLogin: boolean;
}
