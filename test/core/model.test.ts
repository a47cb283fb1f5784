import { type ApiObjectProps } from 'cdk8s';
import fc from 'fast-check';
import { type Json } from '../../lib';
import { containersOf, objectId, podTemplatesOf } from '../../lib/core/model';
import { claim, container, deployment, pod, podSpec, problemsOf } from './objects';

describe('pod templates are found wherever they are; otherwise no rule looks at them', () => {
  const template = { metadata: { labels: { a: 'b' } }, spec: podSpec() };

  test.each<[string, Json]>([
    ['a Pod', template],
    ['a Deployment', { spec: { template } }],
    ['a CronJob', { spec: { jobTemplate: { spec: { template } } } }],
    ['a list inside a custom resource', { spec: { replicas: [{ name: 'worker', template }] } }],
  ])('in %s', (_, json) => {
    expect(podTemplatesOf(json)).toEqual([{ metadata: template.metadata, spec: template.spec }]);
  });

  test('several in one custom resource', () => {
    expect(podTemplatesOf({ spec: { mpiReplicaSpecs: { Launcher: { template }, Worker: { template } } } })).toHaveLength(2);
  });

  test('in the steps of a workflow, with what the workflow says of all of them, and in the objects that steps make', () => {
    const own = container({ name: 'own' });
    const { name: _name, ...unnamed } = own;
    const spec = {
      serviceAccountName: 'runner', securityContext: { runAsUser: 1 }, podMetadata: { labels: { a: 'b' } }, volumes: [{ name: 'all' }],
      templates: [
        { name: 'order', dag: { tasks: [] } },
        { name: 'own', container: unnamed },
        { name: 'own', container: unnamed, securityContext: { runAsUser: 2 }, volumes: [{ name: 'one' }] },
        { name: 'job', resource: { action: 'apply', manifest: JSON.stringify({ kind: 'PyTorchJob', spec: { Master: { template } } }) } },
        { name: 'text', resource: { action: 'apply', manifest: 'kind: Pod' } },
      ],
    };
    const step = { serviceAccountName: 'runner', containers: [own] };
    expect(podTemplatesOf({ spec })).toEqual([
      { metadata: { labels: { a: 'b' } }, spec: { ...step, securityContext: { runAsUser: 1 }, volumes: [{ name: 'all' }] } },
      { metadata: { labels: { a: 'b' } }, spec: { ...step, securityContext: { runAsUser: 2 }, volumes: [{ name: 'all' }, { name: 'one' }] } },
      template,
    ]);
  });

  test('and not where there is none', () => {
    for (const json of [null, undefined, 1, 'text', [], {}, { spec: null }, { spec: { containers: 'three' } }, claim()]) expect(podTemplatesOf(json)).toEqual([]);
  });

  test('init containers are containers too', () => {
    expect(containersOf({ initContainers: [{ name: 'a' }], containers: [{ name: 'b' }] })).toEqual([{ name: 'a' }, { name: 'b' }]);
    expect(containersOf({})).toEqual([]);
  });
});

test('an object is named by kind, namespace and name', () => {
  expect(objectId({ kind: 'Secret', namespace: 'team', name: 'login' })).toBe('Secret team/login');
  expect(objectId({ kind: 'Namespace', name: 'team' })).toBe('Namespace team');
});

const inTeam = (apiVersion: string, kind: string, spec: Json): ApiObjectProps => ({ apiVersion, kind, metadata: { name: 'x', namespace: 'team' }, spec });
const FULL: ApiObjectProps[] = [
  claim({ storageClassName: 'a', dataSource: { kind: 'VolumeSnapshot', name: 'b' } }),
  inTeam('apps/v1', 'StatefulSet', { ...deployment().spec, volumeClaimTemplates: [{ metadata: { name: 'a' }, spec: { storageClassName: 'b', resources: { requests: { storage: '1Gi' } } } }] }),
  pod({
    nodeSelector: { a: 'b' }, securityContext: { runAsUser: 0 }, imagePullSecrets: [{ name: 'a' }], initContainers: [container()],
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['gpu-1'] }] }] } } },
    containers: [container({ env: [{ name: 'a', valueFrom: { secretKeyRef: { name: 'b' } } }], envFrom: [{ configMapRef: { name: 'a' } }], securityContext: { capabilities: { add: ['X'], drop: ['ALL'] } }, resources: { requests: { cpu: 1 }, limits: { cpu: 2 } }, ports: [{ hostPort: 1 }] })],
    volumes: [{ name: 'a', emptyDir: { sizeLimit: '1Gi' } }, { name: 'b', projected: { sources: [{ secret: { name: 'c' } }] } }],
  }),
  deployment({ containers: [container({ resources: { limits: { 'nvidia.com/gpu': 1 } } })] }),
  inTeam('snapshot.storage.k8s.io/v1', 'VolumeSnapshot', { volumeSnapshotClassName: 'a', source: { persistentVolumeClaimName: 'b' } }),
  inTeam('trident.netapp.io/v1', 'TridentBackendConfig', { credentials: { name: 'a' } }),
  inTeam('trident.netapp.io/v1', 'TridentMirrorRelationship', { volumeMappings: [{ localPVCName: 'a' }] }),
  inTeam('v1', 'ResourceQuota', { hard: { cpu: 1 } }),
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'x', namespace: 'team' }, subjects: [{ kind: 'ServiceAccount', name: 'a' }], roleRef: { kind: 'Role', name: 'b' } },
];

/** Every object with one of its fields left out, at any depth. */
function withoutOne(value: Json): Json[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.keys(value).flatMap(key => {
    const rest = Array.isArray(value) ? value.filter((_, index) => String(index) !== key) : Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
    const changed = withoutOne(value[key]).map(inner => (Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner }));
    return [rest, ...changed];
  });
}

describe('an unfinished object of a user\'s own is checked as far as it goes; otherwise one crash hides all other mistakes', () => {
  test.each(FULL.map(object => [object.kind, object] as const))('%s with any one field missing', (_, object) => {
    const { apiVersion, kind, metadata, ...fields } = object;
    const partial = withoutOne(fields);
    expect(partial.length).toBeGreaterThan(1);
    for (const rest of partial) expect(() => problemsOf({ object: { apiVersion, kind, metadata, ...rest } })).not.toThrow();
  });

  test('any JSON in place of the content', () => {
    fc.assert(fc.property(fc.constantFrom('ConfigMap', 'Secret', 'Service'), fc.dictionary(fc.string().filter(key => !['metadata', 'kind', 'apiVersion', '__proto__'].includes(key)), fc.jsonValue()), (kind, content) => {
      expect(() => problemsOf({ object: { apiVersion: 'v1', kind, metadata: { name: 'x', namespace: 'team' }, ...content } })).not.toThrow();
    }), { numRuns: 50 });
  });
});
