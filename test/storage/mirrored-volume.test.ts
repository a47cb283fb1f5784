import { type Chart } from 'cdk8s';
import { MirroredVolume, type MirroredVolumeProps } from '../../lib';
import { build, type Built, trident } from '../support';
import { flexGroupClass, flexVolClass, nas, needs } from './storage-support';

const PATH = '[test/20-layer/mirror]';
const mirror = (props: (layer: Chart) => Partial<MirroredVolumeProps> = () => ({})): Built => build(layer => {
  const own = props(layer);
  new MirroredVolume(layer, 'mirror', { name: 'copy', namespace: 'team', size: '1Ti', storageClass: own.storageClass ?? flexVolClass(layer), source: { svm: 'remote', volume: 'results' }, ...own });
});

describe('MirroredVolume', () => {
  test('every prop arrives, in the claim and in the relationship', () => {
    const built = build(layer => {
      const props: Required<MirroredVolumeProps> = {
        name: 'copy', namespace: 'team', size: '1Ti', storageClass: flexVolClass(layer), source: { svm: 'remote', volume: 'results' }, state: 'promoted',
        replicationPolicy: 'Async', replicationSchedule: 'hourly', accessMode: 'ReadWriteOnce',
      };
      expect(new MirroredVolume(layer, 'mirror', props)).toMatchObject({ claimName: 'copy', namespace: 'team', accessMode: 'ReadWriteOnce' });
    });
    expect(built.problems).toEqual([]);
    const claim = built.one('PersistentVolumeClaim');
    expect(claim.metadata).toMatchObject({
      name: 'copy', namespace: 'team', annotations: { 'trident.netapp.io/mirrorRelationship': 'copy' }, labels: { 'app.kubernetes.io/component': 'mirrored-claim' },
    });
    expect(claim.spec).toEqual({ accessModes: ['ReadWriteOnce'], storageClassName: 'vol-class', resources: { requests: { storage: '1Ti' } } });
    const { apiVersion, metadata, spec } = built.one('TridentMirrorRelationship');
    expect(apiVersion).toBe('trident.netapp.io/v1');
    expect(metadata).toMatchObject({ name: 'copy', namespace: 'team' });
    expect(spec).toEqual({
      state: 'promoted', replicationPolicy: 'Async', replicationSchedule: 'hourly', volumeMappings: [{ localPVCName: 'copy', remoteVolumeHandle: 'remote:results' }],
    });
  });

  test('without further props it is an established mirror with the settings of the backend', () => {
    const built = mirror();
    expect(built.one('TridentMirrorRelationship').spec).toEqual({ state: 'established', volumeMappings: [{ localPVCName: 'copy', remoteVolumeHandle: 'remote:results' }] });
    expect(built.one('PersistentVolumeClaim').spec.accessModes).toEqual(['ReadWriteMany']);
  });

  test('a FlexGroup class does not compile, and is refused at run time; Trident would make an empty volume', () => {
    const built = build(layer => {
      new MirroredVolume(layer, 'mirror', {
        name: 'copy', namespace: 'team', size: '1Ti', source: { svm: 'remote', volume: 'results' },
        // @ts-expect-error Trident does not mirror FlexGroups
        storageClass: flexGroupClass(layer), // eslint-disable-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is the mistake under test
      });
    });
    expect(built.problems).toEqual([
      `${PATH} \`storageClass\` makes FlexGroups: Trident mirrors FlexVols only. Use a FlexVol class, or replicate the FlexGroup on the array and import it.`,
    ]);
  });

  test.each([
    ['svm', { svm: 'remote:8', volume: 'results' }, `${PATH} \`source.svm\` is "remote:8": it is the name of a storage VM, without ":" and spaces. Correct it.`],
    ['volume', { svm: 'remote', volume: '' }, `${PATH} \`source.volume\` is "": it is the name of a volume, without ":" and spaces. Correct it.`],
  ])('a source with an impossible %s is refused; the relationship would fail', (_, source, sentence) => {
    expect(mirror(() => ({ source })).problems).toEqual([sentence]);
  });

  test('a Trident without mirrors is refused; its volume would be empty', () => {
    const problems = (version: '21.04' | '21.07') => mirror(layer => {
      const own = trident(layer, { version });
      return { storageClass: flexVolClass(layer, { backends: [nas(layer, { trident: own }), nas(layer, { trident: own, name: 'nas2' })] }) };
    }).problems;
    expect(problems('21.04')).toEqual([`${PATH} \`trident.version\` is 21.04: mirrored volumes need Trident 21.07 or newer. Upgrade Trident, or mirror on the array.`]);
    expect(problems('21.07')).toEqual([]);
  });

  test('peering and the source are a prerequisite; no manifest can bring them about', () => {
    const built = mirror();
    expect(needs(built, 'Array')).toEqual(['Clusters peered, storage VM remote peered with the one of class vol-class for SnapMirror, and volume remote:results on the source']);
    expect(built.app.prerequisites().find(({ area }) => area === 'Array')?.commands).toEqual(['vserver peer show   # ONTAP command line']);
  });
});
