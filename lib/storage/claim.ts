import { type IConstruct } from 'constructs';
import { type AccessMode } from '../core/cluster';
import { check } from '../core/problems';
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
  /** What the volume is, where Trident does not manage it and so takes no snapshots and makes no clones of it; absent where it does. */
  readonly unmanaged?: string;
}

/** Checks that Trident manages the volume of a claim that is to be snapshotted or cloned; `key` is the prop that holds it. Source: Trident, backend.go. */
export function checkManaged(scope: IConstruct, key: string, { claimName, unmanaged }: Claim): void {
  check(scope, unmanaged === undefined, () =>
    `\`${key}\` is claim ${claimName}, ${unmanaged}: Trident makes snapshots and clones of volumes that it manages only. Use a VolumeClaim, or data imported with \`managed: true\`.`);
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
