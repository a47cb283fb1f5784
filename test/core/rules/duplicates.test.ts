import { problemsOf, configMap } from '../objects';

test('two objects of one kind, namespace and name are refused; otherwise the second overwrites the first', () => {
  expect(problemsOf({ one: configMap(), two: configMap() })).toEqual([
    '[test/20-layer/two] `metadata.name` is settings: ConfigMap team/settings is already made by 20-layer/one, and an apply would overwrite it. Rename one of the two.',
  ]);
});

test('a third one is reported too; otherwise a second run finds the next mistake', () => {
  expect(problemsOf({ one: configMap(), two: configMap(), three: configMap() }).map(line => line.split(']')[0])).toEqual(['[test/20-layer/two', '[test/20-layer/three']);
});

test('no namespace and the namespace default are the same place; otherwise one of the two is lost', () => {
  expect(problemsOf({ one: configMap({}, 'settings', 'default'), two: { ...configMap(), metadata: { name: 'settings' } } })).toEqual([
    '[test/20-layer/two] `metadata.name` is settings: ConfigMap settings is already made by 20-layer/one, and an apply would overwrite it. Rename one of the two.',
  ]);
});

test('two versions of one API group are the same object; otherwise the overwrite is missed', () => {
  const budget = (version: string) => ({ apiVersion: `policy/${version}`, kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'team' } });
  expect(problemsOf({ one: budget('v1'), two: budget('v1beta1') })).toHaveLength(1);
});

test('the same name in another namespace, kind or API group is accepted; otherwise names would have to be unique everywhere', () => {
  expect(problemsOf({
    one: configMap(),
    otherNamespace: configMap({}, 'settings', 'default'),
    otherKind: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'settings', namespace: 'team' } },
    queue: { apiVersion: 'kueue.x-k8s.io/v1beta1', kind: 'Workload', metadata: { name: 'settings', namespace: 'team' } },
    otherGroup: { apiVersion: 'example.com/v1', kind: 'Workload', metadata: { name: 'settings', namespace: 'team' } },
  })).toEqual([]);
});
