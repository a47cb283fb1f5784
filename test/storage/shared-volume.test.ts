import { ApiObject, type Chart, JsonPatch } from 'cdk8s';
import fc from 'fast-check';
import { ExistingClaim, NfsDataset, SharedVolume, type SharedVolumeProps, type TridentVersion, VolumeClaim, type VolumeClaimProps, VolumeClone } from '../../lib';
import { build, type Built, CLUSTER, trident } from '../support';
import { flexVolClass, nas, needs } from './storage-support';

const PATH = '[test/20-layer/share]';
const CLUSTER_OF_TEAMS = { ...CLUSTER, existing: [...CLUSTER.existing!, { kind: 'Namespace' as const, name: 'vision' }] };
const source = (layer: Chart, props: Partial<VolumeClaimProps> = {}): VolumeClaim =>
  new VolumeClaim(layer, 'source', { name: 'images', namespace: 'team', size: '1Ti', shareWith: ['vision'], ...props });
const buildTeams = (add: (layer: Chart) => void): Built => build(add, { cluster: CLUSTER_OF_TEAMS });
const share = (props: Partial<SharedVolumeProps> = {}, ofSource: Partial<VolumeClaimProps> = {}): Built =>
  buildTeams(layer => { new SharedVolume(layer, 'share', { source: source(layer, ofSource), namespace: 'vision', ...props }); });
const shared = (built: Built) => built.manifests.find(({ kind, metadata }) => kind === 'PersistentVolumeClaim' && metadata.annotations?.['trident.netapp.io/shareFromPVC']);
const withTrident = (version: TridentVersion): Built => buildTeams(layer => {
  const storageClass = flexVolClass(layer, { backends: [nas(layer, { trident: trident(layer, { version }) })] });
  new SharedVolume(layer, 'share', { source: source(layer, { storageClass }), namespace: 'vision' });
});

describe('SharedVolume', () => {
  test('every prop arrives', () => {
    const built = buildTeams(layer => {
      const props: Required<SharedVolumeProps> = { source: source(layer), namespace: 'vision', name: 'team-images', size: '500Gi', accessMode: 'ReadOnlyMany' };
      const made = new SharedVolume(layer, 'share', props);
      expect(made).toMatchObject({ claimName: 'team-images', namespace: 'vision', accessMode: 'ReadOnlyMany', size: '500Gi' });
      expect(made.claims).toEqual([made]);
    });
    expect(built.problems).toEqual([]);
    const { metadata, spec } = shared(built);
    expect(metadata).toMatchObject({ name: 'team-images', namespace: 'vision', annotations: { 'trident.netapp.io/shareFromPVC': 'team/images' }, labels: { 'app.kubernetes.io/component': 'shared-claim' } });
    expect(spec).toEqual({ accessModes: ['ReadOnlyMany'], resources: { requests: { storage: '500Gi' } } });
  });

  test('both sides agree, in the words that Trident compares; otherwise the claim stays pending', () => {
    const built = share();
    expect(built.problems).toEqual([]);
    const [own, other] = built.manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(own.metadata.annotations).toEqual({ 'trident.netapp.io/shareToNamespace': 'vision' });
    const reference = built.one('TridentVolumeReference');
    expect(reference.apiVersion).toBe('trident.netapp.io/v1');
    expect(reference.metadata).toMatchObject({ namespace: other.metadata.namespace, name: 'images' });
    expect(reference.spec).toEqual({ pvcName: own.metadata.name, pvcNamespace: own.metadata.namespace });
    expect(other.metadata.annotations).toEqual({ 'trident.netapp.io/shareFromPVC': 'team/images' });
  });

  test('name, size and class are those of the source; Trident refuses another class or a larger size', () => {
    const built = withTrident('26.06');
    expect(built.problems).toEqual([]);
    expect(shared(built).metadata.name).toBe('images');
    expect(shared(built).spec).toEqual({ accessModes: ['ReadWriteMany'], storageClassName: 'vol-class', resources: { requests: { storage: '1Ti' } } });
  });

  test('what cannot be shared does not compile', () => {
    buildTeams(layer => {
      const made = new SharedVolume(layer, 'share', { source: source(layer), namespace: 'vision' });
      const existing = new ExistingClaim('team', 'old', 'ReadWriteMany');
      const nfs = new NfsDataset(layer, 'nfs', { svm: 'svm1', path: '/a', dataLifs: [{ name: 'a', address: '10.0.2.1' }], size: '1Ti', namespace: 'team' });
      // @ts-expect-error a share of a share
      const first: SharedVolumeProps = { source: made, namespace: 'x' }; // eslint-disable-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is the mistake under test
      // @ts-expect-error nobody knows whether Trident made it
      const second: SharedVolumeProps = { source: existing, namespace: 'x' }; // eslint-disable-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is the mistake under test
      // @ts-expect-error a claim that Trident has no part in
      const third: SharedVolumeProps = { source: nfs, namespace: 'x' }; // eslint-disable-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is the mistake under test
      expect([first, second, third]).toHaveLength(3);
    });
  });

  test('a clone can be shared too', () => {
    const built = buildTeams(layer => {
      const clone = new VolumeClone(layer, 'clone', { name: 'copy', source: source(layer, { shareWith: [] }), shareWith: ['vision'] });
      new SharedVolume(layer, 'share', { source: clone, namespace: 'vision' });
    });
    expect(built.problems).toEqual([]);
    expect(built.one('TridentVolumeReference').spec).toEqual({ pvcName: 'copy', pvcNamespace: 'team' });
  });

  test.each<[string, Partial<SharedVolumeProps>, Partial<VolumeClaimProps>, string]>([
    ['a source that is shared with nobody', {}, { shareWith: undefined }, '`source` is claim images of namespace team, which is shared with nobody: Trident would refuse namespace vision. Add it to `shareWith` of that claim.'],
    ['a source that is shared with others', {}, { shareWith: ['a', 'b'] }, '`source` is claim images of namespace team, which is shared with a, b: Trident would refuse namespace vision. Add it to `shareWith` of that claim.'],
    ['the namespace of the source', { namespace: 'team', name: 'other' }, {}, '`namespace` is team, which claim images is in already: there is nothing to share. Mount the claim itself.'],
    ['a source that one node mounts', {}, { accessMode: 'ReadWriteOnce' },
      '`source` is claim images with access mode ReadWriteOnce: Trident shares ReadWriteMany volumes. Make the claim with that, and give the share `accessMode: ReadOnlyMany` if it is only read.'],
    ['more than the source has', { size: '1025Gi' }, {}, '`size` is 1025Gi: a share cannot be larger than its source images, 1Ti. Ask for that at most, or leave `size` out.'],
  ])('%s is refused; the claim would stay pending', (_, props, ofSource, sentence) => {
    expect(share(props, ofSource).problems).toEqual([`${PATH} ${sentence}`]);
  });

  test('sizes are compared by what they mean, not by their text', () => {
    const size = fc.tuple(fc.integer({ min: 1, max: 4096 }), fc.constantFrom('Gi', 'Ti'));
    const bytes = ([number, unit]: [number, 'Gi' | 'Ti']) => number * (unit === 'Ti' ? 1024 : 1);
    fc.assert(fc.property(size, size, (asked, has) => {
      expect(share({ size: `${asked[0]}${asked[1]}` }, { size: `${has[0]}${has[1]}` }).problems.length === 0).toBe(bytes(asked) <= bytes(has));
    }));
  });

  test('a Trident that cannot share is refused; where it is not known, it is a prerequisite', () => {
    expect(withTrident('22.07').problems).toEqual([`${PATH} \`trident.version\` is 22.07: shared volumes need Trident 22.10 or newer. Upgrade Trident, or read the export with \`NfsDataset\`.`]);
    expect(withTrident('22.10').problems).toEqual([]);
    const what = 'Trident 22.10 or newer, with an NFS driver, serves the class of claim team/images';
    expect(needs(withTrident('22.10'), 'Cluster')).not.toContain(what);
    expect(needs(share(), 'Cluster')).toContain(what);
  });

  test('what it does not know can still be written', () => {
    const built = buildTeams(layer => {
      ApiObject.of(new SharedVolume(layer, 'share', { source: source(layer), namespace: 'vision' })).addJsonPatch(JsonPatch.add('/metadata/labels/owner', 'vision'));
    });
    expect(shared(built).metadata.labels.owner).toBe('vision');
  });
});

describe('shareWith of a claim', () => {
  test('is written beside other annotations, and only if somebody is listed', () => {
    const annotations = { 'trident.netapp.io/snapshotDirectory': 'true' };
    expect(buildTeams(layer => { source(layer, { shareWith: ['vision', 'speech'], annotations }); }).one('PersistentVolumeClaim').metadata.annotations)
      .toEqual({ ...annotations, 'trident.netapp.io/shareToNamespace': 'vision,speech' });
    expect(buildTeams(layer => { source(layer, { shareWith: [] }); }).one('PersistentVolumeClaim').metadata.annotations).toBeUndefined();
  });

  test.each([
    ['a namespace twice', ['vision', 'vision'], '`shareWith` lists vision 2 times: each may appear once. List each namespace once.'],
    ['everybody', ['*'], '`shareWith` has "*": not the name of a namespace. List the namespaces one by one.'],
    ['two in one text', ['a,b'], '`shareWith` has "a,b": not the name of a namespace. List the namespaces one by one.'],
  ])('%s is refused', (_, shareWith, sentence) => {
    expect(buildTeams(layer => { source(layer, { shareWith }); }).problems).toEqual([`[test/20-layer/source] ${sentence}`]);
  });
});
