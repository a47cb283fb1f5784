import { ExistingClaim } from '../../lib';
import { claimMount, claimVolume, mountDatasets } from '../../lib/storage/mounts';

const results = new ExistingClaim('team', 'results', 'ReadWriteMany');
const iface1 = new ExistingClaim('team', 'pb-fg-all-iface1', 'ReadOnlyMany');
const iface2 = new ExistingClaim('team', 'pb-fg-all-iface2', 'ReadOnlyMany');

test('a ReadOnlyMany claim is read-only in volume and mount; the access mode alone would let a pod write', () => {
  expect(claimVolume('data', iface1)).toEqual({ name: 'data', persistentVolumeClaim: { claimName: 'pb-fg-all-iface1', readOnly: true } });
  expect(claimMount('data', iface1, '/data')).toEqual({ name: 'data', mountPath: '/data', readOnly: true });
});

test('a writable claim is mounted read-only where that is asked for, and says nothing of it elsewhere', () => {
  expect(mountDatasets([{ dataset: results, mountPath: '/data', readOnly: true }])).toEqual({
    volumes: [{ name: 'results', persistentVolumeClaim: { claimName: 'results', readOnly: true } }],
    volumeMounts: [{ name: 'results', mountPath: '/data', readOnly: true }],
  });
  expect(mountDatasets([{ dataset: results, mountPath: '/data' }])).toEqual({
    volumes: [{ name: 'results', persistentVolumeClaim: { claimName: 'results' } }], volumeMounts: [{ name: 'results', mountPath: '/data' }],
  });
});

test('each data LIF of a dataset has a folder of its own; otherwise one mount hides the other', () => {
  expect(mountDatasets([{ dataset: { claims: [iface1, iface2] }, mountPath: '/mnt' }]).volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/mnt/mount_0', '/mnt/mount_1']);
});

test('a claim that is mounted twice is one volume; two of one name are refused by the API server', () => {
  const { volumes, volumeMounts } = mountDatasets([{ dataset: results, mountPath: '/in', readOnly: true }, { dataset: results, mountPath: '/out' }]);
  expect(volumes).toEqual([{ name: 'results', persistentVolumeClaim: { claimName: 'results' } }]);
  expect(volumeMounts).toEqual([{ name: 'results', mountPath: '/in', readOnly: true }, { name: 'results', mountPath: '/out' }]);
});

test('the name of a volume is a label although a claim name may be longer and have dots; otherwise the pod is refused', () => {
  const long = new ExistingClaim('team', `${'a'.repeat(62)}.data.set`, 'ReadWriteMany');
  expect(mountDatasets([{ dataset: long, mountPath: '/data' }]).volumes[0]!.name).toBe('a'.repeat(62));
});
