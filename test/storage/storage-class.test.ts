import { App, Chart } from 'cdk8s';
import { type FlexVolStorageClassProps } from '../../lib';
import { flexGroupClass, flexVolClass, nas } from './storage-support';
import { build } from '../support';

const PATH = '[test/20-layer/vol-class]';

describe('what both kinds of class share', () => {
  test('a class is pinned to its backends by whole names; volumes would be made on other storage VMs', () => {
    const built = build(layer => { flexVolClass(layer, { backends: [nas(layer), nas(layer, { name: 'nas2' })] }); });
    expect(built.problems).toEqual([]);
    expect(built.one('StorageClass').parameters).toEqual({ backendType: 'ontap-nas', storagePools: 'nas:.*;nas2:.*' });
  });

  test('a class for any backend names none; an empty list of pools would match nothing', () => {
    expect(build(layer => { flexVolClass(layer); }).one('StorageClass').parameters).toEqual({ backendType: 'ontap-nas' });
  });

  test('what is not asked for is not written', () => {
    const manifest = build(layer => { flexVolClass(layer); }).one('StorageClass');
    expect(Object.keys(manifest).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'parameters', 'provisioner', 'reclaimPolicy']);
    expect(manifest.metadata.annotations).toBeUndefined();
    expect(manifest).toMatchObject({ apiVersion: 'storage.k8s.io/v1', provisioner: 'csi.trident.netapp.io', reclaimPolicy: 'Retain' });
  });

  test('a class without backends is refused; no claim of it would ever be served', () => {
    expect(build(layer => { flexVolClass(layer, { backends: [] }); }).problems).toContain(`${PATH} \`backends\` is empty: the class would match no backend. List at least one, or write \`any\`.`);
  });

  test.each<[string, Record<string, string>, string]>([
    ['a label that no pool has', { speed: 'high' }, 'speed=high'],
    ['a value that no pool has', { tier: 'bronze' }, 'tier=bronze'],
    ['labels of two pools at once', { tier: 'gold', room: 'two' }, 'tier=gold and room=two'],
  ])('a selector with %s is refused; claims would stay pending', (_, selector, words) => {
    const pools = [{ labels: { tier: 'gold', room: 'one' } }, { labels: { tier: 'silver', room: 'two' } }];
    expect(build(layer => { flexVolClass(layer, { backends: [nas(layer, { pools })], selector }); }).problems).toEqual([
      `${PATH} \`selector\` asks for ${words}: no backend of the class has a pool with that, so no claim would ever be served. Add it to \`labels\` of a pool, or correct it.`,
    ]);
  });

  test('a selector may use a label of the backend itself, and of any backend of the class', () => {
    const built = build(layer => {
      flexVolClass(layer, { backends: [nas(layer), nas(layer, { name: 'nas2', labels: { site: 'lab' }, pools: [{ labels: { tier: 'gold' } }] })], selector: { site: 'lab', tier: 'gold' } });
    });
    expect(built.problems).toEqual([]);
    expect(built.one('StorageClass').parameters.selector).toBe('site=lab; tier=gold');
  });

  test('a selector that Trident cannot read is refused; it would ignore the whole class', () => {
    expect(build(layer => { flexVolClass(layer, { selector: { 'netapp.io/tier': 'gold' } }); }).problems).toContain(
      `${PATH} \`selector\` has "netapp.io/tier=gold": Trident selectors know letters, digits, "_" and "-" only. Rename the label of the pool.`);
    expect(build(layer => { flexVolClass(layer, { selector: { tier: 'a;b' } }); }).problems).toEqual([
      `${PATH} \`selector\` has "tier=a;b": Trident selectors know letters, digits, "_" and "-" only. Rename the label of the pool.`,
    ]);
  });

  test('classes can be read by other constructs, without parsing what is written', () => {
    build(layer => {
      const backend = nas(layer);
      const nfs = { nconnect: 4 };
      expect(flexVolClass(layer, { backends: [backend], nfs, reclaimPolicy: 'Delete' })).toMatchObject({ className: 'vol-class', backends: [backend], nfs, reclaimPolicy: 'Delete' });
      expect(flexGroupClass(layer)).toMatchObject({ className: 'fg-class', backends: [], nfs: undefined, reclaimPolicy: 'Retain' });
    });
  });

  test('a class can stand in an app of another kind; it then only lacks the checks between objects', () => {
    const chart = new Chart(new App(), 'chart');
    flexVolClass(chart);
    expect(chart.toJson()).toMatchObject([{ kind: 'StorageClass', provisioner: 'csi.trident.netapp.io' }]);
  });

  test('the provisioner and raw parameters are no props; a class of netapp.io/trident does not compile', () => {
    build(layer => {
      // @ts-expect-error always csi.trident.netapp.io
      flexVolClass(layer, { provisioner: 'netapp.io/trident' });
    });
    // @ts-expect-error Trident ignores a class with a parameter that it does not know
    const props: Partial<FlexVolStorageClassProps> = { parameters: { storagePools: 'nas' } };
    expect(props).toBeDefined();
  });
});
