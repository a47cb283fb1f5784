import { ApiObject, JsonPatch } from 'cdk8s';
import { FlexGroupStorageClass, type FlexGroupStorageClassProps, VolumeClaim } from '../../lib';
import { flexGroupClass, flexGroups, nas, NO_DEFAULT_CLASS } from './storage-support';
import { build } from '../support';

describe('FlexGroupStorageClass', () => {
  test('every prop arrives', () => {
    const built = build(layer => {
      const props: Required<FlexGroupStorageClassProps> = {
        name: 'fg-class', backends: [flexGroups(layer, { labels: { tier: 'gold' } })], nfs: { transport: 'rdma', maxConnect: 4 }, selector: { tier: 'gold' }, reclaimPolicy: 'Delete',
        allowVolumeExpansion: true, volumeBindingMode: 'WaitForFirstConsumer', minimumVolumeSize: '2Ti',
      };
      expect(new FlexGroupStorageClass(layer, 'fg-class', props)).toMatchObject({ minimumVolumeSize: '2Ti', volumeKind: 'FlexGroup' });
    });
    expect(built.problems).toEqual([]);
    expect(built.one('StorageClass')).toMatchObject({
      metadata: { name: 'fg-class' },
      provisioner: 'csi.trident.netapp.io',
      parameters: { backendType: 'ontap-nas-flexgroup', storagePools: 'fg:.*', selector: 'tier=gold' },
      mountOptions: ['vers=4.1', 'proto=rdma', 'max_connect=4', 'rsize=262144', 'wsize=262144'],
      reclaimPolicy: 'Delete', allowVolumeExpansion: true, volumeBindingMode: 'WaitForFirstConsumer',
    });
    expect(JSON.stringify(built.one('StorageClass'))).not.toContain('2Ti');
  });

  test('the smallest claim is 800Gi unless the array can do less', () => {
    const problems = (size: '799Gi' | '800Gi') => build(layer => {
      new VolumeClaim(layer, 'claim', { name: 'data', namespace: 'team', size, storageClass: flexGroupClass(layer) });
    }).problems;
    expect(problems('799Gi')).toHaveLength(1);
    expect(problems('800Gi')).toEqual([]);
  });

  test('a smallest size that is none is refused; every claim would pass', () => {
    expect(build(layer => { flexGroupClass(layer, { minimumVolumeSize: '-1Gi' }); }).problems).toEqual([
      '[test/20-layer/fg-class] `minimumVolumeSize` is -1Gi: not a size. Write for example 800Gi.',
    ]);
  });

  test('it cannot be the default class: that does not compile, and a patch that does it is refused; small claims of every product would hang', () => {
    const built = build(layer => {
      // @ts-expect-error a FlexGroup class has no isDefaultClass
      const storageClass = flexGroupClass(layer, { isDefaultClass: true });
      ApiObject.of(storageClass).addJsonPatch(JsonPatch.add('/metadata/annotations', { 'storageclass.kubernetes.io/is-default-class': 'true' }));
    }, { cluster: NO_DEFAULT_CLASS });
    expect(built.problems).toEqual([
      '[test/20-layer/fg-class] `storageclass.kubernetes.io/is-default-class` is true for a FlexGroup class: a FlexGroup has a large minimum size, and claims of a few gigabytes would hang. Make a FlexVol class the default.',
    ]);
  });

  test('isDefaultClass that slips past the compiler has no effect', () => {
    const built = build(layer => { flexGroupClass(layer, { isDefaultClass: true } as object); });
    expect(built.one('StorageClass').metadata.annotations).toBeUndefined();
  });

  test('a FlexVol backend does not compile; the class would match none of its pools', () => {
    build(layer => {
      // @ts-expect-error its driver is another
      flexGroupClass(layer, { backends: [nas(layer)] });
    });
  });
});
