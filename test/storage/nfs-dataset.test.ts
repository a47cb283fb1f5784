import { ApiObject, JsonPatch } from 'cdk8s';
import fc from 'fast-check';
import { type DataLif, NfsDataset, type NfsDatasetProps } from '../../lib';
import { mountDatasets } from '../../lib/storage/mounts';
import { build, type Built } from '../support';
import { needs } from './storage-support';

const PATH = '[test/20-layer/dataset]';
const LIFS: DataLif[] = [{ name: 'iface1', address: '10.0.2.1' }, { name: 'iface2', address: '10.0.2.2' }];
const PROPS: NfsDatasetProps = { svm: 'svm1', path: '/pb_fg_all', dataLifs: LIFS, size: '10Ti', namespace: 'team' };
const dataset = (props: Partial<NfsDatasetProps> = {}): Built => build(layer => { new NfsDataset(layer, 'dataset', { ...PROPS, ...props }); });
const mountOptions = (built: Built): string[] => built.one('PersistentVolume', 'team-pb-fg-all-iface1').spec.mountOptions;

describe('NfsDataset', () => {
  test('every prop arrives', () => {
    const props: Required<NfsDatasetProps> = {
      svm: 'svm9', path: '/vol/images', dataLifs: [{ name: 'a', address: 'lif-a.example.com', rdma: true }], size: '2Ti', namespace: 'team', nfs: { transport: 'rdma', maxConnect: 4 }, claimName: 'pictures',
    };
    const built = build(layer => {
      expect(new NfsDataset(layer, 'dataset', props).claims).toEqual([{ claimName: 'pictures-a', namespace: 'team', accessMode: 'ReadOnlyMany', size: '2Ti', unmanaged: 'an NFS export' }]);
    });
    expect(built.problems).toEqual([]);
    const volume = built.one('PersistentVolume');
    expect(volume.metadata.name).toBe('team-pictures-a');
    expect(volume.metadata).not.toHaveProperty('namespace');
    expect(volume.spec).toEqual({
      capacity: { storage: '2Ti' },
      accessModes: ['ReadOnlyMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'team', name: 'pictures-a' },
      mountOptions: ['vers=4.1', 'proto=rdma', 'max_connect=4', 'rsize=262144', 'wsize=262144', 'ro'],
      nfs: { server: 'lif-a.example.com', path: '/vol/images', readOnly: true },
    });
    const claim = built.one('PersistentVolumeClaim');
    expect(claim.metadata).toMatchObject({ name: 'pictures-a', namespace: 'team', labels: { 'app.kubernetes.io/component': 'nfs-dataset', 'app.kubernetes.io/part-of': 'storage' } });
    expect(claim.spec).toEqual({ accessModes: ['ReadOnlyMany'], storageClassName: '', volumeName: 'team-pictures-a', resources: { requests: { storage: '2Ti' } } });
    expect(needs(built, 'Array')).toContain('Path /vol/images of storage VM svm9, which the nodes may read through data LIF lif-a.example.com: the export policies of its volume and of the volumes above it allow them');
    expect(needs(built, 'Network')).toEqual(['RoCE network between nodes and data LIFs, port 20049 open']);
  });

  test('each data LIF has a volume of its own address, and each claim is bound to its own; both would go through one interface', () => {
    const built = dataset();
    expect(built.problems).toEqual([]);
    for (const { name, address } of LIFS) {
      const volume = built.one('PersistentVolume', `team-pb-fg-all-${name}`);
      const claim = built.one('PersistentVolumeClaim', `pb-fg-all-${name}`);
      expect(volume.spec.nfs.server).toBe(address);
      expect(claim.spec.volumeName).toBe(volume.metadata.name);
      expect(volume.spec.claimRef).toMatchObject({ namespace: claim.metadata.namespace, name: claim.metadata.name });
    }
  });

  test('no class is filled in; with the default class, Trident would make an empty volume', () => {
    expect(dataset().one('PersistentVolumeClaim', 'pb-fg-all-iface1').spec.storageClassName).toBe('');
  });

  test('the mount itself is read-only; the kubelet ignores `nfs.readOnly` of a PersistentVolume', () => {
    expect(mountOptions(dataset())).toEqual(['vers=4.1', 'nconnect=16', 'rsize=262144', 'wsize=262144', 'ro']);
    expect(mountOptions(dataset({ nfs: { otherOptions: ['rw'] } })).at(-1)).toBe('ro');
  });

  test('without NFS options nothing but `ro` is left, and nothing is expected of the nodes', () => {
    const built = dataset({ nfs: 'none' });
    expect(mountOptions(built)).toEqual(['ro']);
    expect(needs(built, 'Nodes')).toEqual([]);
    expect(needs(built, 'Array')).toHaveLength(1);
  });

  test('two namespaces read the same export; Kubernetes has one name for both volumes otherwise', () => {
    const built = build(layer => {
      new NfsDataset(layer, 'one', PROPS);
      new NfsDataset(layer, 'two', { ...PROPS, namespace: 'default' });
    });
    expect(built.problems).toEqual([]);
    expect(built.manifests.filter(({ kind }) => kind === 'PersistentVolume').map(({ metadata }) => metadata.name)).toEqual([
      'team-pb-fg-all-iface1', 'team-pb-fg-all-iface2', 'default-pb-fg-all-iface1', 'default-pb-fg-all-iface2',
    ]);
  });

  test('pods mount it read-only', () => {
    build(layer => {
      const { volumes, volumeMounts } = mountDatasets([{ dataset: new NfsDataset(layer, 'dataset', PROPS), mountPath: '/mnt' }]);
      expect(volumes.every(({ persistentVolumeClaim }) => persistentVolumeClaim?.readOnly)).toBe(true);
      expect(volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/mnt/mount_0', '/mnt/mount_1']);
    });
  });

  test('whatever the path, the names of claims and volumes are what Kubernetes takes', () => {
    const segment = fc.string({ unit: fc.constantFrom('a', 'b', 'z', 'X', 'Y', '0', '9', '_', '-', '.', ' '), minLength: 1, maxLength: 12 }).filter(text => /[a-z0-9]/i.test(text) && !/\s/.test(text));
    fc.assert(fc.property(fc.array(segment, { minLength: 1, maxLength: 3 }), segments => {
      expect(dataset({ path: `/${segments.join('/')}` }).problems).toEqual([]);
    }));
  });

  test.each(['pb_fg_all', '/', '', '/a/', '//a', '/a/../b', '/a/.', '/two words'])('path "%s" is refused; the mount would fail on every node', path => {
    expect(dataset({ path, claimName: 'data' }).problems).toEqual([
      `${PATH} \`path\` is "${path}": it must be the junction path of a volume, or a folder below one, without "." and ".." and spaces. Write for example /pb_fg_all.`,
    ]);
  });

  test.each<[string, Partial<NfsDatasetProps>, string]>([
    ['no data LIF', { dataLifs: [] }, '`dataLifs` is empty: the dataset could not be mounted. Give at least one data LIF.'],
    ['an address twice', { dataLifs: [LIFS[0]!, { name: 'other', address: '10.0.2.1' }] }, '`dataLifs.address` lists 10.0.2.1 2 times: each may appear once. A second path through the same interface adds no bandwidth: list each data LIF once.'],
    ['a name twice', { dataLifs: [LIFS[0]!, { name: 'iface1', address: '10.0.2.9' }] }, '`dataLifs.name` lists iface1 2 times: each may appear once. Claims are named after it: give each data LIF a name of its own.'],
    ['an address that is none', { dataLifs: [{ name: 'a', address: '10.0.2.300' }] }, '`dataLifs.address` is "10.0.2.300": not an IPv4 or IPv6 address, nor a DNS name. Give the address of the interface, for example 192.168.11.11.'],
    ['no storage VM', { svm: '' }, '`svm` is empty: a value is required. Give one, or leave the key out if it is optional.'],
    ['a wrong mount', { nfs: { nconnect: 17 } }, '`nfs.nconnect` is 17: it must be a whole number from 1 to 16. Choose a value in that range.'],
    ['RDMA through an interface without it', { dataLifs: [{ ...LIFS[0]!, rdma: true }, LIFS[1]!], nfs: { transport: 'rdma' } }, '`nfs.transport` is rdma: data LIF iface2 has no `rdma: true`, so the mount would fail. Leave it out, use TCP, or correct the data LIF.'],
  ])('%s is refused', (_, props, sentence) => {
    expect(dataset(props).problems).toEqual([`${PATH} ${sentence}`]);
  });

  test('what it does not know can still be written', () => {
    const built = build(layer => {
      ApiObject.of(new NfsDataset(layer, 'dataset', PROPS).node.findChild('iface1-volume')).addJsonPatch(JsonPatch.add('/spec/mountOptions/-', 'noatime'));
    });
    expect(mountOptions(built).at(-1)).toBe('noatime');
    expect(built.one('PersistentVolume', 'team-pb-fg-all-iface2').spec.mountOptions.at(-1)).toBe('ro');
  });
});
