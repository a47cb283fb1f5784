import fc from 'fast-check';
import { type AccessMode, type Capacity, VolumeClaim, type VolumeClaimProps } from '../../lib';
import { build, type Built } from '../support';
import { flexGroupClass, flexVolClass } from './storage-support';

const PATH = '[test/20-layer/claim]';
const claim = (props: (layer: Parameters<typeof flexGroupClass>[0]) => Partial<VolumeClaimProps>): Built =>
  build(layer => { new VolumeClaim(layer, 'claim', { name: 'data', namespace: 'team', size: '1Ti', ...props(layer) }); });

describe('VolumeClaim', () => {
  test('every prop arrives', () => {
    const built = build(layer => {
      const storageClass = flexVolClass(layer);
      const props: Required<VolumeClaimProps> = {
        name: 'data', namespace: 'team', size: '10Ti', accessMode: 'ReadOnlyMany', storageClass, annotations: { 'trident.netapp.io/snapshotDirectory': 'true' },
        shareWith: ['vision'],
      };
      const made = new VolumeClaim(layer, 'claim', props);
      expect(made).toMatchObject({ claimName: 'data', namespace: 'team', accessMode: 'ReadOnlyMany', size: '10Ti', storageClass, sharedWith: ['vision'] });
      expect(made.claims).toEqual([made]);
    });
    expect(built.problems).toEqual([]);
    const { apiVersion, metadata, spec } = built.one('PersistentVolumeClaim');
    expect(apiVersion).toBe('v1');
    expect(metadata).toMatchObject({
      name: 'data', namespace: 'team', annotations: { 'trident.netapp.io/snapshotDirectory': 'true', 'trident.netapp.io/shareToNamespace': 'vision' },
      labels: { 'app.kubernetes.io/name': 'volume', 'app.kubernetes.io/instance': 'data', 'app.kubernetes.io/component': 'claim', 'app.kubernetes.io/part-of': 'storage' },
    });
    expect(spec).toEqual({ accessModes: ['ReadOnlyMany'], storageClassName: 'vol-class', resources: { requests: { storage: '10Ti' } } });
  });

  test('what is not asked for is not written: no class is the default class of the cluster', () => {
    const { metadata, spec } = claim(() => ({})).one('PersistentVolumeClaim');
    expect(spec).toEqual({ accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Ti' } } });
    expect(metadata.annotations).toBeUndefined();
  });

  test('a claim on a FlexGroup class below the minimum is refused; otherwise it hangs pending', () => {
    expect(claim(layer => ({ size: '100Gi', storageClass: flexGroupClass(layer) })).problems).toEqual([
      `${PATH} \`size\` is 100Gi: class fg-class makes FlexGroups, and the smallest is 800Gi. Ask for that, use a FlexVol class, or set \`minimumVolumeSize\` of the class to what your array can do.`,
    ]);
  });

  test('the minimum of a FlexGroup class is compared by size, not by text; 1Ti is more than 900Gi', () => {
    const units = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
    const size = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.constantFrom('Mi', 'Gi', 'Ti'));
    const bytes = ([number, unit]: [number, 'Mi' | 'Gi' | 'Ti']) => number * units[unit];
    fc.assert(fc.property(size, size, (asked, smallest) => {
      const { problems } = claim(layer => ({ size: `${asked[0]}${asked[1]}`, storageClass: flexGroupClass(layer, { minimumVolumeSize: `${smallest[0]}${smallest[1]}` }) }));
      expect(problems.length === 0).toBe(bytes(asked) >= bytes(smallest));
    }));
  });

  test('a small claim on a FlexVol class is fine', () => {
    expect(claim(layer => ({ size: '1Gi', storageClass: flexVolClass(layer) })).problems).toEqual([]);
  });

  test.each(['trident.netapp.io/readOnlyClone', 'trident.netapp.io/mirrorRelationship'])('%s on a FlexGroup is refused; Trident would ignore it and make another volume than was meant', key => {
    const annotations = { [key]: 'true' };
    expect(claim(layer => ({ annotations, storageClass: flexGroupClass(layer) })).problems).toEqual([
      `${PATH} \`annotations\` has ${key}: class fg-class makes FlexGroups, and Trident can do that with FlexVols only. Use a FlexVol class, or leave it out.`,
    ]);
    expect(claim(layer => ({ annotations, storageClass: flexVolClass(layer) })).problems).toEqual([]);
  });

  test('a class that nobody makes is refused; the claim would stay pending', () => {
    expect(claim(() => ({ storageClass: { className: 'aipod-flexvol' } })).problems).toEqual([
      `${PATH} \`spec.storageClassName\` is aipod-flexvol: no StorageClass aipod-flexvol is made in this environment or declared as existing. Make it, correct the name, or add it to \`cluster.existing\`.`,
    ]);
  });

  test('a size that Kubernetes cannot read does not compile, or is refused', () => {
    // @ts-expect-error a binary suffix is needed
    const noSuffix: Capacity = '100';
    // @ts-expect-error GB is no suffix of Kubernetes
    const gigabytes: Capacity = '100GB';
    // @ts-expect-error not an access mode
    const mode: AccessMode = 'ReadWrite';
    expect([noSuffix, gigabytes, mode]).toHaveLength(3);
    expect(claim(() => ({ size: '-1Gi' })).problems).toEqual([
      `${PATH} \`spec.resources.requests.storage\` is "-1Gi": not a quantity that Kubernetes accepts here. Write a positive number with an optional suffix, for example 10Gi or 500m.`,
    ]);
  });
});
