import { type Construct } from 'constructs';
import { type AccessMode } from '../core/cluster';
import { check } from '../core/problems';
import { type Capacity, parseQuantity } from '../core/quantity';
import { checkManaged } from './claim';
import { type StorageClassReference } from './storage-class';
import { VolumeClaim } from './volume-claim';
import { ExistingSnapshot, VolumeSnapshot } from './volume-snapshot';

/** What a clone is made with. */
export interface VolumeCloneProps {
  /** Name of the clone's claim. It is made in the namespace of its source. */
  readonly name: string;
  /** Claim as it is now, or a snapshot of one. */
  readonly source: VolumeClaim | VolumeSnapshot | ExistingSnapshot;
  /**
   * Size to ask for; not less than the source has.
   * @default - that of the source
   */
  readonly size?: Capacity;
  /**
   * Class of the source. Trident clones within one class only, so it is needed, and allowed, only where it is not known here: for a snapshot of an
   * ExistingClaim.
   * @default - that of the source
   */
  readonly storageClass?: StorageClassReference;
  /**
   * How many nodes may mount it, and how.
   * @default ReadWriteMany
   */
  readonly accessMode?: AccessMode;
  /** Other namespaces that may mount the clone, each with a SharedVolume. @default - none */
  readonly shareWith?: readonly string[];
}

/** A near-instant, writable copy of a volume (FlexClone): it shares the blocks of its source until they change. */
export class VolumeClone extends VolumeClaim {
  constructor(scope: Construct, id: string, props: VolumeCloneProps) {
    const { source } = props;
    const ofSnapshot = source instanceof VolumeSnapshot || source instanceof ExistingSnapshot;
    const original = ofSnapshot ? source.source : source;
    const size = props.size ?? original.size;
    const storageClass = props.storageClass ?? original.storageClass;
    super(scope, id, {
      name: props.name,
      namespace: original.namespace,
      size: size ?? '1Gi',
      accessMode: props.accessMode,
      storageClass,
      shareWith: props.shareWith,
    }, {
      component: 'clone',
      existingData: true,
      dataSource: ofSnapshot
        ? { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: source.snapshotName }
        : { kind: 'PersistentVolumeClaim', name: source.claimName },
    });
    if (!(source instanceof VolumeSnapshot)) checkManaged(this, 'source', original);
    check(this, size !== undefined, () =>
      `\`size\` is missing: the size of ${original.claimName} is not known here. Give the size of its volume.`);
    check(this, original.size === undefined || (parseQuantity(this.size) ?? 0) >= (parseQuantity(original.size) ?? 0), () =>
      `\`size\` is ${this.size}: a clone cannot be smaller than its source ${original.claimName}, ${original.size}. Ask for at least that, or leave \`size\` out.`);
    check(this, original.size !== undefined || props.storageClass !== undefined, () =>
      `\`storageClass\` is missing: the class of ${original.claimName} is not known here, and Trident clones within one class only. Give the class of its volume.`);
    check(this, original.size === undefined || storageClass?.className === original.storageClass?.className, () =>
      `\`storageClass\` is ${storageClass?.className}: Trident clones within one class only, and ${original.claimName} has ${original.storageClass?.className ?? 'the default class'}. Leave it out.`);
  }
}
