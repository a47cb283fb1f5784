import { type ExistingObject, type Json } from '../../../lib';
import { CLUSTER } from '../../support';
import { container, podSpec, problemsOf } from '../objects';

const queue = (name: string, gpu: Json, parentQueue?: string): Json => ({ apiVersion: 'scheduling.run.ai/v2', kind: 'Queue', metadata: { name }, spec: { parentQueue, resources: { gpu } } });
const department = queue('all', { quota: -1, limit: -1 });
const team = (name: string, quota: number, limit = -1) => queue(name, { quota, limit }, 'all');
const gpus = (count: number) => podSpec({ containers: [container({ resources: { limits: { 'nvidia.com/gpu': count } } })] });
/** A workload in a queue; `spec` has more of it. */
const workload = (kind: string, name: string, inQueue: string, { labels = {}, annotations, spec = gpus(1), ...more }: Json = {}): Json => ({
  apiVersion: { Job: 'batch/v1', Notebook: 'kubeflow.org/v1' }[kind] ?? 'apps/v1', kind,
  metadata: { name, namespace: 'team', labels: { 'kai.scheduler/queue': inQueue, ...labels } },
  spec: { template: { metadata: { labels: { app: name }, annotations }, spec }, selector: { matchLabels: { app: name } }, ...more },
});
const part = (fraction: string) => ({ annotations: { 'gpu-fraction': fraction }, spec: podSpec() });
const check = (objects: Record<string, Json>, existing: readonly ExistingObject[] = []) => problemsOf({ all: department, ...objects }, { cluster: { ...CLUSTER, existing: [...CLUSTER.existing ?? [], ...existing] } });
const at = (id: string, sentence: string) => [`[test/20-layer/${id}] ${sentence}`];

describe('what is guaranteed to all teams is what the cluster has', () => {
  const documented = { a: team('team-a', 4), b: team('team-b', 2), c: team('team-c', 2), d: team('team-d', 8) };

  test('as in the documents', () => {
    expect(check(documented)).toEqual([]);
  });

  test('less, and GPUs would belong to nobody', () => {
    expect(check({ ...documented, d: team('team-d', 4) })).toEqual(at('all',
      '`gpus` guaranteed to the queues are 4 + 2 + 2 + 4 = 12 (team-a 4, team-b 2, team-c 2, team-d 4): the cluster has 16. Give the other 4 to a team, or correct `cluster.nodes`.'));
  });

  test('more, and guarantees could not be kept', () => {
    expect(check({ ...documented, d: team('team-d', 10) })).toEqual(at('all',
      '`gpus` guaranteed to the queues are 4 + 2 + 2 + 10 = 18 (team-a 4, team-b 2, team-c 2, team-d 10): the cluster has 16. Take 2 away, since not all guarantees could be kept, or correct `cluster.nodes`.'));
  });

  test('less is right where the cluster has queues that are made elsewhere; more never is', () => {
    expect(check({ ...documented, d: team('team-d', 4) }, [{ kind: 'Queue', name: 'others' }])).toEqual([]);
    expect(check({ ...documented, d: team('team-d', 9) }, [{ kind: 'Queue', name: 'others' }])).toHaveLength(1);
  });

  test('queues that guarantee nothing or all of it, and those above others, do not count', () => {
    expect(check({ ...documented, guests: team('guests', 0), root: team('root', -1), nested: queue('nested', { quota: 7, limit: -1 }), child: queue('child', { quota: 0, limit: -1 }, 'nested') })).toEqual([]);
  });

  test('a queue of another scheduler is none', () => {
    expect(check({ other: { ...team('other', 99), apiVersion: 'scheduling.volcano.sh/v1beta1' } }).join()).not.toContain('guaranteed');
  });
});

describe('what its queue would never start', () => {
  const teams = { a: team('team-a', 12, 12), b: team('team-b', 4) };

  test('more GPUs than the queue may have', () => {
    expect(check({ a: team('team-a', 4, 4), b: team('team-b', 12), job: workload('Job', 'big', 'team-a', { spec: gpus(5) }) })).toEqual(at('job',
      'One pod of Job big asks for 5 GPUs: queue team-a may have 4, so it would wait for ever. Ask for fewer, or raise `maxGpus` of the queue.'));
    expect(check({ ...teams, job: workload('Job', 'big', 'team-a', { spec: gpus(8) }) })).toEqual([]);
  });

  test('anything in a queue that has others below it', () => {
    expect(check({ ...teams, job: workload('Job', 'lost', 'all') })).toEqual(at('job', 'Job lost is in queue all, which has queues below it: KAI Scheduler starts nothing there. Use one of team-a, team-b.'));
  });

  test('a part of a GPU and whole ones in one pod', () => {
    expect(check({ ...teams, job: workload('Job', 'both', 'team-a', { annotations: { 'gpu-fraction': '0.5' } }) })).toEqual(at('job',
      'Job both asks for a part of a GPU by `gpu-fraction` and for whole ones: KAI Scheduler refuses such a pod. Leave one of them out.'));
  });

  const beyond = (sum: number, list: string) => at('b',
    `\`gpus\` of queue team-b is 4: its workloads that are never pre-empted ask for ${sum} (${list}), and may not go beyond that, so the last would wait for ever. Raise it, or ask for fewer.`);
  const build = { labels: { priorityClassName: 'build' } };

  test('sessions beyond the guarantee', () => {
    expect(check({ ...teams, one: workload('StatefulSet', 'one', 'team-b', { ...build, spec: gpus(3) }), two: workload('StatefulSet', 'two', 'team-b', { ...build, ...part('0.6') }) })).toEqual([]);
    expect(check({ ...teams, one: workload('StatefulSet', 'one', 'team-b', { ...build, spec: gpus(4) }), two: workload('StatefulSet', 'two', 'team-b', { ...build, ...part('0.6') }) })).toEqual(beyond(4.6, 'one 4, two 0.6'));
  });

  test('a Deployment and a Notebook count as such by themselves, as KAI takes them', () => {
    expect(check({ ...teams, one: workload('Deployment', 'one', 'team-b', { spec: gpus(1), replicas: 3 }), two: workload('Notebook', 'two', 'team-b', { spec: gpus(2) }) })).toEqual(beyond(5, 'one 3, two 2'));
  });

  test('training does not count, nor what says so, nor what is suspended', () => {
    const train = { labels: { priorityClassName: 'train' } };
    expect(check({
      ...teams,
      one: workload('Deployment', 'one', 'team-b', { ...train, spec: gpus(3), replicas: 2 }),
      two: workload('StatefulSet', 'two', 'team-b', { labels: { 'priorityClassName': 'build', 'kai.scheduler/preemptibility': 'preemptible' }, spec: gpus(5) }),
      three: workload('Job', 'three', 'team-b', { ...build, spec: gpus(8), suspend: true }),
      four: workload('StatefulSet', 'four', 'team-b', { ...build, spec: gpus(8), replicas: 0 }),
      five: workload('Job', 'five', 'team-b', { spec: gpus(8) }),
    })).toEqual([]);
    expect(check({ ...teams, one: workload('Job', 'one', 'team-b', { labels: { 'kai.scheduler/preemptibility': 'non-preemptible' }, spec: gpus(8) }) })).toEqual(beyond(8, 'one 8'));
  });

  test('parts of a GPU add up to whole ones without a rest', () => {
    const tenths = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`s${index}`, workload('StatefulSet', `s${index}`, 'team-b', { ...build, ...part('0.1') })]));
    expect(check({ ...teams, ...tenths })).toEqual([]);
  });
});
