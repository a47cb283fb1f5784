import { ApiObject } from 'cdk8s';
import fc from 'fast-check';
import { TridentInstallation, type TridentInstallationProps, type TridentVersion } from '../../lib';
import { build, trident } from '../support';
import { nas } from './storage-support';

describe('TridentInstallation', () => {
  test('every prop arrives: backends are written into the namespace of Trident, where it looks for them', () => {
    const props: Required<TridentInstallationProps> = { version: '25.10', namespace: 'netapp' };
    const built = build(layer => { nas(layer, { trident: new TridentInstallation(layer, 'trident', props) }); });
    expect(built.problems).toEqual([]);
    expect(built.one('TridentBackendConfig').metadata.namespace).toBe('netapp');
    expect(built.app.prerequisites().filter(({ area, what }) => area === 'Cluster' && what.startsWith('Trident'))).toEqual([{
      area: 'Cluster',
      what: 'Trident 25.10 in namespace netapp, with its custom resource definitions (trident.netapp.io/v1)',
      commands: ['kubectl -n netapp get tridentversion'],
      provides: [{ kind: 'Namespace', name: 'netapp' }],
      neededBy: ['20-layer/trident'],
    }]);
  });

  test('the namespace is trident where none is given, and nothing is written for the installation itself', () => {
    const built = build(layer => { expect(trident(layer).namespace).toBe('trident'); });
    expect(built.manifests).toEqual([]);
    expect(built.problems).toEqual([]);
  });

  test('a release before 21.04 is refused; its Trident would never read a TridentBackendConfig', () => {
    expect(build(layer => { trident(layer, { version: '21.01' }); }).problems).toEqual([
      '[test/20-layer/trident] `trident.version` is 21.01: TridentBackendConfig exists since 21.04. Upgrade Trident.',
    ]);
    expect(build(layer => { trident(layer, { version: '21.04' }); }).problems).toEqual([]);
  });

  test('a version that is no release is refused; version gates would be wrong for it', () => {
    expect(build(layer => { trident(layer, { version: '26.6' }); }).problems).toEqual([
      '[test/20-layer/trident] `trident.version` is "26.6": a Trident release is year.month with two digits each. Write for example 26.06.',
    ]);
  });

  test('a version that is no number does not compile', () => {
    build(layer => {
      // @ts-expect-error a release is year.month
      trident(layer, { version: 'latest' });
    });
  });

  test('releases are ordered by year, then month; else an option could pass on a release that lacks it', () => {
    const release = fc.tuple(fc.integer({ min: 21, max: 40 }), fc.integer({ min: 1, max: 12 }));
    const text = ([year, month]: [number, number]) => `${year}.${String(month).padStart(2, '0')}` as TridentVersion;
    fc.assert(fc.property(release, release, (a, b) => {
      build(layer => {
        expect(trident(layer, { version: text(a) }).has(text(b))).toBe(a[0] * 12 + a[1] >= b[0] * 12 + b[1]);
      });
    }));
  });

  test('classes that others wrote are checked as soon as Trident is there; a dead provisioner would not be noticed', () => {
    const built = build(layer => {
      trident(layer);
      new ApiObject(layer, 'old', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'old' }, provisioner: 'netapp.io/trident' });
    });
    expect(built.problems).toEqual([
      '[test/20-layer/old] `provisioner` is netapp.io/trident: Trident serves only csi.trident.netapp.io, and claims of this class would stay pending. Use that.',
    ]);
  });
});
