import fc from 'fast-check';
import { type Capacity, type QosPolicy, type VolumeDefaults } from '../../lib';
import { build, trident } from '../support';
import { flexGroups, nas } from './storage-support';

type AllDefaults = Required<VolumeDefaults>;
const ALL: AllDefaults = {
  size: '50Gi', nameTemplate: '{{.volume.Namespace}}', spaceReserve: 'volume', snapshotPolicy: 'daily', snapshotReserve: 10, snapshotDir: true,
  unixPermissions: '0775', exportPolicy: 'lab', securityStyle: 'mixed', splitOnClone: false, skipRecoveryQueue: true, encryption: false,
  tieringPolicy: 'snapshot-only', qos: { policy: 'gold' },
};
const WRITTEN = {
  size: '50Gi', nameTemplate: '{{.volume.Namespace}}', spaceReserve: 'volume', snapshotPolicy: 'daily', snapshotReserve: '10', snapshotDir: 'true',
  unixPermissions: '0775', exportPolicy: 'lab', securityStyle: 'mixed', splitOnClone: 'false', skipRecoveryQueue: 'true', encryption: 'false',
  tieringPolicy: 'snapshot-only', qosPolicy: 'gold',
};
const problemsOf = (defaults: VolumeDefaults): string[] => build(layer => { nas(layer, { defaults }); }).problems;

describe('settings of new volumes', () => {
  test('every setting arrives as text, in the backend and in a pool; Trident does not load a backend with a boolean or number there', () => {
    const pools = [{ labels: { tier: 'gold' }, defaults: ALL }];
    const built = build(layer => {
      nas(layer, { defaults: ALL, pools });
      flexGroups(layer, { defaults: ALL, pools });
    });
    expect(built.problems).toEqual([]);
    for (const name of ['nas', 'fg']) {
      const { spec } = built.one('TridentBackendConfig', name);
      expect(spec.defaults).toEqual(WRITTEN);
      expect(spec.storage).toEqual([{ labels: { tier: 'gold' }, defaults: WRITTEN }]);
    }
  });

  test('an adaptive QoS policy is written under its own key', () => {
    const { spec } = build(layer => { nas(layer, { defaults: { qos: { adaptivePolicy: 'extreme' } } }); }).one('TridentBackendConfig');
    expect(spec.defaults).toEqual({ adaptiveQosPolicy: 'extreme' });
  });

  test('two QoS policies do not compile; Trident refuses a backend with both', () => {
    // @ts-expect-error a fixed or an adaptive policy
    const both: QosPolicy = { policy: 'gold', adaptivePolicy: 'extreme' };
    expect(both).toBeDefined();
  });

  test('text where a boolean is meant, and NTFS, do not compile', () => {
    // @ts-expect-error a boolean; the library makes text of it
    const text: VolumeDefaults = { encryption: 'true' };
    // @ts-expect-error not over NFS
    const ntfs: VolumeDefaults = { securityStyle: 'ntfs' };
    expect([text, ntfs]).toHaveLength(2);
  });

  test('what is not asked for is not written', () => {
    const { spec } = build(layer => { nas(layer, { defaults: { snapshotDir: false } }); }).one('TridentBackendConfig');
    expect(spec.defaults).toEqual({ snapshotDir: 'false' });
  });

  const PATH = '[test/20-layer/nas]';
  test.each<[string, VolumeDefaults, string]>([
    ['a volume below 20Mi', { size: '19Mi' }, `${PATH} \`defaults.size\` is 19Mi: the smallest volume is 20Mi. Give a size of at least that.`],
    ['a fraction, which Trident cannot read', { size: '1.5Ti' }, `${PATH} \`defaults.size\` is 1.5Ti: Trident reads whole numbers only, and would refuse the backend. Write it in a smaller unit, for example 1536Gi for 1.5Ti.`],
    ['a snapshot reserve above 90', { snapshotReserve: 91 }, `${PATH} \`defaults.snapshotReserve\` is 91: it must be a whole number from 0 to 90. Choose a value in that range.`],
    ['a mode that is not octal', { unixPermissions: '0888' }, `${PATH} \`defaults.unixPermissions\` is "0888": a mode is three octal digits, with or without a leading 0. Write for example 0775.`],
  ])('%s is refused', (_, defaults, sentence) => {
    expect(problemsOf(defaults)).toEqual([sentence]);
  });

  test('a mistake in a pool names the pool', () => {
    expect(build(layer => { nas(layer, { pools: [{ labels: {} }, { labels: {}, defaults: { snapshotReserve: 0.5 } }] }); }).problems).toEqual([
      `${PATH} \`pools[1].defaults.snapshotReserve\` is 0.5: it must be a whole number from 0 to 90. Choose a value in that range.`,
    ]);
  });

  test.each([
    ['nameTemplate', { nameTemplate: 'x' }, '24.02', '24.06'],
    ['skipRecoveryQueue', { skipRecoveryQueue: false }, '24.10', '25.02'],
  ] as const)('%s on a Trident that lacks it is refused; the setting would have no effect', (key, defaults, before, since) => {
    const problems = (version: typeof before | typeof since) => build(layer => { nas(layer, { trident: trident(layer, { version }), defaults }); }).problems;
    expect(problems(before)).toEqual([`${PATH} \`defaults.${key}\` needs Trident ${since} or newer: \`trident.version\` is ${before}. Upgrade Trident, or leave the key out.`]);
    expect(problems(since)).toEqual([]);
  });

  test('a whole size is accepted exactly from 20Mi on', () => {
    const bytes = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
    fc.assert(fc.property(fc.integer({ min: 0, max: 40000 }), fc.constantFrom('Ki', 'Mi', 'Gi', 'Ti'), (number, unit) => {
      const size: Capacity = `${number}${unit}`;
      expect(problemsOf({ size }).length === 0).toBe(number * bytes[unit] >= 20 * 2 ** 20);
    }));
  });

  test('every written setting is text, whatever is given', () => {
    fc.assert(fc.property(fc.record({
      snapshotReserve: fc.integer({ min: 0, max: 90 }), snapshotDir: fc.boolean(), splitOnClone: fc.boolean(), encryption: fc.boolean(), skipRecoveryQueue: fc.boolean(),
    }, { requiredKeys: [] }), defaults => {
      const { spec } = build(layer => { nas(layer, { defaults }); }).one('TridentBackendConfig');
      expect(spec.defaults).toEqual(Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, String(value)])));
    }));
  });
});
