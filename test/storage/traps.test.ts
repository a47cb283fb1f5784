import { ApiObject, type Chart } from 'cdk8s';
import {
  AIPodStorage, type AIPodStorageProps, type FlexVolStorageClassProps, ImportedDataset, MirroredVolume, type MirroredVolumeProps, type NfsMount, type OntapCredentials, VolumeClaim, type VolumeDefaults,
} from '../../lib';
import { build, type Built, trident } from '../support';
import { flexGroupClass, flexGroups, flexVolClass, nas, NO_DEFAULT_CLASS, VM } from './storage-support';

const TWO_LIFS = [{ name: 'iface1', address: '10.0.2.1' }, { name: 'iface2', address: '10.0.2.2' }];
const storage = (layer: Chart, props: Partial<AIPodStorageProps> = {}) => new AIPodStorage(layer, 'storage', { trident: trident(layer), ...VM, dataLifs: TWO_LIFS, ...props });
const onEmptyCluster = (add: (layer: Chart) => void): Built => build(add, { cluster: NO_DEFAULT_CLASS });
const rawClass = (fields: object): string[] => build(layer => {
  trident(layer);
  new ApiObject(layer, 'raw', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'raw' }, provisioner: 'csi.trident.netapp.io', ...fields });
}).problems;

/** What the documents, or one who reads them, get wrong; each is impossible or an error here. */
describe('traps of the storage documents', () => {
  test('1: a class of the old provisioner cannot be made, and is refused; its claims would be pending for ever', () => {
    const built = build(layer => {
      // @ts-expect-error there is no choice of provisioner
      flexVolClass(layer, { provisioner: 'netapp.io/trident' });
    });
    expect(built.one('StorageClass').provisioner).toBe('csi.trident.netapp.io');
    expect(rawClass({ provisioner: 'netapp.io/trident' })).toEqual([
      '[test/20-layer/raw] `provisioner` is netapp.io/trident: Trident serves only csi.trident.netapp.io, and claims of this class would stay pending. Use that.',
    ]);
  });

  test('2: a password cannot be given, and a patch or a Secret with one is refused; it would be committed', () => {
    // @ts-expect-error only the name of a Secret
    const credentials: OntapCredentials = { username: 'admin', password: 'Netapp1!' };
    expect(credentials).toBeDefined();
    const raw = build(layer => {
      trident(layer);
      new ApiObject(layer, 'raw', { apiVersion: 'trident.netapp.io/v1', kind: 'TridentBackendConfig', metadata: { name: 'raw', namespace: 'trident' }, spec: { username: 'admin', password: 'Netapp1!' } });
      new ApiObject(layer, 'secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login', namespace: 'trident' }, stringData: { password: 'Netapp1!' } });
    });
    expect(raw.problems).toEqual([
      '[test/20-layer/raw] `spec.password` looks like the value of password: credentials are never written into manifests. Put it in a Secret and refer to it by name and key.',
      '[test/20-layer/secret] `data` of a Secret is written into the manifest: credentials never are. Make the Secret in the cluster and refer to it by name and key.',
    ]);
  });

  test('2: the backend and its Secret are in the namespace of Trident; it does not look anywhere else', () => {
    const built = build(layer => { nas(layer, { trident: trident(layer, { namespace: 'netapp' }) }); });
    expect(built.one('TridentBackendConfig').metadata.namespace).toBe('netapp');
    expect(built.app.prerequisites().flatMap(({ provides = [] }) => provides)).toContainEqual({ kind: 'Secret', namespace: 'netapp', name: 'svm1-login' });
  });

  test('3: one dataset through two data LIFs is never two tridentctl imports, nor managed; the second import would fail, or both claims own the data', () => {
    const built = onEmptyCluster(layer => { new ImportedDataset(layer, 'dataset', { volume: 'pb_fg_all', size: '10Ti', namespace: 'team', paths: storage(layer).paths }); });
    expect(built.problems).toEqual([]);
    const commands = built.app.prerequisites().filter(({ area }) => area === 'Volumes').flatMap(need => need.commands ?? []);
    expect(commands.filter(command => command.startsWith('tridentctl'))).toHaveLength(1);
    expect(commands[0]).toContain('--no-manage');
    expect(commands[1]).toContain('trident.netapp.io/notManaged="true"');
    const managed = onEmptyCluster(layer => { new ImportedDataset(layer, 'dataset', { volume: 'v', size: '1Ti', namespace: 'team', paths: storage(layer).paths, managed: true }); });
    expect(managed.problems).toEqual([
      '[test/20-layer/dataset] `managed` is true with 2 data LIFs: each claim would own the same volume, and deleting one could destroy the data of all. Leave `managed` out, or import through one LIF.',
    ]);
  });

  test('4: names come from constructs; a class or claim that does not exist is refused, where the documents\' pages refer to each other\'s names', () => {
    onEmptyCluster(layer => {
      const { flexVolClass: storageClass } = storage(layer);
      // @ts-expect-error a claim takes a class, not its name
      new VolumeClaim(layer, 'by-name', { name: 'a', namespace: 'team', size: '1Gi', storageClass: 'ontap-ai-flexvols-retain' });
      expect(new VolumeClaim(layer, 'claim', { name: 'b', namespace: 'team', size: '1Gi', storageClass }).storageClass).toBe(storageClass);
    });
    const dangling = build(layer => { new VolumeClaim(layer, 'claim', { name: 'b', namespace: 'team', size: '1Gi', storageClass: { className: 'ontap-ai-flexvols-retain' } }); });
    expect(dangling.problems).toEqual([
      '[test/20-layer/claim] `spec.storageClassName` is ontap-ai-flexvols-retain: no StorageClass ontap-ai-flexvols-retain is made in this environment or declared as existing. Make it, correct the name, or add it to `cluster.existing`.',
    ]);
  });

  test('5: claims of a dataset say that they are for reading, so that jobs mount them read-only; the access mode alone does not', () => {
    onEmptyCluster(layer => {
      const dataset = new ImportedDataset(layer, 'dataset', { volume: 'v', size: '1Ti', namespace: 'team', paths: storage(layer).paths });
      expect(dataset.claims.map(({ accessMode }) => accessMode)).toEqual(['ReadOnlyMany', 'ReadOnlyMany']);
    });
  });

  test('6: RDMA with nconnect does not compile, and is refused wherever it is written; no node mounts that', () => {
    // @ts-expect-error max_connect with RDMA
    const nfs: NfsMount = { transport: 'rdma', nconnect: 16 };
    expect(build(layer => { flexVolClass(layer, { nfs }); }).problems).toHaveLength(1);
    expect(rawClass({ mountOptions: ['proto=rdma', 'nconnect=16'] })).toHaveLength(1);
    expect(build(layer => { nas(layer, { nfsMountOptions: ['rdma', 'nconnect=16'] }); }).problems).toHaveLength(1);
  });

  test('6: what RDMA and trunking need is a prerequisite; max_connect alone adds nothing', () => {
    const built = onEmptyCluster(layer => { storage(layer, { dataLifs: TWO_LIFS.map(lif => ({ ...lif, rdma: true })) }); });
    expect(built.app.prerequisites().map(({ what }) => what)).toEqual(expect.arrayContaining([
      'NFS over RDMA and session trunking enabled on storage VM svm1; its data LIFs on RDMA-capable ports of one node (ONTAP 9.14.1 or newer)',
      'rdma-core and the xprtrdma kernel module on every node that mounts over RDMA',
    ]));
  });

  test('7: pools without a colon and unknown parameters cannot be written, and are refused; the class would match everything or be ignored', () => {
    // @ts-expect-error backends are constructs
    const backends: FlexVolStorageClassProps['backends'] = ['aipod-flexvols'];
    expect(backends).toBeDefined();
    expect(rawClass({ parameters: { storagePools: 'aipod-flexvols' } })).toEqual([
      '[test/20-layer/raw] `parameters.storagePools` has "aipod-flexvols": without "backend:pool" Trident drops it and the class matches every pool. Write aipod-flexvols:.*',
    ]);
    expect(rawClass({ parameters: { backendtype: 'ontap-nas' } })).toHaveLength(1);
  });

  test('8: booleans of the volume defaults are written as text, useREST and autoExportPolicy as booleans; Trident could not load the other form', () => {
    const defaults: VolumeDefaults = { encryption: true, snapshotDir: false };
    const { spec } = build(layer => { nas(layer, { defaults, useRest: true, autoExport: { cidrs: ['10.0.0.0/8'] } }); }).one('TridentBackendConfig');
    expect(spec.defaults).toEqual({ encryption: 'true', snapshotDir: 'false' });
    expect([spec.useREST, spec.autoExportPolicy]).toEqual([true, true]);
  });

  test('9: size limits, read-only clones and mirrors of FlexGroups are impossible or refused; Trident would ignore them', () => {
    build(layer => {
      // @ts-expect-error Trident does not keep the limit for FlexGroups
      flexGroups(layer, { limitVolumeSize: '10Ti' });
    });
    const readOnly = build(layer => {
      new VolumeClaim(layer, 'claim', { name: 'c', namespace: 'team', size: '1Ti', storageClass: flexGroupClass(layer), annotations: { 'trident.netapp.io/readOnlyClone': 'true' } });
    });
    expect(readOnly.problems).toEqual([
      '[test/20-layer/claim] `annotations` has trident.netapp.io/readOnlyClone: class fg-class makes FlexGroups, and Trident can do that with FlexVols only. Use a FlexVol class, or leave it out.',
    ]);
    const mirrored = build(layer => {
      // @ts-expect-error a FlexVol class
      const wanted: MirroredVolumeProps = { name: 'c', namespace: 'team', size: '1Ti', source: { svm: 's', volume: 'v' }, storageClass: flexGroupClass(layer) }; // eslint-disable-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is the mistake under test
      new MirroredVolume(layer, 'mirror', wanted);
    });
    expect(mirrored.problems).toEqual([
      '[test/20-layer/mirror] `storageClass` makes FlexGroups: Trident mirrors FlexVols only. Use a FlexVol class, or replicate the FlexGroup on the array and import it.',
    ]);
  });

  test('10: the default class is a FlexVol class, by an annotation that is text, and there is exactly one', () => {
    const built = onEmptyCluster(layer => {
      storage(layer);
      // @ts-expect-error a FlexGroup class cannot be the default
      flexGroupClass(layer, { isDefaultClass: true });
    });
    expect(built.problems).toEqual([]);
    const defaults = built.manifests.filter(({ kind, metadata }) => kind === 'StorageClass' && metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true');
    expect(defaults.map(({ metadata }) => metadata.name)).toEqual(['aipod-flexvols-retain']);
    expect(onEmptyCluster(layer => { storage(layer); flexVolClass(layer, { isDefaultClass: true }); }).problems).toHaveLength(2);
    expect(onEmptyCluster(layer => { storage(layer, { flexVol: { isDefaultClass: false } }); }).problems).toEqual([
      '[test] No StorageClass is the default: claims that name no class stay pending, and products that provision from it do not install. Set `isDefaultClass: true` on one FlexVol class, or declare the cluster\'s own in `cluster.existing` with `isDefault: true`.',
    ]);
    const metadata = { name: 'raw', annotations: { 'storageclass.kubernetes.io/is-default-class': true } };
    expect(rawClass({ metadata })).toEqual([
      '[test/20-layer/raw] `metadata.annotations["storageclass.kubernetes.io/is-default-class"]` is true: an annotation value is text. Put it in quotes.',
    ]);
  });
});
