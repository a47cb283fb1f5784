import { Construct } from 'constructs';
import { addObject } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { TRIDENT_PROVISIONER } from './provisioner';

/** What a snapshot class is made with. */
export interface VolumeSnapshotClassProps {
  /**
   * Name of the class; the NetApp DataOps Toolkit looks for this default.
   * @default csi-snapclass
   */
  readonly name?: string;
  /**
   * Whether deleting a VolumeSnapshot deletes the snapshot on the array.
   * @default Delete
   */
  readonly deletionPolicy?: 'Delete' | 'Retain';
}

/** The class that snapshots of Trident volumes are taken with. */
export class VolumeSnapshotClass extends Construct {
  /** Name of the class. */
  public readonly className: string;

  constructor(scope: Construct, id: string, props: VolumeSnapshotClassProps = {}) {
    super(scope, id);
    this.className = props.name ?? 'csi-snapclass';
    declarePrerequisite(this, {
      area: 'Cluster',
      what: 'CSI snapshot controller and its custom resource definitions (snapshot.storage.k8s.io/v1)',
      commands: ['kubectl get crd volumesnapshots.snapshot.storage.k8s.io volumesnapshotclasses.snapshot.storage.k8s.io volumesnapshotcontents.snapshot.storage.k8s.io'],
    });
    addObject(this, 'Resource', { name: 'trident', instance: this.className, component: 'snapshot-class', partOf: 'storage' }, {
      apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshotClass',
      metadata: { name: this.className },
      driver: TRIDENT_PROVISIONER,
      deletionPolicy: props.deletionPolicy ?? 'Delete',
    });
  }
}
