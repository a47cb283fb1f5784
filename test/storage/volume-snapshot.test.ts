import { ExistingClaim, VolumeClaim, VolumeSnapshot, VolumeSnapshotClass, type VolumeSnapshotProps } from '../../lib';
import { build } from '../support';

describe('VolumeSnapshot', () => {
  test('every prop arrives, and the snapshot is in the namespace of its claim; it could not see the claim from elsewhere', () => {
    const built = build(layer => {
      const props: Required<VolumeSnapshotProps> = {
        name: 'data-1', source: new VolumeClaim(layer, 'claim', { name: 'data', namespace: 'team', size: '1Ti' }), snapshotClass: new VolumeSnapshotClass(layer, 'class', { name: 'keep' }),
      };
      expect(new VolumeSnapshot(layer, 'snapshot', props)).toMatchObject({ snapshotName: 'data-1', source: props.source });
    });
    expect(built.problems).toEqual([]);
    const { apiVersion, metadata, spec } = built.one('VolumeSnapshot');
    expect(apiVersion).toBe('snapshot.storage.k8s.io/v1');
    expect(metadata).toMatchObject({ name: 'data-1', namespace: 'team' });
    expect(spec).toEqual({ volumeSnapshotClassName: 'keep', source: { persistentVolumeClaimName: 'data' } });
  });

  test('a snapshot of a claim that nobody makes is refused; it would never be ready', () => {
    const built = build(layer => {
      new VolumeSnapshot(layer, 'snapshot', { name: 's', source: new ExistingClaim('team', 'gone', 'ReadWriteMany'), snapshotClass: new VolumeSnapshotClass(layer, 'class') });
    });
    expect(built.problems).toEqual([
      '[test/20-layer/snapshot] `spec.source.persistentVolumeClaimName` is gone: no PersistentVolumeClaim team/gone is made in this environment or declared as existing. Make it, correct the name, or add it to `cluster.existing`.',
    ]);
  });
});
