import { Duration } from 'cdk8s';
import { type FlexGroupPlacement, OntapNasFlexGroupBackend, type OntapNasFlexGroupBackendProps } from '../../lib';
import { build, trident } from '../support';
import { ALL_OPTIONS, flexGroups, VM } from './storage-support';

const PATH = '[test/20-layer/fg]';

describe('OntapNasFlexGroupBackend', () => {
  const COMMON = {
    version: 1, storageDriverName: 'ontap-nas-flexgroup', backendName: 'fg', managementLIF: '10.0.1.1', dataLIF: '10.0.2.1', svm: 'svm1', credentials: { name: 'svm1-login' },
    useREST: true, storagePrefix: 'prod_', nfsMountOptions: 'vers=4.1,hard', autoExportPolicy: true, autoExportCIDRs: ['10.0.0.0/16', 'fd00::/8'],
    labels: { site: 'lab' }, region: 'eu', zone: 'rack-1', supportedTopologies: [{ 'topology.kubernetes.io/zone': 'rack-1' }], cloneSplitDelay: '7200',
    defaults: { size: '50Gi' }, storage: [{ labels: { tier: 'gold' }, region: 'eu-west', zone: 'rack-2', defaults: { snapshotDir: 'true' } }], deletionPolicy: 'retain',
  };

  test.each<[string, FlexGroupPlacement, object]>([
    ['named aggregates', { aggregates: ['aggr1', 'aggr2'] }, { flexgroupAggregateList: ['aggr1', 'aggr2'] }],
    ['balanced placement', { balanced: true }, { useBalancedPlacement: 'true' }],
  ])('every prop arrives under the key and with the type that Trident reads, with %s', (_, placement, written) => {
    const built = build(layer => {
      const props: Required<OntapNasFlexGroupBackendProps> = { ...ALL_OPTIONS(Duration.hours(2)), ...VM, trident: trident(layer), name: 'fg', dataLif: '10.0.2.1', placement };
      new OntapNasFlexGroupBackend(layer, 'fg', props);
    });
    expect(built.problems).toEqual([]);
    expect(built.one('TridentBackendConfig').spec).toEqual({ ...COMMON, ...written });
  });

  test('what is not asked for is not written; Trident\'s own defaults stay in force', () => {
    expect(build(layer => { flexGroups(layer); }).one('TridentBackendConfig').spec).toEqual({
      version: 1, storageDriverName: 'ontap-nas-flexgroup', backendName: 'fg', managementLIF: '10.0.1.1', svm: 'svm1', credentials: { name: 'svm1-login' },
    });
  });

  test.each([
    ['placement.aggregates', { aggregates: ['aggr1'] }, '22.10', '23.01'],
    ['placement.balanced', { balanced: true }, '26.02', '26.06'],
  ] as const)('%s on a Trident that lacks it is refused; constituents would be anywhere', (key, placement, before, since) => {
    const problems = (version: typeof before | typeof since) => build(layer => { flexGroups(layer, { trident: trident(layer, { version }), placement }); }).problems;
    expect(problems(before)).toEqual([`${PATH} \`${key}\` needs Trident ${since} or newer: \`trident.version\` is ${before}. Upgrade Trident, or leave the key out.`]);
    expect(problems(since)).toEqual([]);
  });

  test('an empty list of aggregates is refused; it asks for nothing', () => {
    expect(build(layer => { flexGroups(layer, { placement: { aggregates: [] } }); }).problems).toEqual([
      `${PATH} \`placement.aggregates\` is empty: there would be nothing to put constituents on. Name aggregates of the storage VM, or leave \`placement\` out.`,
    ]);
  });

  test('both placements together, and limits and mirroring, do not compile; Trident refuses or ignores them for FlexGroups', () => {
    // @ts-expect-error one placement
    const both: FlexGroupPlacement = { aggregates: ['aggr1'], balanced: true };
    expect(both).toBeDefined();
    build(layer => {
      // @ts-expect-error not a limit that Trident keeps for FlexGroups
      flexGroups(layer, { limitVolumeSize: '10Ti' });
    });
    build(layer => {
      // @ts-expect-error FlexGroups are not on one aggregate
      flexGroups(layer, { limitAggregateUsage: 80 });
    });
    build(layer => {
      // @ts-expect-error Trident does not mirror FlexGroups
      flexGroups(layer, { replication: { policy: 'Async' } });
    });
  });
});
