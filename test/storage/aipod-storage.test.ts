import { type Chart, Duration } from 'cdk8s';
import { AIPodStorage, type AIPodStorageProps, type DataLif, type FlexGroupOptions, type FlexVolOptions, ImportedDataset, VolumeClaim } from '../../lib';
import { build, type Built, CLUSTER, trident } from '../support';
import { ALL_OPTIONS, needs, NO_DEFAULT_CLASS, VM } from './storage-support';

const ONE: DataLif[] = [{ name: 'iface1', address: '10.0.2.1' }];
const TWO: DataLif[] = [...ONE, { name: 'iface2', address: '10.0.2.2' }];
const PATH = '[test/20-layer/storage]';

const storage = (layer: Chart, props: Partial<AIPodStorageProps> = {}) => new AIPodStorage(layer, 'storage', { trident: trident(layer), ...VM, dataLifs: ONE, ...props });
const aipod = (props: Partial<AIPodStorageProps> = {}): Built => build(layer => { storage(layer, props); }, { cluster: NO_DEFAULT_CLASS });
const namesOf = (built: Built, kind: string): string[] => built.manifests.filter(manifest => manifest.kind === kind).map(({ metadata }) => metadata.name);

describe('AIPodStorage', () => {
  test('every prop arrives, in all backends and classes', () => {
    const flexGroup: Required<FlexGroupOptions> = {
      ...ALL_OPTIONS(Duration.hours(1)), placement: { aggregates: ['aggr1'] }, nfs: { nconnect: 4 }, rdma: { transport: 'rdma', maxConnect: 2 }, minimumVolumeSize: '2Ti',
      reclaimPolicy: 'Delete', allowVolumeExpansion: true, volumeBindingMode: 'Immediate',
    };
    const flexVol: Required<FlexVolOptions> = {
      ...ALL_OPTIONS(Duration.hours(2)), storagePrefix: 'vol_', aggregate: 'aggr2', limitVolumeSize: '10Ti', limitAggregateUsage: 80, replication: { policy: 'Async' }, nfs: { version: '3' },
      isDefaultClass: false, reclaimPolicy: 'Retain', allowVolumeExpansion: false, volumeBindingMode: 'WaitForFirstConsumer',
    };
    const built = build(layer => {
      const dataLif: Required<DataLif> = { name: 'iface1', address: '10.0.2.1', rdma: true };
      const props: Required<AIPodStorageProps> = { ...VM, trident: trident(layer, { namespace: 'netapp' }), prefix: 'lab', dataLifs: [dataLif], generalClasses: 'ownBackends', flexGroup, flexVol };
      new AIPodStorage(layer, 'storage', props);
    });
    expect(built.problems).toEqual([]);

    const common = { svm: 'svm1', managementLIF: '10.0.1.1', dataLIF: '10.0.2.1', credentials: { name: 'svm1-login' }, useREST: true, deletionPolicy: 'retain', labels: { site: 'lab' } };
    expect(built.one('TridentBackendConfig', 'lab-flexgroups-iface1')).toMatchObject({
      metadata: { namespace: 'netapp' },
      spec: { ...common, storageDriverName: 'ontap-nas-flexgroup', storagePrefix: 'prod_', cloneSplitDelay: '3600', flexgroupAggregateList: ['aggr1'] },
    });
    expect(built.one('TridentBackendConfig', 'lab-flexvols')).toMatchObject({
      metadata: { namespace: 'netapp' },
      spec: { ...common, storageDriverName: 'ontap-nas', storagePrefix: 'vol_', cloneSplitDelay: '7200', aggregate: 'aggr2', limitVolumeSize: '10Ti', limitAggregateUsage: '80%', replicationPolicy: 'Async' },
    });
    for (const spec of built.manifests.filter(({ kind }) => kind === 'TridentBackendConfig').map(manifest => manifest.spec)) {
      for (const key of ['reclaimPolicy', 'allowVolumeExpansion', 'volumeBindingMode', 'nfs', 'rdma', 'minimumVolumeSize', 'isDefaultClass']) expect(spec).not.toHaveProperty(key);
    }
    const flexGroupClass = { parameters: { storagePools: 'lab-flexgroups-iface1:.*' }, reclaimPolicy: 'Delete', allowVolumeExpansion: true, volumeBindingMode: 'Immediate' };
    expect(built.one('StorageClass', 'lab-flexgroups-delete')).toMatchObject({ ...flexGroupClass, mountOptions: ['vers=4.1', 'nconnect=4', 'rsize=262144', 'wsize=262144'] });
    expect(built.one('StorageClass', 'lab-flexgroups-delete-rdma')).toMatchObject({ ...flexGroupClass, mountOptions: ['vers=4.1', 'proto=rdma', 'max_connect=2', 'rsize=262144', 'wsize=262144'] });
    const flexVolClass = built.one('StorageClass', 'lab-flexvols-retain');
    expect(flexVolClass).toMatchObject({
      parameters: { backendType: 'ontap-nas', storagePools: 'lab-flexvols:.*' }, reclaimPolicy: 'Retain', allowVolumeExpansion: false, volumeBindingMode: 'WaitForFirstConsumer',
      mountOptions: ['vers=3', 'nconnect=16', 'rsize=262144', 'wsize=262144'],
    });
    expect(flexVolClass.metadata.annotations).toBeUndefined();
  });

  test('with one data LIF the names are those of the AIPod document; its jobs and claims refer to them', () => {
    const built = aipod({ dataLifs: [{ ...ONE[0]!, rdma: true }] });
    expect(built.problems).toEqual([]);
    expect(namesOf(built, 'TridentBackendConfig')).toEqual(['aipod-flexgroups-iface1', 'aipod-flexvols']);
    expect(namesOf(built, 'StorageClass')).toEqual(['aipod-flexgroups-retain', 'aipod-flexgroups-retain-rdma', 'aipod-flexvols-retain']);
  });

  test('with several data LIFs each has its own backend and class, and one class is over all of them', () => {
    const built = aipod({ dataLifs: TWO, prefix: 'ontap-ai' });
    expect(built.problems).toEqual([]);
    expect(namesOf(built, 'TridentBackendConfig')).toEqual(['ontap-ai-flexgroups-iface1', 'ontap-ai-flexgroups-iface2', 'ontap-ai-flexvols']);
    expect(namesOf(built, 'StorageClass')).toEqual([
      'ontap-ai-flexgroups-retain-iface1', 'ontap-ai-flexgroups-retain-iface2', 'ontap-ai-flexgroups-retain', 'ontap-ai-flexvols-retain',
    ]);
    for (const lif of ['iface1', 'iface2']) expect(built.one('StorageClass', `ontap-ai-flexgroups-retain-${lif}`).parameters.storagePools).toBe(`ontap-ai-flexgroups-${lif}:.*`);
    expect(built.one('StorageClass', 'ontap-ai-flexgroups-retain').parameters.storagePools).toBe('ontap-ai-flexgroups-iface1:.*;ontap-ai-flexgroups-iface2:.*');
    expect(built.one('TridentBackendConfig', 'ontap-ai-flexgroups-iface2').spec.dataLIF).toBe('10.0.2.2');
    expect(built.one('TridentBackendConfig', 'ontap-ai-flexvols').spec.dataLIF).toBe('10.0.2.1');
  });

  test('RDMA classes are made for the interfaces that can do RDMA, and for no other; a mount through the others would fail', () => {
    const built = aipod({ dataLifs: [TWO[0]!, { ...TWO[1]!, rdma: true }] });
    expect(built.problems).toEqual([]);
    expect(namesOf(built, 'StorageClass').filter(name => name.endsWith('-rdma'))).toEqual(['aipod-flexgroups-retain-iface2-rdma']);
    expect(built.one('StorageClass', 'aipod-flexgroups-retain-iface2-rdma')).toMatchObject({
      parameters: { storagePools: 'aipod-flexgroups-iface2:.*' }, mountOptions: ['vers=4.1', 'proto=rdma', 'max_connect=16', 'rsize=262144', 'wsize=262144'],
    });
    expect(needs(aipod({ dataLifs: TWO }), 'Network')).toEqual([]);
  });

  test('without options, only FlexGroup classes have mount options, and the FlexVol class is the default', () => {
    const built = aipod();
    expect(built.problems).toEqual([]);
    expect(built.one('StorageClass', 'aipod-flexgroups-retain')).toMatchObject({ reclaimPolicy: 'Retain', mountOptions: ['vers=4.1', 'nconnect=16', 'rsize=262144', 'wsize=262144'] });
    const flexVolClass = built.one('StorageClass', 'aipod-flexvols-retain');
    expect(Object.keys(flexVolClass).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'parameters', 'provisioner', 'reclaimPolicy']);
    expect(flexVolClass.metadata.annotations).toEqual({ 'storageclass.kubernetes.io/is-default-class': 'true' });
    expect(built.one('StorageClass', 'aipod-flexgroups-retain').metadata.annotations).toBeUndefined();
  });

  test('in a cluster with a default class of its own, a second one is refused until one says which', () => {
    const problems = (flexVol: FlexVolOptions) => build(layer => { storage(layer, { flexVol }); }, { cluster: CLUSTER }).problems;
    expect(problems({})).toEqual([
      `[test/20-layer/storage/aipod-flexvols-retain] \`isDefaultClass\` is true for 2 classes (aipod-flexvols-retain, the cluster's own): exactly one may be the default. Keep it on one of them.`,
    ]);
    expect(problems({ isDefaultClass: false })).toEqual([]);
  });

  test('mount options of FlexGroups can be left to the nodes, as in the older document', () => {
    expect(aipod({ flexGroup: { nfs: 'none' } }).one('StorageClass', 'aipod-flexgroups-retain').mountOptions).toBeUndefined();
  });

  test('general classes over any backend are pinned to none; those of one data LIF always are, or imports would go through another interface', () => {
    const built = aipod({ dataLifs: TWO, generalClasses: 'anyBackend' });
    expect(built.problems).toEqual([]);
    expect(built.one('StorageClass', 'aipod-flexgroups-retain').parameters).toEqual({ backendType: 'ontap-nas-flexgroup' });
    expect(built.one('StorageClass', 'aipod-flexvols-retain').parameters).toEqual({ backendType: 'ontap-nas' });
    expect(built.one('StorageClass', 'aipod-flexgroups-retain-iface1').parameters.storagePools).toBe('aipod-flexgroups-iface1:.*');
    expect(aipod({ generalClasses: 'anyBackend' }).one('StorageClass', 'aipod-flexgroups-retain').parameters.storagePools).toBe('aipod-flexgroups-iface1:.*');
  });

  test('the smallest claim holds in every FlexGroup class; a claim on one of them would hang', () => {
    const built = build(layer => {
      const made = storage(layer, { dataLifs: TWO.map(lif => ({ ...lif, rdma: true })), flexGroup: { minimumVolumeSize: '2Ti' } });
      const classes = [made.flexGroupClass, ...made.paths.flatMap(({ storageClass, rdmaClass }) => [storageClass, rdmaClass!])];
      expect(classes.map(({ minimumVolumeSize }) => minimumVolumeSize)).toEqual(Array<string>(5).fill('2Ti'));
      new VolumeClaim(layer, 'claim', { name: 'data', namespace: 'team', size: '1Ti', storageClass: made.flexGroupClass });
    }, { cluster: NO_DEFAULT_CLASS });
    expect(built.problems).toEqual([
      '[test/20-layer/claim] `size` is 1Ti: class aipod-flexgroups-retain makes FlexGroups, and the smallest is 2Ti. Ask for that, use a FlexVol class, or set `minimumVolumeSize` of the class to what your array can do.',
    ]);
  });

  test('paths over TCP are all data LIFs, paths over RDMA those that can; a dataset would be mounted through the wrong class', () => {
    const built = build(layer => {
      const made = storage(layer, { dataLifs: [TWO[0]!, { ...TWO[1]!, rdma: true }] });
      expect(made.paths.map(({ lif, backend, storageClass, rdmaClass }) => [lif, backend.name, storageClass.className, rdmaClass?.className])).toEqual([
        ['iface1', 'aipod-flexgroups-iface1', 'aipod-flexgroups-retain-iface1', undefined],
        ['iface2', 'aipod-flexgroups-iface2', 'aipod-flexgroups-retain-iface2', 'aipod-flexgroups-retain-iface2-rdma'],
      ]);
      expect(made.pathsOver('tcp')).toBe(made.paths);
      expect(made.pathsOver('rdma')).toEqual([{ lif: 'iface2', backend: made.paths[1]!.backend, storageClass: made.paths[1]!.rdmaClass }]);
      new ImportedDataset(layer, 'dataset', { volume: 'data', size: '1Ti', namespace: 'team', paths: made.pathsOver('rdma') });
    }, { cluster: NO_DEFAULT_CLASS });
    expect(built.problems).toEqual([]);
  });

  test('its outputs are the constructs that it made; others take them instead of names', () => {
    build(layer => {
      const one = storage(layer);
      expect(one.flexGroupClass).toBe(one.paths[0]!.storageClass);
      expect(one.flexVolBackend.name).toBe('aipod-flexvols');
      expect(one.flexVolClass).toMatchObject({ className: 'aipod-flexvols-retain', isDefaultClass: true, backends: [one.flexVolBackend] });
    });
  });

  test('an interface address that is listed twice is refused; it would look like twice the bandwidth', () => {
    expect(aipod({ dataLifs: [ONE[0]!, { name: 'iface2', address: '10.0.2.1' }] }).problems).toEqual([
      `${PATH} \`dataLifs.address\` lists 10.0.2.1 2 times: each may appear once. A second path through the same interface adds no bandwidth: list each data LIF once.`,
    ]);
  });

  test('an interface name that is given twice is refused; one backend would overwrite the other', () => {
    expect(aipod({ dataLifs: [ONE[0]!, { name: 'iface1', address: '10.0.2.2' }] }).problems).toEqual([
      `${PATH} \`dataLifs.name\` lists iface1 2 times: each may appear once. Backends and classes are named after it: give each data LIF a name of its own.`,
    ]);
  });

  test('no interface at all is refused; nodes could not mount anything', () => {
    expect(aipod({ dataLifs: [] }).problems).toContain(`${PATH} \`dataLifs\` is empty: nodes could not mount anything. List the data LIFs of the storage VM.`);
  });

  test('a mistake in one interface names its backend; with many of them one would search', () => {
    expect(aipod({ dataLifs: [ONE[0]!, { name: 'iface2', address: '10.0.2.300' }] }).problems).toEqual([
      '[test/20-layer/storage/aipod-flexgroups-iface2] `dataLif` is "10.0.2.300": not an IPv4 or IPv6 address, nor a DNS name. Give the address of the interface, for example 192.168.11.11.',
    ]);
  });

  test('two storage VMs in one environment do not share a name', () => {
    const built = build(layer => {
      const own = trident(layer);
      new AIPodStorage(layer, 'one', { trident: own, ...VM, dataLifs: ONE });
      new AIPodStorage(layer, 'two', { trident: own, ...VM, svm: 'svm2', prefix: 'second', dataLifs: ONE, flexVol: { isDefaultClass: false } });
    }, { cluster: NO_DEFAULT_CLASS });
    expect(built.problems).toEqual([]);
    expect(new Set(namesOf(built, 'StorageClass')).size).toBe(4);
  });
});

test('other constructs find the storage VM, its data LIFs and all FlexGroup classes; otherwise one of them is not guarded', () => {
  let made!: AIPodStorage;
  const built = build(layer => { made = storage(layer, { dataLifs: [{ ...TWO[0]!, rdma: true }, TWO[1]!] }); }, { cluster: NO_DEFAULT_CLASS });
  expect({ svm: made.svm, lifs: made.dataLifs.map(({ name }) => name) }).toEqual({ svm: VM.svm, lifs: ['iface1', 'iface2'] });
  const flexGroups = built.manifests.filter(({ kind, parameters }) => kind === 'StorageClass' && parameters.backendType === 'ontap-nas-flexgroup');
  expect(made.flexGroupClasses.map(({ className }) => className).sort()).toEqual(flexGroups.map(({ metadata }) => metadata.name).sort());
  expect(flexGroups).toHaveLength(4);
});
