import { ApiObject } from 'cdk8s';
import fc from 'fast-check';
import { type Json, type TeamQuota } from '../../../lib';
import { build } from '../../support';
import { team } from '../team-support';

const PROFILE = '[test/20-layer/team-a/profile]';
const gpus = (count: number) => ({ limits: { 'nvidia.com/gpu': count, memory: '1Gi' }, requests: { cpu: 1 } });
const pod = (resources: Json, name = 'main') => ({ containers: [{ name, image: 'example.com/main:1', ...(resources ? { resources } : {}) }] });
const workload = (kind: string, name: string, spec: Json, namespace = 'team-a'): Json => ({ apiVersion: 'example.com/v1', kind, metadata: { name, namespace }, spec });
const notebook = (name: string, count: number, namespace?: string) => workload('Notebook', name, { template: { spec: pod(gpus(count)) } }, namespace);

/** What the rule says of a team with a quota, and of objects beside it. Other rules are not asked. */
function problemsOf(quota: TeamQuota | undefined, ...objects: Json[]): string[] {
  return build(layer => {
    team(layer, { quota });
    objects.forEach((object, index) => { new ApiObject(layer, `object-${index}`, object); });
  }).problems.filter(problem => /quota|flexGroupClaims/.test(problem));
}

describe('GPUs', () => {
  test('a quota of more than the cluster has is reported; it promises what is not there', () => {
    expect(problemsOf({ gpus: 17 })).toEqual([`${PROFILE} \`quota.gpus\` of team-a is 17: the cluster has 16 GPUs, so the team could never use it. Lower it, or correct \`cluster.nodes\`.`]);
    expect(problemsOf({ gpus: 16 })).toEqual([]);
  });

  test('what stays for ever must fit into the quota; otherwise the last notebook never starts', () => {
    expect(problemsOf({ gpus: 4 }, notebook('one', 2), notebook('two', 2))).toEqual([]);
    expect(problemsOf({ gpus: 4 }, notebook('one', 2), workload('Deployment', 'server', { replicas: 3, template: { spec: pod(gpus(1)) } }))).toEqual([
      `${PROFILE} \`quota.gpus\` of team-a is 4: what stays there until someone stops it asks for 5 (one 2, server 3), so the last pod would be refused. Raise it, or ask for fewer.`,
    ]);
  });

  test('jobs may wait for each other, but each pod must fit', () => {
    const job = (name: string, count: number) => workload('Job', name, { template: { spec: pod(gpus(count)) } });
    expect(problemsOf({ gpus: 4 }, job('one', 4), job('two', 4), notebook('nb', 4))).toEqual([]);
    expect(problemsOf({ gpus: 4 }, job('one', 8))).toEqual([
      '[test/20-layer/object-0] One pod of Job one asks for 8 GPUs: the quota of namespace team-a is 4, so it would be refused. Ask for fewer, or raise `quota.gpus`.',
    ]);
    expect(problemsOf({ gpus: 0 }, notebook('nb', 1))).toHaveLength(1);
  });

  test('without a quota, and in other namespaces, nothing is counted', () => {
    expect(problemsOf(undefined, notebook('nb', 8))).toEqual([]);
    expect(problemsOf({ claims: 3 }, notebook('nb', 8))).toEqual([]);
    expect(problemsOf({ gpus: 1 }, notebook('nb', 8, 'team'))).toEqual([]);
  });

  test('whatever the notebooks ask for, it is reported exactly where the sum does not fit', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.integer({ min: 4, max: 16 }), (counts, quota) => {
      const said = problemsOf({ gpus: quota }, ...counts.map((count, index) => notebook(`nb-${index}`, count)));
      expect(said.filter(problem => problem.includes('until someone stops it')).length).toBe(counts.reduce((a, b) => a + b, 0) > quota ? 1 : 0);
    }), { numRuns: 40 });
  });
});

describe('claims', () => {
  const claims = (count: number, storageClassName?: string) => Array.from({ length: count }, (_, index) => workload('PersistentVolumeClaim', `claim-${index}`, { storageClassName }));

  test('more than the quota allows are reported; the last would be refused', () => {
    expect(problemsOf({ claims: 2 }, ...claims(2))).toEqual([]);
    expect(problemsOf({ claims: 2 }, ...claims(3))).toEqual([
      `${PROFILE} \`persistentvolumeclaims\` of namespace team-a is 2: 3 such claims are made there (claim-0, claim-1, claim-2), and the last would be refused. Raise \`quota.claims\`, or make fewer.`,
    ]);
  });

  test('a quota of one class counts that class', () => {
    const quota = workload('ResourceQuota', 'fg', { hard: { 'fg.storageclass.storage.k8s.io/persistentvolumeclaims': '1' } });
    expect(problemsOf(undefined, quota, ...claims(3, 'vol'), notebook('nb', 0))).toEqual([]);
    expect(problemsOf(undefined, quota, ...claims(2, 'fg'))).toEqual([
      '[test/20-layer/object-0] `fg.storageclass.storage.k8s.io/persistentvolumeclaims` of namespace team-a is 1: 2 such claims are made there (claim-0, claim-1), and the last would be refused. '
      + 'Raise `flexGroupClaims`, or make fewer.',
    ]);
  });
});

describe('containers in a namespace whose quota counts CPU and memory', () => {
  const quota = (hard: Json, rest: Json = {}) => workload('ResourceQuota', 'own', { hard, ...rest });
  const missing = (what: string, key: string) => `[test/20-layer/object-0] \`resources.${what}\` of container main of Job train is missing: the quota of namespace team-a counts ${key}, `
    + 'so the pod would be refused. Set it, or give the namespace a LimitRange with a default.';
  const job = (resources?: Json) => workload('Job', 'train', { template: { spec: pod(resources) } });

  test.each([
    ['requests.cpu', 'requests.cpu'], ['cpu', 'requests.cpu'], ['limits.cpu', 'limits.cpu'], ['requests.memory', 'requests.memory'], ['memory', 'requests.memory'], ['limits.memory', 'limits.memory'],
  ])('%s: one that does not say %s is reported; its pod would be refused', (key, what) => {
    expect(problemsOf(undefined, job(), quota({ [key]: '8Gi' }))).toEqual([missing(what, key)]);
    expect(problemsOf(undefined, job({ requests: { cpu: 1, memory: '1Gi' }, limits: { cpu: 1, memory: '1Gi' } }), quota({ [key]: '8Gi' }))).toEqual([]);
  });

  test('a limit is a request, too; a request is no limit', () => {
    expect(problemsOf(undefined, job({ limits: { memory: '1Gi' } }), quota({ 'requests.memory': '8Gi' }))).toEqual([]);
    expect(problemsOf(undefined, job({ requests: { memory: '1Gi' } }), quota({ 'limits.memory': '8Gi' }))).toEqual([missing('limits.memory', 'limits.memory')]);
  });

  test('the defaults of a LimitRange are enough, as the team has them', () => {
    expect(problemsOf({ cpu: 8, memory: '8Gi', memoryLimit: '8Gi' }, job())).toEqual([]);
    const range = (type: string) => workload('LimitRange', 'own', { limits: [{ type, default: { memory: '1Gi' } }] });
    expect(problemsOf(undefined, job(), quota({ 'requests.memory': '8Gi' }), range('Container'))).toEqual([]);
    expect(problemsOf(undefined, job(), quota({ 'requests.memory': '8Gi' }), range('Pod'))).toEqual([missing('requests.memory', 'requests.memory')]);
  });

  test('init containers count, too', () => {
    const spec = { ...pod({ requests: { cpu: 1 } }, 'second'), initContainers: pod(undefined).containers };
    expect(problemsOf(undefined, workload('Job', 'train', { template: { spec } }), quota({ 'requests.cpu': 8 }))).toEqual([missing('requests.cpu', 'requests.cpu')]);
  });

  test('a quota of some pods only is left alone', () => {
    expect(problemsOf(undefined, job(), quota({ cpu: 1 }, { scopes: ['BestEffort'] }))).toEqual([]);
    expect(problemsOf(undefined, job(), quota({ cpu: 1 }, { scopeSelector: {} }))).toEqual([]);
  });

  test('a request above the default limit is reported; the API server would refuse the pod', () => {
    const above = (memory: string) => problemsOf({ memoryLimit: '64Gi' }, job({ requests: { memory } }));
    expect(above('1Gi')).toEqual([]);
    expect(above('4Gi')).toEqual([
      '[test/20-layer/object-0] `resources.requests.memory` of container main of Job train is 4Gi, without a limit: namespace team-a gives it a limit of 1Gi, below the request, and the pod would be refused. '
      + 'Set a limit, or raise `quota.containerDefaults.memoryLimit`.',
    ]);
    expect(problemsOf({ memoryLimit: '64Gi' }, job({ requests: { memory: '4Gi' }, limits: { memory: '8Gi' } }))).toEqual([]);
  });
});
