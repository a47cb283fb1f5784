import { CLUSTER } from '../../support';
import { claim, problemsOf } from '../objects';

const cluster = { ...CLUSTER, existing: [
  { kind: 'Namespace' as const, name: 'team' },
  { kind: 'StorageClass' as const, isDefault: true, accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'] as const },
  { kind: 'StorageClass' as const, name: 'nas', accessModes: ['ReadWriteMany'] as const },
] };

test('a claim that asks a class for what it cannot give is refused; otherwise it stays pending', () => {
  expect(problemsOf({ claim: claim({ storageClassName: 'nas', accessModes: ['ReadWriteMany', 'ReadWriteOncePod'] }) }, { cluster })).toEqual([
    '[test/20-layer/claim] `accessMode` is ReadWriteOncePod: class nas offers only ReadWriteMany. Ask for one of these, or use a class of a NAS backend.',
  ]);
});

test('a claim without a class is held against the default class', () => {
  expect(problemsOf({ claim: claim({ accessModes: ['ReadWriteMany'] }) }, { cluster })).toEqual([
    '[test/20-layer/claim] `accessMode` is ReadWriteMany: class (the default) offers only ReadWriteOnce, ReadWriteOncePod. Ask for one of these, or use a class of a NAS backend.',
  ]);
});

test('what the class offers is accepted, and a claim bound to no class is left alone', () => {
  expect(problemsOf({
    byName: claim({ storageClassName: 'nas', accessModes: ['ReadWriteMany'] }, 'a'),
    byDefault: claim({ accessModes: ['ReadWriteOnce'] }, 'b'),
    withoutClass: claim({ storageClassName: '', accessModes: ['ReadWriteMany'] }, 'c'),
  }, { cluster })).toEqual([]);
});

test('a claim template of a StatefulSet is held against its class too; otherwise its pods stay pending', () => {
  const set = {
    apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: 'team' },
    spec: { template: {}, volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOncePod'] } }] },
  };
  expect(problemsOf({ set })).toEqual(['[test/20-layer/set] `accessMode` is ReadWriteOncePod: class (the default) offers only ReadWriteOnce, ReadOnlyMany, ReadWriteMany. '
    + 'Ask for one of these, or use a class of a NAS backend.']);
});
