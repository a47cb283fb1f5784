import { VolumeSnapshotClass, type VolumeSnapshotClassProps } from '../../lib';
import { build } from '../support';

describe('VolumeSnapshotClass', () => {
  test('every prop arrives', () => {
    const props: Required<VolumeSnapshotClassProps> = { name: 'keep', deletionPolicy: 'Retain' };
    const built = build(layer => { expect(new VolumeSnapshotClass(layer, 'class', props).className).toBe('keep'); });
    expect(built.problems).toEqual([]);
    expect(built.one('VolumeSnapshotClass')).toMatchObject({
      apiVersion: 'snapshot.storage.k8s.io/v1', metadata: { name: 'keep' }, driver: 'csi.trident.netapp.io', deletionPolicy: 'Retain',
    });
  });

  test('without props it is the class that the DataOps Toolkit looks for, and is not namespaced', () => {
    const manifest = build(layer => { new VolumeSnapshotClass(layer, 'class'); }).one('VolumeSnapshotClass');
    expect(Object.keys(manifest).sort()).toEqual(['apiVersion', 'deletionPolicy', 'driver', 'kind', 'metadata']);
    expect(manifest).toMatchObject({ metadata: { name: 'csi-snapclass' }, deletionPolicy: 'Delete' });
    expect(manifest.metadata.namespace).toBeUndefined();
  });

  test('the snapshot controller is a prerequisite; without it no snapshot is ever taken', () => {
    const [, need] = build(layer => { new VolumeSnapshotClass(layer, 'class'); }).app.prerequisites();
    expect(need).toMatchObject({
      area: 'Cluster', what: 'CSI snapshot controller and its custom resource definitions (snapshot.storage.k8s.io/v1)',
      commands: ['kubectl get crd volumesnapshots.snapshot.storage.k8s.io volumesnapshotclasses.snapshot.storage.k8s.io volumesnapshotcontents.snapshot.storage.k8s.io'],
    });
  });
});
