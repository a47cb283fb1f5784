import { type Construct } from 'constructs';
import { check } from '../core/problems';
import { type Capacity, parseQuantity } from '../core/quantity';
import { type OntapNasFlexGroupBackend } from './ontap-nas-flexgroup-backend';
import { type StorageClassProps, TridentStorageClass } from './storage-class';

export interface FlexGroupStorageClassProps extends StorageClassProps<OntapNasFlexGroupBackend> {
  /**
   * Smallest claim that is accepted at synth. ONTAP wants about 100 GB per constituent and makes eight of them on a node; a smaller
   * claim hangs or is made larger than asked for. Lower it if your array makes smaller FlexGroups.
   * @default 800Gi
   */
  readonly minimumVolumeSize?: Capacity;
}

/**
 * A StorageClass whose volumes are FlexGroups, for training data. It cannot be the default class of a cluster: products that provision
 * from that ask for a few gigabytes.
 */
export class FlexGroupStorageClass extends TridentStorageClass<OntapNasFlexGroupBackend> {
  /** Volumes of this class are FlexGroups. */
  public readonly volumeKind = 'FlexGroup';
  /** Smallest claim that is accepted at synth. */
  public readonly minimumVolumeSize: Capacity;

  constructor(scope: Construct, id: string, props: FlexGroupStorageClassProps) {
    super(scope, id, props, { driver: 'ontap-nas-flexgroup' });
    this.minimumVolumeSize = props.minimumVolumeSize ?? '800Gi';
    check(this, parseQuantity(this.minimumVolumeSize) !== undefined, () =>
      `\`minimumVolumeSize\` is ${this.minimumVolumeSize}: not a size. Write for example 800Gi.`);
  }
}
