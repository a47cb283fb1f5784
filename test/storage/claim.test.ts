import { type Claim, ExistingClaim, VolumeAccess, VolumeClone, VolumeSnapshot, VolumeSnapshotClass } from '../../lib';
import { build } from '../support';

/** A claim as NfsDataset, SharedVolume and an unmanaged ImportedDataset make them. */
const export1: Claim = { claimName: 'images', namespace: 'team', accessMode: 'ReadOnlyMany', unmanaged: 'an NFS export' };
const SENTENCE = 'is claim images, an NFS export: Trident makes snapshots and clones of volumes that it manages only. Use a VolumeClaim, or data imported with `managed: true`.';

test('snapshots, clones and rights of a volume that Trident does not manage are refused; they would fail in the cluster only', () => {
  const { problems } = build(layer => {
    const snapshotClass = new VolumeSnapshotClass(layer, 'class', {});
    new VolumeSnapshot(layer, 'snapshot', { name: 'snapshot', source: export1, snapshotClass });
    new VolumeClone(layer, 'clone', { name: 'clone', source: export1 as never, size: '1Gi' });
    new VolumeAccess(layer, 'access', { name: 'access', claims: [export1], right: 'snapshot', serviceAccount: { namespace: 'team', name: 'default' } });
  });
  expect(problems.filter(problem => problem.includes('manages only'))).toEqual([
    `[test/20-layer/snapshot] \`source\` ${SENTENCE}`, `[test/20-layer/clone] \`source\` ${SENTENCE}`, `[test/20-layer/access] \`claims\` ${SENTENCE}`,
  ]);
});

test('an existing claim is taken to be managed; otherwise nobody could snapshot one', () => {
  const { problems } = build(layer => {
    new VolumeAccess(layer, 'access', { name: 'access', claims: [new ExistingClaim('team', 'data', 'ReadWriteMany')], right: 'clone', serviceAccount: { namespace: 'team', name: 'default' } });
  });
  expect(problems).toEqual([]);
});
