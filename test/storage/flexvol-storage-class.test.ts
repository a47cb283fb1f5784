import { FlexVolStorageClass, type FlexVolStorageClassProps } from '../../lib';
import { flexGroups, flexVolClass, nas, NO_DEFAULT_CLASS } from './storage-support';
import { build } from '../support';

describe('FlexVolStorageClass', () => {
  test('every prop arrives', () => {
    const built = build(layer => {
      const props: Required<FlexVolStorageClassProps> = {
        name: 'vol-class', backends: [nas(layer, { labels: { tier: 'gold' } })], nfs: { nconnect: 4 }, selector: { tier: 'gold' }, reclaimPolicy: 'Delete',
        allowVolumeExpansion: true, volumeBindingMode: 'WaitForFirstConsumer', isDefaultClass: true,
      };
      expect(new FlexVolStorageClass(layer, 'vol-class', props)).toMatchObject({ isDefaultClass: true, volumeKind: 'FlexVol' });
    }, { cluster: NO_DEFAULT_CLASS });
    expect(built.problems).toEqual([]);
    expect(built.one('StorageClass')).toMatchObject({
      metadata: { name: 'vol-class', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' }, labels: { 'app.kubernetes.io/component': 'storage-class', 'app.kubernetes.io/instance': 'vol-class' } },
      provisioner: 'csi.trident.netapp.io',
      parameters: { backendType: 'ontap-nas', storagePools: 'nas:.*', selector: 'tier=gold' },
      mountOptions: ['vers=4.1', 'nconnect=4', 'rsize=262144', 'wsize=262144'],
      reclaimPolicy: 'Delete', allowVolumeExpansion: true, volumeBindingMode: 'WaitForFirstConsumer',
    });
  });

  test('a class is not the default unless one says so; the cluster would have two', () => {
    const built = build(layer => { expect(flexVolClass(layer).isDefaultClass).toBe(false); });
    expect(built.one('StorageClass').metadata.annotations).toBeUndefined();
  });

  test('a second default class is refused; which one a claim gets would depend on its age', () => {
    expect(build(layer => { flexVolClass(layer, { isDefaultClass: true }); }).problems).toEqual([
      '[test/20-layer/vol-class] `isDefaultClass` is true for 2 classes (vol-class, the cluster\'s own): exactly one may be the default. Keep it on one of them.',
    ]);
  });

  test('a FlexGroup backend does not compile; the class would match none of its pools', () => {
    build(layer => {
      // @ts-expect-error its driver is another
      flexVolClass(layer, { backends: [flexGroups(layer)] });
    });
  });
});
