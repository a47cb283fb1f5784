import { ApiObject, type Chart } from 'cdk8s';
import fc from 'fast-check';
import { type Json, TeamPodDefault, type TeamPodDefaultProps } from '../../../lib';
import { EMPTY_POD, mergeConflicts } from '../../../lib/kubeflow/pod-default-conflicts';
import { build } from '../../support';
import { claim, existingTeam } from '../team-support';

const podDefault = (layer: Chart, name: string, props: Partial<TeamPodDefaultProps>) => new TeamPodDefault(layer, name, { team: existingTeam(layer), name, description: name, ...props });
const memory = (size: string) => ({ volume: { name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: { value: size } as never } }, mountPath: '/dev/shm' });

/** What is said of a pod with these labels, in a namespace with two sizes of shared memory, a dataset and two accounts. */
function problemsOf(labels: Record<string, string>, spec: Json = {}, kind = 'Deployment', namespace = 'team'): string[] {
  return build(layer => {
    podDefault(layer, 'small', { volumes: [memory('1Gi')] });
    podDefault(layer, 'large', { volumes: [memory('64Gi')] });
    podDefault(layer, 'data', { mounts: [{ dataset: claim('data', 'team'), mountPath: '/data' }], environment: { DATA: '/data' } });
    podDefault(layer, 'robot', { serviceAccount: 'robot' });
    podDefault(layer, 'human', { serviceAccount: 'human' });
    const pod = { containers: [{ name: 'main', image: 'example.com/main:1', ...spec.container }], volumes: spec.volumes };
    new ApiObject(layer, 'pod', {
      apiVersion: 'example.com/v1', kind, metadata: { name: 'pod', namespace, labels: kind === 'Notebook' ? labels : undefined },
      ...{ spec: { template: { metadata: kind === 'Notebook' ? undefined : { labels }, spec: pod } } },
    });
  }).problems.filter(problem => problem.includes('asks for'));
}

const sentence = (kind: string, names: string, what: string): string =>
  `[test/20-layer/pod] ${kind} pod asks for ${names}, which would set ${what} differently from each other or from the pod: the PodDefaults webhook cannot merge that, `
  + 'and the pod would not start as meant. Leave out one of them, or make them the same.';

test('alternatives may exist side by side, and a pod may ask for what goes together', () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ small: 'true', data: 'true', robot: 'true' })).toEqual([]);
});

test.each(['Deployment', 'Notebook'])('a %s that asks for both alternatives is reported; the webhook would refuse the pod', kind => {
  expect(problemsOf({ small: 'true', large: 'true' }, {}, kind)).toEqual([sentence(kind, 'small, large', 'volume dshm')]);
});

test('one that asks for two ServiceAccounts is reported; it would get the last', () => {
  expect(problemsOf({ robot: 'true', human: 'true' })).toEqual([sentence('Deployment', 'robot, human', 'the ServiceAccount')]);
});

test.each([
  ['mounts the claim elsewhere', { container: { volumeMounts: [{ name: 'data', mountPath: '/other' }] }, volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }, ['the mount of volume data']],
  ['has something else there', { container: { volumeMounts: [{ name: 'x', mountPath: '/data' }] }, volumes: [{ name: 'x', emptyDir: {} }] }, ['mount path /data']],
  ['has the variable', { container: { env: [{ name: 'DATA', value: '/elsewhere' }] } }, ['variable DATA']],
] as [string, Json, string[]][])('a pod that %s itself is reported', (_, spec, conflicts) => {
  expect(problemsOf({ data: 'true' }, spec)).toEqual(conflicts.map(what => sentence('Deployment', 'data', what)));
});

test('the same setting twice is no conflict', () => {
  expect(problemsOf({ data: 'true' }, {
    container: { volumeMounts: [{ mountPath: '/data', name: 'data' }], env: [{ value: '/data', name: 'DATA' }] }, volumes: [{ persistentVolumeClaim: { claimName: 'data' }, name: 'data' }],
  })).toEqual([]);
});

test.each([['false', 'team'], ['true', 'default']])('the label with value %s in namespace %s asks for nothing', (value, namespace) => {
  expect(problemsOf({ small: 'true', large: value }, {}, 'Deployment', namespace)).toEqual([]);
});

test('whatever PodDefaults do, the order of two does not matter, and one that is given twice never conflicts with itself', () => {
  const list = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b'), mountPath: fc.constantFrom('/x', '/y') }, { noNullPrototype: true }), { selector: ({ name }) => name, maxLength: 2 })
    .filter(mounts => new Set(mounts.map(({ mountPath }) => mountPath)).size === mounts.length);
  fc.assert(fc.property(list, list, (one, other) => {
    const [first, second] = [{ volumeMounts: one }, { volumeMounts: other }];
    expect(mergeConflicts(EMPTY_POD, [first, first])).toEqual([]);
    expect(mergeConflicts(EMPTY_POD, [first, second]).length > 0).toBe(mergeConflicts(EMPTY_POD, [second, first]).length > 0);
    const clash = one.some(a => other.some(b => (a.name === b.name) !== (a.mountPath === b.mountPath)));
    expect(mergeConflicts(EMPTY_POD, [first, second]).length > 0).toBe(clash);
  }));
});
