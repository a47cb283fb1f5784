import { ApiObject, type Chart, JsonPatch } from 'cdk8s';
import { type Construct } from 'constructs';
import { AIPodStorage, ImportedDataset, MirroredVolume, VolumeClaim, VolumeClone, VolumeSnapshot, VolumeSnapshotClass } from '../../lib';
import { build, trident } from '../support';
import { flexGroupClass, flexGroups, flexVolClass, nas, VM } from './storage-support';

const claim = (layer: Chart) => new VolumeClaim(layer, 'claim', { name: 'data', namespace: 'team', size: '1Ti' });
const snapshot = (layer: Chart) => new VolumeSnapshot(layer, 'snapshot', { name: 'data-1', source: claim(layer), snapshotClass: new VolumeSnapshotClass(layer, 'class') });

/** A manifest of a construct that has several. */
const apiObject = (construct: Construct, id: string): ApiObject => ApiObject.of(construct.node.findChild(id));

/** A construct of each kind, the kind of its manifest, and where a new field goes. */
const CONSTRUCTS: [string, (layer: Chart) => Construct, string, string][] = [
  ['OntapNasBackend', nas, 'TridentBackendConfig', '/spec'],
  ['OntapNasFlexGroupBackend', flexGroups, 'TridentBackendConfig', '/spec'],
  ['FlexVolStorageClass', flexVolClass, 'StorageClass', ''],
  ['FlexGroupStorageClass', flexGroupClass, 'StorageClass', ''],
  ['VolumeClaim', claim, 'PersistentVolumeClaim', '/spec'],
  ['VolumeSnapshotClass', layer => new VolumeSnapshotClass(layer, 'class'), 'VolumeSnapshotClass', ''],
  ['VolumeSnapshot', snapshot, 'VolumeSnapshot', '/spec'],
  ['AIPodStorage', layer => new AIPodStorage(layer, 'storage', { trident: trident(layer), ...VM, dataLifs: [{ name: 'a', address: '10.0.2.1' }] }).flexVolClass, 'StorageClass', ''],
];

describe('whatever the library does not know can still be written', () => {
  test.each(CONSTRUCTS)('a field that the schema of %s does not have reaches the manifest', (_, make, kind, place) => {
    const built = build(layer => {
      const object = ApiObject.of(make(layer));
      object.addJsonPatch(JsonPatch.add(`${place}/fieldOfTomorrow`, { deep: [1, 'two'] }), JsonPatch.add('/metadata/labels/team', 'vision'));
    });
    const patched = built.manifests.filter(manifest => manifest.kind === kind && manifest.metadata.labels.team === 'vision');
    expect(patched).toHaveLength(1);
    expect((place === '' ? patched[0] : patched[0].spec).fieldOfTomorrow).toEqual({ deep: [1, 'two'] });
  });

  test('a VolumeClone can be patched', () => {
    const built = build(layer => { ApiObject.of(new VolumeClone(layer, 'clone', { name: 'copy', source: claim(layer) })).addJsonPatch(JsonPatch.add('/spec/volumeMode', 'Block')); });
    expect(built.one('PersistentVolumeClaim', 'copy').spec.volumeMode).toBe('Block');
  });

  test('both objects of a MirroredVolume can be patched', () => {
    const built = build(layer => {
      const mirror = new MirroredVolume(layer, 'mirror', { name: 'copy', namespace: 'team', size: '1Ti', storageClass: flexVolClass(layer), source: { svm: 'remote', volume: 'v' } });
      ApiObject.of(mirror).addJsonPatch(JsonPatch.add('/spec/fieldOfTomorrow', 1));
      apiObject(mirror, 'Mirror').addJsonPatch(JsonPatch.add('/spec/volumeMappings/0/fieldOfTomorrow', 2));
    });
    expect(built.one('PersistentVolumeClaim').spec.fieldOfTomorrow).toBe(1);
    expect(built.one('TridentMirrorRelationship').spec.volumeMappings[0].fieldOfTomorrow).toBe(2);
  });

  test('the claim of each data LIF of an ImportedDataset can be patched', () => {
    const built = build(layer => {
      const backend = flexGroups(layer);
      const dataset = new ImportedDataset(layer, 'dataset', {
        volume: 'data', size: '1Ti', namespace: 'team', paths: [{ lif: 'iface1', backend, storageClass: flexGroupClass(layer) }], backendUuids: { iface1: '11111111-2222-3333-4444-555555555555' },
      });
      apiObject(dataset, 'iface1').addJsonPatch(JsonPatch.add('/metadata/annotations/owner', 'vision'));
    });
    expect(built.problems).toEqual([]);
    expect(built.one('PersistentVolumeClaim').metadata.annotations.owner).toBe('vision');
  });

  test('a patch may also take away what the library writes', () => {
    const built = build(layer => { ApiObject.of(nas(layer)).addJsonPatch(JsonPatch.remove('/spec/svm')); });
    expect(built.one('TridentBackendConfig').spec.svm).toBeUndefined();
  });
});
