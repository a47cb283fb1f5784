import { Construct } from 'constructs';
import { addObject } from '../core/manifest-object';
import { checkManaged, type Claim } from './claim';
import { type VolumeSnapshotClass } from './volume-snapshot-class';

/** What a snapshot is made with. */
export interface VolumeSnapshotProps {
  /** Name of the snapshot. A new name is a new snapshot: the content of an existing one never changes. */
  readonly name: string;
  /** Claim whose volume is frozen; the snapshot is in its namespace. */
  readonly source: Claim;
  /** Class to take it with. */
  readonly snapshotClass: VolumeSnapshotClass;
}

/** A snapshot that is in the cluster already, for example of a run of a pipeline; declare it in `cluster.existing` too. */
export class ExistingSnapshot {
  constructor(public readonly source: Claim, public readonly snapshotName: string) {}
}

/** A near-instant, read-only copy of a volume as it was when the snapshot was first applied. */
export class VolumeSnapshot extends Construct implements ExistingSnapshot {
  /** Name of the VolumeSnapshot. */
  public readonly snapshotName: string;
  /** Claim whose volume is frozen. */
  public readonly source: Claim;

  constructor(scope: Construct, id: string, props: VolumeSnapshotProps) {
    super(scope, id);
    this.snapshotName = props.name;
    this.source = props.source;
    checkManaged(this, 'source', props.source);
    addObject(this, 'Resource', { name: 'volume', instance: props.name, component: 'snapshot', partOf: 'storage' }, {
      apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshot',
      metadata: { name: props.name, namespace: props.source.namespace },
      spec: {
        volumeSnapshotClassName: props.snapshotClass.className,
        source: { persistentVolumeClaimName: props.source.claimName },
      },
    });
  }
}
