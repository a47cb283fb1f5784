import { type Json } from '../../../lib';
import { claim, container, deployment, pod, problemsOf } from '../objects';

const notAccepted = (id: string, field: string, value: string) =>
  `[test/20-layer/${id}] \`${field}\` is "${value}": not a quantity that Kubernetes accepts here. Write a positive number with an optional suffix, for example 10Gi or 500m.`;
const tooLarge = (field: string, request: string | number, limit: string | number) =>
  `[test/20-layer/web] \`${field}\` is ${request}: a request may not exceed its limit, ${limit}. Lower the request or raise the limit.`;
const withResources = (resources: Json) => problemsOf({ web: deployment({ containers: [container({ resources })] }) });

describe('what Kubernetes cannot parse is refused before an apply', () => {
  test('requests and limits of containers and init containers', () => {
    const initContainers = [container({ name: 'first', resources: { limits: { cpu: '-1' } } })];
    expect(problemsOf({ web: deployment({ initContainers, containers: [container({ resources: { requests: { memory: '1gb' }, limits: { cpu: '1,5' } } })] }) })).toEqual([
      notAccepted('web', 'containers["first"].resources.limits.cpu', '-1'),
      notAccepted('web', 'containers["main"].resources.requests.memory', '1gb'),
      notAccepted('web', 'containers["main"].resources.limits.cpu', '1,5'),
    ]);
  });

  test('the size of an emptyDir; only then is shared memory what the training expects', () => {
    expect(problemsOf({ web: pod({ volumes: [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '16 Gi' } }] }) })).toEqual([
      notAccepted('web', 'volumes["shm"].emptyDir.sizeLimit', '16 Gi'),
    ]);
  });

  test.each(['10TB', '0', '0Gi', 'much'])('the size of a claim: %s', storage => {
    expect(problemsOf({ claim: claim({ resources: { requests: { storage } } }) })).toEqual([notAccepted('claim', 'spec.resources.requests.storage', storage)]);
  });

  test('the size in a claim template of a StatefulSet', () => {
    const object = deployment({}, { kind: 'StatefulSet' });
    const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage: '1Zi' } } } }];
    expect(problemsOf({ web: { ...object, spec: { ...object.spec, volumeClaimTemplates } } })).toEqual([notAccepted('web', 'volumeClaimTemplates["data"].requests.storage', '1Zi')]);
  });

  test('a ResourceQuota', () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace: 'team' }, spec: { hard: { 'requests.nvidia.com/gpu': 'eight', 'limits.cpu': '4' } } };
    expect(problemsOf({ quota })).toEqual([notAccepted('quota', 'spec.hard.requests.nvidia.com/gpu', 'eight')]);
  });
});

describe('a request above its limit is refused, whatever the units; otherwise the API server refuses the pod', () => {
  test.each<[string, string | number, string | number]>([['memory', '2Gi', '2000Mi'], ['cpu', 2, '1500m'], ['cpu', '1001m', 1], ['nvidia.com/gpu', 2, 1]])('%s %s above %s', (key, request, limit) => {
    expect(withResources({ requests: { [key]: request }, limits: { [key]: limit } })).toEqual([tooLarge(`containers["main"].resources.requests.${key}`, request, limit)]);
  });

  test('of a claim', () => {
    expect(problemsOf({ web: claim({ resources: { requests: { storage: '2Gi' }, limits: { storage: '1Gi' } } }) })).toEqual([tooLarge('spec.resources.requests.storage', '2Gi', '1Gi')]);
  });
});

test.each<[string, Json]>([
  ['equal in other units', { requests: { cpu: '4100m', memory: '1Gi' }, limits: { cpu: '4.1', memory: '1024Mi' } }],
  ['a request without a limit', { requests: { cpu: '64', memory: '1Ti' } }],
  ['a limit without a request', { limits: { memory: '1e9', 'nvidia.com/gpu': 8 } }],
  ['no resources at all', undefined],
  ['zero of something', { requests: { cpu: 0, 'ephemeral-storage': '0' }, limits: { 'nvidia.com/gpu': 0 } }],
])('%s is accepted', (_, resources) => {
  expect(withResources(resources)).toEqual([]);
});

test('a quota of zero is accepted, because it forbids the resource', () => {
  const hard = { 'requests.storage': '0', persistentvolumeclaims: '0' };
  expect(problemsOf({ quota: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace: 'team' }, spec: { hard } } })).toEqual([]);
});

test('an emptyDir without a size is accepted', () => {
  expect(problemsOf({ web: pod({ volumes: [{ name: 'scratch', emptyDir: {} }] }) })).toEqual([]);
});
