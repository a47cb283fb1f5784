import { type Chart } from 'cdk8s';
import fc from 'fast-check';
import {
  type Claim, type Cluster, ExistingClaim, ImportedDataset, VolumeClaim, VolumeClone, type VolumeCloneProps, VolumeSnapshot, VolumeSnapshotClass,
} from '../../lib';
import { build, type Built, CLUSTER } from '../support';
import { flexGroupClass, flexGroups, flexVolClass } from './storage-support';

const PATH = '[test/20-layer/clone]';
const EXISTING: Cluster = {
  ...CLUSTER,
  existing: [...CLUSTER.existing ?? [], { kind: 'PersistentVolumeClaim', namespace: 'team', name: 'old' }, { kind: 'StorageClass', name: 'old-class', accessModes: ['ReadWriteMany'] }],
};
const dataClaim = (layer: Chart, size: VolumeCloneProps['size'] & string = '1Ti') =>
  new VolumeClaim(layer, 'claim', { name: 'data', namespace: 'team', size, storageClass: flexGroupClass(layer, { minimumVolumeSize: '1Mi' }) });
const snapshotOf = (layer: Chart, source: Claim) => new VolumeSnapshot(layer, 'snapshot', { name: 'data-1', source, snapshotClass: new VolumeSnapshotClass(layer, 'class') });
const clone = (source: (layer: Chart) => VolumeCloneProps['source'], props: Partial<VolumeCloneProps> = {}): Built =>
  build(layer => { new VolumeClone(layer, 'clone', { name: 'copy', source: source(layer), ...props }); }, { cluster: EXISTING });

describe('VolumeClone', () => {
  test('every prop arrives, for a clone of a claim', () => {
    const built = build(layer => {
      const source = dataClaim(layer);
      const props: Required<VolumeCloneProps> = { name: 'copy', source, size: '2Ti', accessMode: 'ReadWriteOnce', storageClass: source.storageClass!, shareWith: ['vision'] };
      expect(new VolumeClone(layer, 'clone', props)).toMatchObject({ claimName: 'copy', namespace: 'team', size: '2Ti', accessMode: 'ReadWriteOnce' });
    });
    expect(built.problems).toEqual([]);
    const { metadata, spec } = built.one('PersistentVolumeClaim', 'copy');
    expect(metadata).toMatchObject({
      name: 'copy', namespace: 'team', annotations: { 'trident.netapp.io/shareToNamespace': 'vision' }, labels: { 'app.kubernetes.io/component': 'clone' },
    });
    expect(spec).toEqual({
      accessModes: ['ReadWriteOnce'], storageClassName: 'fg-class', resources: { requests: { storage: '2Ti' } }, dataSource: { kind: 'PersistentVolumeClaim', name: 'data' },
    });
  });

  test('a clone of a claim has its size, class and namespace; Trident refuses another class', () => {
    const built = clone(dataClaim);
    expect(built.problems).toEqual([]);
    const { metadata, spec } = built.one('PersistentVolumeClaim', 'copy');
    expect(metadata.namespace).toBe('team');
    expect(spec).toMatchObject({ accessModes: ['ReadWriteMany'], storageClassName: 'fg-class', resources: { requests: { storage: '1Ti' } } });
  });

  test('a clone of a snapshot names the snapshot and its API group; without the group the API server drops the source', () => {
    const built = clone(layer => snapshotOf(layer, dataClaim(layer)));
    expect(built.problems).toEqual([]);
    expect(built.one('PersistentVolumeClaim', 'copy').spec).toEqual({
      accessModes: ['ReadWriteMany'], storageClassName: 'fg-class', resources: { requests: { storage: '1Ti' } },
      dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'data-1' },
    });
  });

  test('a clone of a snapshot of an imported dataset has the class and the size of the dataset; with the default class Trident would refuse it', () => {
    const built = clone(layer => {
      const backend = flexGroups(layer);
      const storageClass = flexGroupClass(layer, { backends: [backend] });
      const dataset = new ImportedDataset(layer, 'dataset', { volume: 'images', size: '10Ti', namespace: 'team', paths: [{ lif: 'iface1', backend, storageClass }], managed: true });
      return snapshotOf(layer, dataset.claims[0]!);
    });
    expect(built.problems).toEqual([]);
    expect(built.one('PersistentVolumeClaim', 'copy').spec).toMatchObject({ storageClassName: 'fg-class', resources: { requests: { storage: '10Ti' } } });
  });

  test('a clone smaller than its source is refused; the claim would stay pending', () => {
    expect(clone(dataClaim, { size: '500Gi' }).problems).toEqual([
      `${PATH} \`size\` is 500Gi: a clone cannot be smaller than its source data, 1Ti. Ask for at least that, or leave \`size\` out.`,
    ]);
    expect(clone(layer => snapshotOf(layer, dataClaim(layer)), { size: '500Gi' }).problems).toHaveLength(1);
  });

  test('a clone is refused exactly if it is smaller than its source, in whatever units', () => {
    const units = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
    const size = fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.constantFrom('Mi', 'Gi', 'Ti'));
    const bytes = ([number, unit]: [number, 'Mi' | 'Gi' | 'Ti']) => number * units[unit];
    fc.assert(fc.property(size, size, (asked, original) => {
      const { problems } = clone(layer => dataClaim(layer, `${original[0]}${original[1]}`), { size: `${asked[0]}${asked[1]}` });
      expect(problems.length === 0).toBe(bytes(asked) >= bytes(original));
    }));
  });

  test('the minimum of a FlexGroup class does not hold for a clone; the source has the size already', () => {
    const built = clone(layer => new VolumeClaim(layer, 'claim', { name: 'data', namespace: 'team', size: '1Gi', storageClass: flexGroupClass(layer) }));
    expect(built.problems.filter(line => line.startsWith(PATH))).toEqual([]);
  });

  test('another class than that of the source is refused; Trident clones within one class only', () => {
    expect(clone(dataClaim, { storageClass: { className: 'old-class' } }).problems).toEqual([
      `${PATH} \`storageClass\` is old-class: Trident clones within one class only, and data has fg-class. Leave it out.`,
    ]);
    expect(clone(layer => new VolumeClaim(layer, 'claim', { name: 'data', namespace: 'team', size: '1Ti' }), { storageClass: { className: 'old-class' } }).problems).toEqual([
      `${PATH} \`storageClass\` is old-class: Trident clones within one class only, and data has the default class. Leave it out.`,
    ]);
  });

  test('for a snapshot of an existing claim, size and class must be given; nothing here knows them', () => {
    const ofOld = (layer: Chart) => snapshotOf(layer, new ExistingClaim('team', 'old', 'ReadWriteMany'));
    expect(clone(ofOld).problems).toEqual([
      `${PATH} \`size\` is missing: the size of old is not known here. Give the size of its volume.`,
      `${PATH} \`storageClass\` is missing: the class of old is not known here, and Trident clones within one class only. Give the class of its volume.`,
    ]);
    const built = clone(ofOld, { size: '1Ti', storageClass: { className: 'old-class' } });
    expect(built.problems).toEqual([]);
    expect(built.one('PersistentVolumeClaim', 'copy').spec).toMatchObject({ storageClassName: 'old-class', resources: { requests: { storage: '1Ti' } } });
  });

  test('a name, or a claim that is only known by name, does not compile as a source', () => {
    build(layer => {
      // @ts-expect-error a construct, so that it is sure to be made
      new VolumeClone(layer, 'by-name', { name: 'copy', source: 'data' });
    });
    build(layer => {
      // @ts-expect-error size and class are not known; clone a snapshot of it
      new VolumeClone(layer, 'by-existing', { name: 'copy', source: new ExistingClaim('team', 'old', 'ReadWriteMany') });
    });
    build(layer => {
      // @ts-expect-error a clone is in the namespace of its source
      new VolumeClone(layer, 'elsewhere', { name: 'copy', source: new VolumeClaim(layer, 'c', { name: 'c', namespace: 'team', size: '1Ti', storageClass: flexVolClass(layer) }), namespace: 'other' });
    });
  });
});
