import { HorovodCluster } from '../../../lib';
import { build, CLUSTER } from '../../support';
import { container, deployment, problemsOf } from '../objects';

const server = (fields: object = {}) => ({ ...deployment({ containers: [container({ ports: [{ containerPort: 22, hostPort: 2222 }] })], ...fields }) });

test('one pod per host may have the port', () => {
  expect(problemsOf({ a: { ...server(), metadata: { name: 'a', namespace: 'team' } }, b: { ...server(), metadata: { name: 'b', namespace: 'team' } } })).toEqual([]);
});

test('more pods than hosts are refused; otherwise one of them never starts', () => {
  const named = (name: string) => ({ ...server(), metadata: { name, namespace: 'team' } });
  expect(problemsOf({ a: named('a'), b: named('b'), c: named('c') })).toEqual([
    '[test/20-layer/c] `hostPort` is 2222 for 3 pods on gpu-1, gpu-2 (a 1, b 1, c 1): a port is free once per host, 2 in all. Give one of them another port, or other hosts.',
  ]);
});

test('two Horovod clusters of half the GPUs on the same hosts are refused while they share an SSH port, and accepted with another', () => {
  const shared = {
    engine: 'host-network', hosts: CLUSTER.nodes, gpusPerHost: 4, namespace: 'team', image: 'example/image:1', data: 'synthetic',
    results: { claimName: 'results', namespace: 'team', accessMode: 'ReadWriteMany' },
  } as const;
  const cluster = { ...CLUSTER, existing: [...CLUSTER.existing!, { kind: 'PersistentVolumeClaim' as const, namespace: 'team', name: 'results' }] };
  const problems = (sshPort?: number) => build(layer => {
    new HorovodCluster(layer, 'one', { ...shared, name: 'one' });
    new HorovodCluster(layer, 'two', { ...shared, name: 'two', hostNetwork: { sshPort } });
  }, { cluster }).problems;
  expect(problems()).toEqual([
    '[test/20-layer/two/Worker] `hostPort` is 22122 for 2 pods on gpu-2 (one-worker 1, two-worker 1): a port is free once per host, 1 in all. Give one of them another port, or other hosts.',
  ]);
  expect(problems(22123)).toEqual([]);
});
