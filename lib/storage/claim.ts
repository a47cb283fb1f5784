import { type AccessMode } from '../core/cluster';
import { type Capacity } from '../core/quantity';
import { type StorageClassReference } from './storage-class';

/** A PersistentVolumeClaim that pods can mount. */
export interface Claim {
  readonly claimName: string;
  readonly namespace: string;
  readonly accessMode: AccessMode;
  /** Size that was asked for, where it is known here. */
  readonly size?: Capacity;
  /** Class of the volume; none where it is the default class, or not known here. */
  readonly storageClass?: StorageClassReference;
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
