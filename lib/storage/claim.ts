import { type AccessMode } from '../core/cluster';

/** A PersistentVolumeClaim that pods can mount. */
export interface Claim {
  readonly claimName: string;
  readonly namespace: string;
  readonly accessMode: AccessMode;
}

/** Training data: one claim per path to it. A job mounts all of them, the first at `/mnt/mount_0`. */
export interface Dataset {
  readonly claims: readonly Claim[];
}

/** A claim that is in the cluster already; declare it in `cluster.existing` too. */
export class ExistingClaim implements Claim, Dataset {
  public readonly claims: readonly Claim[] = [this];

  constructor(public readonly namespace: string, public readonly claimName: string, public readonly accessMode: AccessMode) {}
}
