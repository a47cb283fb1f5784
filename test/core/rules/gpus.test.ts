import fc from 'fast-check';
import { type Cluster, HorovodCluster, type Json } from '../../../lib';
import { build, CLUSTER } from '../../support';
import { container, deployment, pod, podSpec, problemsOf } from '../objects';

const gpu = (count: number | string, name = 'main') => container({ name, resources: { limits: { 'nvidia.com/gpu': count } } });
const HOST = 'kubernetes.io/hostname';
const affinity = (...nodeSelectorTerms: Json[]) => ({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } });
const onHosts = (...values: string[]) => ({ affinity: affinity({ matchExpressions: [{ key: HOST, operator: 'In', values }] }) });
const cluster = { ...CLUSTER, nodes: [{ name: 'gpu-1', gpus: 8 }, { name: 'gpu-2', gpus: 4 }, { name: 'cpu-1', gpus: 0 }] };
const check = (objects: Record<string, Json>) => problemsOf(objects, { cluster });

const tooMany = (needed: number, largest: number) => [
  `[test/20-layer/web] \`resources.limits["nvidia.com/gpu"]\` is ${needed} for one pod: the largest node it may run on has ${largest} GPUs, so it would wait for ever. `
  + 'Ask for fewer, or correct `cluster.nodes`.',
];
const oversubscribed = (id: string, pool: string, sum: number, list: string, capacity: number) =>
  `[test/20-layer/${id}] \`replicas\` x GPUs of the workloads that never end on ${pool} is ${sum} (${list}): there are ${capacity} GPUs. Suspend one of them, or give them different hosts.`;
const ALL = 'cpu-1, gpu-1, gpu-2';

describe('a pod that no node can take is refused; otherwise it waits for ever', () => {
  test('more GPUs than the largest node has', () => {
    expect(check({ web: pod({ containers: [gpu(9)] }) })).toEqual(tooMany(9, 8));
    expect(check({ web: pod({ containers: [gpu('9')] }) })).toEqual(tooMany(9, 8));
  });

  test('the containers of a pod count together', () => {
    expect(check({ web: pod({ containers: [gpu(5), gpu(4, 'second')] }) })).toEqual(tooMany(9, 8));
  });

  test('an init container counts by itself', () => {
    expect(check({ web: pod({ initContainers: [gpu(9, 'first')], containers: [gpu(1)] }) })).toEqual(tooMany(9, 8));
    expect(check({ web: pod({ initContainers: [gpu(8, 'first')], containers: [gpu(8)] }) })).toEqual([]);
  });

  test('of a workload that never ends it is one mistake, not two', () => {
    expect(check({ web: deployment({ containers: [gpu(9)] }, { replicas: 3 }) })).toEqual(tooMany(9, 8));
  });

  test('only the nodes that it is pinned to count', () => {
    expect(check({ web: pod({ ...onHosts('gpu-2', 'cpu-1'), containers: [gpu(5)] }) })).toEqual(tooMany(5, 4));
    expect(check({ web: pod({ nodeSelector: { [HOST]: 'gpu-2' }, containers: [gpu(5)] }) })).toEqual(tooMany(5, 4));
  });

  test('a pod template of a custom resource', () => {
    const job = { apiVersion: 'kubeflow.org/v2beta1', kind: 'MPIJob', metadata: { name: 'train', namespace: 'team' }, spec: { mpiReplicaSpecs: { Worker: { template: { spec: podSpec({ containers: [gpu(9)] }) } } } } };
    expect(check({ web: job })).toEqual(tooMany(9, 8));
  });
});

test('a host that the cluster does not have is named; otherwise a typing mistake makes a pod wait for ever', () => {
  expect(check({ web: deployment({ ...onHosts('gpu-1', 'gpu-9'), containers: [gpu(8)] }, { replicas: 2 }) })).toEqual([
    '[test/20-layer/web] `hosts` has gpu-9: `cluster.nodes` has no node of that name. Correct the name, or add the node with its GPUs.',
  ]);
});

test('notebooks hold their GPUs until a user stops them; more of them than there are GPUs would leave one waiting', () => {
  const notebook = (name: string, count: number) => ({ apiVersion: 'kubeflow.org/v1', kind: 'Notebook', metadata: { name, namespace: 'team' }, spec: { template: { spec: podSpec({ containers: [gpu(count)] }) } } });
  expect(check({ first: notebook('first', 8), second: notebook('second', 5) })).toEqual([oversubscribed('second', ALL, 13, 'first 8, second 5', 12)]);
});

test.each<[string, Json]>([
  ['no GPU', { containers: [container()] }],
  ['exactly what a node has', { containers: [gpu(8)] }],
  ['pinned to the node that has enough', { ...onHosts('gpu-1'), containers: [gpu(8)] }],
  ['pinned by another label', { affinity: affinity({ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }), containers: [gpu(8)] }],
  ['kept away from a node', { affinity: affinity({ matchExpressions: [{ key: HOST, operator: 'NotIn', values: ['gpu-9'] }] }), containers: [gpu(8)] }],
  ['one of two terms leaves the node open', { affinity: affinity({ matchExpressions: [{ key: HOST, operator: 'In', values: ['gpu-2'] }] }, { matchExpressions: [{ key: 'zone', operator: 'Exists' }] }), containers: [gpu(8)] }],
  ['a preference only', { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } }, containers: [gpu(8)] }],
])('a pod with %s is accepted', (_, fields) => {
  expect(check({ web: pod(fields) })).toEqual([]);
});

describe('workloads that never end share the GPUs; otherwise the last one waits for ever', () => {
  test('one workload with too many replicas', () => {
    expect(check({ web: deployment({ containers: [gpu(4)] }, { replicas: 4 }) })).toEqual([oversubscribed('web', ALL, 16, 'web 16', 12)]);
  });

  test('two workloads together, reported at the last', () => {
    expect(check({
      first: deployment({ containers: [gpu(8)] }, { name: 'first' }),
      withoutGpu: deployment({}, { name: 'other' }),
      second: deployment({ containers: [gpu(1)] }, { name: 'second', replicas: 5, kind: 'StatefulSet' }),
    })).toEqual([oversubscribed('second', ALL, 13, 'first 8, second 5', 12)]);
  });

  test('two workloads on one host, although the whole cluster has enough', () => {
    expect(check({
      first: deployment({ ...onHosts('gpu-2'), containers: [gpu(3)] }, { name: 'first' }),
      second: deployment({ ...onHosts('gpu-2'), containers: [gpu(2)] }, { name: 'second' }),
    })).toEqual([oversubscribed('second', 'gpu-2', 5, 'first 3, second 2', 4)]);
  });

  test.each<[string, Record<string, Json>]>([
    ['exactly all GPUs', { a: deployment({ containers: [gpu(4)] }, { replicas: 3 }) }],
    ['two on different hosts', { a: deployment({ ...onHosts('gpu-1'), containers: [gpu(8)] }, { name: 'a' }), b: deployment({ ...onHosts('gpu-2'), containers: [gpu(4)] }, { name: 'b' }) }],
    ['one that is suspended', { a: deployment({ containers: [gpu(8)] }, { name: 'a' }), b: deployment({ containers: [gpu(8)] }, { name: 'b', replicas: 0 }) }],
    ['Pods and Jobs, which end', { a: pod({ containers: [gpu(8)] }, 'a'), b: pod({ containers: [gpu(8)] }, 'b'), c: pod({ containers: [gpu(8)] }, 'c') }],
    ['many without a GPU', { a: deployment({}, { replicas: 100 }) }],
  ])('%s are accepted', (_, objects) => {
    expect(check(objects)).toEqual([]);
  });

  test('for any workloads: a mistake is reported exactly when the sum is above the capacity', () => {
    const workload = fc.record({ gpus: fc.integer({ min: 0, max: 8 }), replicas: fc.integer({ min: 0, max: 3 }) });
    fc.assert(fc.property(fc.array(workload, { maxLength: 4 }), workloads => {
      const objects = Object.fromEntries(workloads.map(({ gpus, replicas }, index) => [`w${index}`, deployment({ containers: [gpu(gpus)] }, { name: `w${index}`, replicas })]));
      const sum = workloads.reduce((total, { gpus, replicas }) => total + gpus * replicas, 0);
      expect(check(objects).length).toBe(sum > 12 ? 1 : 0);
    }), { numRuns: 60 });
  });
});

describe('Horovod clusters that would wait for each other', () => {
  const results = { claimName: 'results', namespace: 'team', accessMode: 'ReadWriteMany' } as const;
  const nodes = ['h1', 'h2', 'h3', 'h4'].map((name, index) => ({ name, address: `10.0.0.${index + 1}`, gpus: 8 }));
  const fourHosts: Cluster = { ...CLUSTER, nodes, existing: [...CLUSTER.existing!, { kind: 'PersistentVolumeClaim', namespace: 'team', name: 'results' }] };
  const problems = (...hostLists: number[][]) => build(layer => {
    for (const [index, hosts] of hostLists.entries()) {
      new HorovodCluster(layer, `c${index}`, {
        name: `c${index}`, engine: 'host-network', hosts: hosts.map(host => nodes[host - 1]!), namespace: 'team', image: 'example/image:1', data: 'synthetic', results,
        hostNetwork: { sshPort: 22122 + index },
      });
    }
  }, { cluster: fourHosts }).problems;

  test('on the same hosts in reverse order are refused; otherwise each holds the GPUs of the other\'s master', () => {
    expect(problems([1, 2], [2, 1])).toEqual([
      expect.stringMatching(/^\[test\/20-layer\/c0\] `hosts` of Job c0-master-[0-9a-f]{8} has h1, where it needs 8 GPUs: c1-worker holds them and never ends, so it would wait for ever\. Suspend one of them, or give them different hosts\.$/),
      expect.stringMatching(/^\[test\/20-layer\/c1\] `hosts` of Job c1-master-[0-9a-f]{8} has h2, where it needs 8 GPUs: c0-worker holds/),
    ]);
  });

  test('on partly the same hosts are refused; otherwise one worker never starts', () => {
    expect(problems([1, 2, 3], [4, 3, 2])).toContainEqual(expect.stringContaining('is 32 (c0-worker 16, c1-worker 16): there are 16 GPUs.'));
    expect(problems([1, 2, 3], [1, 3, 4])).toContain('[test/20-layer/c1/Worker] `replicas` x GPUs of the workloads that never end on h2, h3, h4 is 32 (c0-worker 16, c1-worker 16): '
      + 'there are 24 GPUs. Suspend one of them, or give them different hosts.');
  });

  test('on different hosts are accepted', () => {
    expect(problems([1, 2], [3, 4])).toEqual([]);
  });
});
