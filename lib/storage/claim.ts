import { type AccessMode } from '../core/cluster';
import { type Capacity } from '../core/quantity';
import { type StorageClassReference } from './storage-class';

/** A PersistentVolumeClaim that pods can mount. */
export interface Claim {
  /** Name of the claim. */
  readonly claimName: string;
  /** Namespace of the claim. */
  readonly namespace: string;
  /** How many nodes may mount it, and how. */
  readonly accessMode: AccessMode;
  /** Size that was asked for, where it is known here. */
  readonly size?: Capacity;
  /** Class of the volume; none where it is the default class, or not known here. */
  readonly storageClass?: StorageClassReference;
}

/** Training data: one claim per path to it. A job mounts all of them, the first at `/mnt/mount_0`. */
export interface Dataset {
  /** The claims, in mount order. */
  readonly claims: readonly Claim[];
}

/** A claim that is in the cluster already; declare it in `cluster.existing` too. */
export class ExistingClaim implements Claim, Dataset {
  /** The claim itself: a dataset with one path. */
  public readonly claims: readonly Claim[] = [this];

  constructor(public readonly namespace: string, public readonly claimName: string, public readonly accessMode: AccessMode) {}
}
