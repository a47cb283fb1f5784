import { Duration } from 'cdk8s';
import { OntapNasBackend, type OntapNasBackendProps, type ReplicationOptions } from '../../lib';
import { build, trident } from '../support';
import { ALL_OPTIONS, nas, VM } from './storage-support';

const PATH = '[test/20-layer/nas]';

describe('OntapNasBackend', () => {
  test('every prop arrives under the key and with the type that Trident reads', () => {
    const built = build(layer => {
      const replication: Required<ReplicationOptions> = { policy: 'MirrorAllSnapshots', schedule: 'hourly' };
      const props: Required<OntapNasBackendProps> = {
        ...ALL_OPTIONS(Duration.hours(2)), ...VM, trident: trident(layer), name: 'nas', dataLif: '10.0.2.1',
        aggregate: 'aggr1', limitVolumeSize: '100Ti', limitAggregateUsage: 80, replication,
      };
      new OntapNasBackend(layer, 'nas', props);
    });
    expect(built.problems).toEqual([]);
    const { metadata, spec, apiVersion } = built.one('TridentBackendConfig');
    expect(apiVersion).toBe('trident.netapp.io/v1');
    expect(metadata).toMatchObject({ name: 'nas', namespace: 'trident', labels: { 'app.kubernetes.io/name': 'trident', 'app.kubernetes.io/instance': 'nas', 'app.kubernetes.io/component': 'backend' } });
    expect(spec).toEqual({
      version: 1, storageDriverName: 'ontap-nas', backendName: 'nas', managementLIF: '10.0.1.1', dataLIF: '10.0.2.1', svm: 'svm1', credentials: { name: 'svm1-login' },
      useREST: true, storagePrefix: 'prod_', nfsMountOptions: 'vers=4.1,hard', autoExportPolicy: true, autoExportCIDRs: ['10.0.0.0/16', 'fd00::/8'],
      labels: { site: 'lab' }, region: 'eu', zone: 'rack-1', supportedTopologies: [{ 'topology.kubernetes.io/zone': 'rack-1' }], cloneSplitDelay: '7200',
      defaults: { size: '50Gi' }, storage: [{ labels: { tier: 'gold' }, region: 'eu-west', zone: 'rack-2', defaults: { snapshotDir: 'true' } }], deletionPolicy: 'retain',
      aggregate: 'aggr1', limitVolumeSize: '100Ti', limitAggregateUsage: '80%', replicationPolicy: 'MirrorAllSnapshots', replicationSchedule: 'hourly',
    });
  });

  test('what is not asked for is not written; Trident\'s own defaults stay in force', () => {
    expect(build(layer => { nas(layer); }).one('TridentBackendConfig').spec).toEqual({
      version: 1, storageDriverName: 'ontap-nas', backendName: 'nas', managementLIF: '10.0.1.1', svm: 'svm1', credentials: { name: 'svm1-login' },
    });
  });

  test('ZAPI is asked for with a real false; text or a missing key would leave the choice to Trident', () => {
    expect(build(layer => { nas(layer, { useRest: false }); }).one('TridentBackendConfig').spec.useREST).toBe(false);
  });

  test('the name of the backend is the name of its object; one finds it by either', () => {
    build(layer => {
      const backend = nas(layer, { name: 'results', labels: { site: 'lab' }, pools: [{ labels: { tier: 'gold' } }, { labels: { tier: 'silver', site: 'remote' } }] });
      expect(backend).toMatchObject({ name: 'results', svm: 'svm1', driver: 'ontap-nas' });
      expect(backend.poolLabels).toEqual([{ site: 'lab', tier: 'gold' }, { site: 'remote', tier: 'silver' }]);
    });
  });

  test.each<[string, Partial<OntapNasBackendProps>, string]>([
    ['more than 100 percent', { limitAggregateUsage: 101 }, `${PATH} \`limitAggregateUsage\` is 101: it is a whole percentage from 1 to 100. Write for example 80.`],
    ['part of a percent', { limitAggregateUsage: 0.8 }, `${PATH} \`limitAggregateUsage\` is 0.8: it is a whole percentage from 1 to 100. Write for example 80.`],
    ['a limit of nothing', { limitVolumeSize: '0Gi' }, `${PATH} \`limitVolumeSize\` is 0Gi: not a size. Write for example 1Ti.`],
    ['a fraction, which Trident cannot read', { limitVolumeSize: '1.5Ti' }, `${PATH} \`limitVolumeSize\` is 1.5Ti: Trident reads whole numbers only, and would refuse the backend. Write it in a smaller unit, for example 1536Gi for 1.5Ti.`],
  ])('%s is refused', (_, props, sentence) => {
    expect(build(layer => { nas(layer, props); }).problems).toEqual([sentence]);
  });

  test('replication on a Trident that lacks it is refused; volumes would not be mirrored', () => {
    const problems = (version: '21.04' | '21.07') => build(layer => { nas(layer, { trident: trident(layer, { version }), replication: { policy: 'Async' } }); }).problems;
    expect(problems('21.04')).toEqual([`${PATH} \`replication\` needs Trident 21.07 or newer: \`trident.version\` is 21.04. Upgrade Trident, or leave the key out.`]);
    expect(problems('21.07')).toEqual([]);
  });

  test('options of FlexGroups do not compile; Trident would ignore them', () => {
    build(layer => {
      // @ts-expect-error an option of OntapNasFlexGroupBackend
      nas(layer, { placement: { balanced: true } });
    });
  });
});
