import { ApiObject, type ApiObjectProps } from 'cdk8s';
import { type Cluster, declarePrerequisite, type Json } from '../../../lib';
import { build, CLUSTER } from '../../support';
import { claim, configMap, container, deployment, pod, podSpec, problemsOf } from '../objects';

const missing = (field: string, object: string, hint = '') => {
  const name = object.split(/[ /]/).at(-1);
  return `[test/20-layer/web] \`${field}\` is ${name}: no ${object} is made in this environment or declared as existing. Make it, correct the name, or add it to \`cluster.existing\`${hint}.`;
};
const inTeam = (apiVersion: string, kind: string, fields: Json, name = 'web'): ApiObjectProps => ({ apiVersion, kind, metadata: { name, namespace: 'team' }, ...fields });
const snapshot = (spec: Json) => inTeam('snapshot.storage.k8s.io/v1', 'VolumeSnapshot', { spec });
const binding = (fields: Json) => inTeam('rbac.authorization.k8s.io/v1', 'RoleBinding', fields);
const withEnv = (fields: Json) => pod({ containers: [container(fields)] });
const volume = (source: Json) => pod({ volumes: [{ name: 'v', ...source }] });

test('a namespace that nobody makes is said once; otherwise one typing mistake fills the screen', () => {
  expect(problemsOf({ web: configMap({}, 'web', 'nowhere'), second: configMap({}, 'second', 'nowhere'), third: configMap({}, 'third', 'elsewhere') })).toEqual([
    missing('metadata.namespace', 'Namespace nowhere'),
    missing('metadata.namespace', 'Namespace elsewhere').replace('/web]', '/third]'),
  ]);
});

/** Every kind of reference: the object that has it, its field, and what it refers to. */
const REFERENCES: [ApiObjectProps, string, string][] = [
  [configMap({}, 'web', 'nowhere'), 'metadata.namespace', 'Namespace nowhere'],
  [claim({ storageClassName: 'gold' }), 'spec.storageClassName', 'StorageClass gold'],
  [claim({ dataSource: { kind: 'PersistentVolumeClaim', name: 'origin' } }), 'spec.dataSource', 'PersistentVolumeClaim team/origin'],
  [claim({ dataSource: { kind: 'VolumeSnapshot', name: 'nightly', apiGroup: 'snapshot.storage.k8s.io' } }), 'spec.dataSource', 'VolumeSnapshot team/nightly'],
  [inTeam('apps/v1', 'StatefulSet', { spec: { template: {}, volumeClaimTemplates: [{ metadata: { name: 'a' }, spec: {} }, { metadata: { name: 'b' }, spec: { storageClassName: 'gold' } }] } }), 'spec.volumeClaimTemplates[1].spec.storageClassName', 'StorageClass gold'],
  [snapshot({ volumeSnapshotClassName: 'trident', source: {} }), 'spec.volumeSnapshotClassName', 'VolumeSnapshotClass trident'],
  [snapshot({ source: { persistentVolumeClaimName: 'data' } }), 'spec.source.persistentVolumeClaimName', 'PersistentVolumeClaim team/data'],
  [inTeam('trident.netapp.io/v1', 'TridentBackendConfig', { spec: { credentials: { name: 'svm-login' } } }), 'spec.credentials.name', 'Secret team/svm-login'],
  [inTeam('trident.netapp.io/v1', 'TridentMirrorRelationship', { spec: { volumeMappings: [{}, { localPVCName: 'mirror' }] } }), 'spec.volumeMappings[1].localPVCName', 'PersistentVolumeClaim team/mirror'],
  [binding({ subjects: [{ kind: 'ServiceAccount', name: 'robot' }] }), 'subjects', 'ServiceAccount team/robot'],
  [binding({ subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'other' }] }), 'subjects', 'ServiceAccount other/robot'],
  [binding({ roleRef: { kind: 'Role', name: 'reader' } }), 'roleRef', 'Role team/reader'],
  [binding({ roleRef: { kind: 'ClusterRole', name: 'reader' } }), 'roleRef', 'ClusterRole reader'],
  [volume({ persistentVolumeClaim: { claimName: 'data' } }), 'volumes["v"].persistentVolumeClaim.claimName', 'PersistentVolumeClaim team/data'],
  [volume({ secret: { secretName: 'login' } }), 'volumes["v"].secret', 'Secret team/login'],
  [volume({ configMap: { name: 'script' } }), 'volumes["v"].configMap', 'ConfigMap team/script'],
  [volume({ projected: { sources: [{ secret: { name: 'login' } }] } }), 'volumes["v"].secret', 'Secret team/login'],
  [volume({ projected: { sources: [{ configMap: { name: 'script' } }] } }), 'volumes["v"].configMap', 'ConfigMap team/script'],
  [withEnv({ envFrom: [{ secretRef: { name: 'login' } }] }), 'containers["main"].env', 'Secret team/login'],
  [withEnv({ envFrom: [{ configMapRef: { name: 'script' } }] }), 'containers["main"].env', 'ConfigMap team/script'],
  [withEnv({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'login', key: 'a' } } }] }), 'containers["main"].env', 'Secret team/login'],
  [withEnv({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'script', key: 'a' } } }] }), 'containers["main"].env', 'ConfigMap team/script'],
  [pod({ initContainers: [container({ name: 'first', envFrom: [{ secretRef: { name: 'login' } }] })] }), 'containers["first"].env', 'Secret team/login'],
  [pod({ serviceAccountName: 'robot' }), 'serviceAccountName', 'ServiceAccount team/robot'],
  [pod({ imagePullSecrets: [{ name: 'registry' }] }), 'imagePullSecrets', 'Secret team/registry'],
  [inTeam('networking.k8s.io/v1', 'Ingress', { spec: { tls: [{ secretName: 'certificate' }] } }), 'spec.tls.secretName', 'Secret team/certificate'],
  [inTeam('networking.k8s.io/v1', 'Ingress', { spec: { rules: [{}, { http: { paths: [{ backend: { service: { name: 'page' } } }] } }] } }), 'spec.rules.backend.service.name', 'Service team/page'],
  [inTeam('apps/v1', 'StatefulSet', { spec: { serviceName: 'peers', template: {} } }), 'spec.serviceName', 'Service team/peers'],
  [{ apiVersion: 'scheduling.run.ai/v2', kind: 'Queue', metadata: { name: 'web' }, spec: { parentQueue: 'department' } }, 'spec.parentQueue', 'Queue department'],
  [{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'web', namespace: 'team', labels: { 'kai.scheduler/queue': 'vision' } } }, 'metadata.labels["kai.scheduler/queue"]', 'Queue vision'],
  [{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'web', namespace: 'team' }, spec: { template: { metadata: { labels: { 'kai.scheduler/queue': 'vision' } }, spec: podSpec() } } }, 'metadata.labels["kai.scheduler/queue"]', 'Queue vision'],
  [deployment({ serviceAccountName: 'robot' }), 'serviceAccountName', 'ServiceAccount team/robot'],
];

/** The object that `id` names, as an existing one. */
function existing(id: string): Json {
  const [, kind, namespace, name] = /^(\w+) (?:(.+)\/)?(.+)$/.exec(id) ?? [];
  return { kind, namespace, name, accessModes: ['ReadWriteOnce'] };
}

describe('a reference to what nobody makes is refused; otherwise pods hang in ContainerCreating', () => {
  test.each(REFERENCES)('%#: %j', (web, field, object) => {
    expect(problemsOf({ web })).toContain(missing(field, object));
  });

  test.each(REFERENCES)('%#: the same is accepted when the object exists in the cluster', (web, _, object) => {
    const cluster: Cluster = { ...CLUSTER, existing: [...CLUSTER.existing!, existing(object)] };
    expect(problemsOf({ web }, { cluster })).toEqual([]);
  });

  test('a reference inside a pod template of a custom resource', () => {
    const web = inTeam('kubeflow.org/v2beta1', 'MPIJob', { spec: { mpiReplicaSpecs: { Worker: { template: { spec: podSpec({ serviceAccountName: 'robot' }) } } } } });
    expect(problemsOf({ web })).toEqual([missing('serviceAccountName', 'ServiceAccount team/robot')]);
  });
});

describe('what fulfils a reference', () => {
  test('an object of the same environment, also in a later layer', () => {
    expect(problemsOf({ web: pod({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] }), claim: claim() })).toEqual([]);
  });

  test('an object that a prerequisite promises', () => {
    expect(build(layer => {
      declarePrerequisite(layer, {
        area: 'Volumes', what: 'Import', provides: [{ kind: 'Namespace', name: 'later' }, { kind: 'PersistentVolumeClaim', namespace: 'later', name: 'data' }],
      });
      const mounts = pod({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] });
      new ApiObject(layer, 'web', { ...mounts, metadata: { name: 'web', namespace: 'later' } });
    }).problems).toEqual([]);
  });

  test('what every cluster and every namespace has', () => {
    expect(problemsOf({
      a: configMap({}, 'a', 'kube-system'), b: configMap({}, 'b', 'default'), c: configMap({}, 'c', 'kube-public'), d: configMap({}, 'd', 'kube-node-lease'),
      e: pod({ serviceAccountName: 'default', volumes: [{ name: 'ca', projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }] } }] }),
      f: binding({ roleRef: { kind: 'ClusterRole', name: 'edit' }, subjects: [{ kind: 'Group', name: 'team' }, { kind: 'User', name: 'someone' }] }),
      g: { ...binding({ roleRef: { kind: 'ClusterRole', name: 'system:auth-delegator' } }), metadata: { name: 'g', namespace: 'team' } },
    })).toEqual([]);
  });

  test('optional sources may be missing', () => {
    expect(problemsOf({ web: pod({
      volumes: [{ name: 'a', secret: { secretName: 'x', optional: true } }, { name: 'b', configMap: { name: 'x', optional: true } }, { name: 'c', emptyDir: {} }],
      containers: [container({ envFrom: [{ secretRef: { name: 'x', optional: true } }], env: [{ name: 'A', value: '1' }, { name: 'B', valueFrom: { configMapKeyRef: { name: 'x', key: 'a', optional: true } } }] })],
    }) })).toEqual([]);
  });

  test('the class "" asks for no class', () => {
    expect(problemsOf({ claim: claim({ storageClassName: '' }) })).toEqual([]);
  });
});

describe('objects without a namespace are in default, like kubectl puts them', () => {
  const bare = (object: ApiObjectProps): ApiObjectProps => ({ ...object, metadata: { name: object.metadata!.name! } });
  const mounts = pod({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] });

  test('two of them find each other, and find those that name the namespace', () => {
    expect(problemsOf({ web: bare(mounts), claim: bare(claim()) })).toEqual([]);
    expect(problemsOf({ web: bare(mounts), claim: claim({}, 'data', 'default') })).toEqual([]);
    expect(problemsOf({ web: bare(claim({ dataSource: { kind: 'PersistentVolumeClaim', name: 'origin' } })), claim: claim({}, 'origin', 'default') })).toEqual([]);
  });

  test('one in default does not serve a pod in another namespace, and the hint says where it is', () => {
    expect(problemsOf({ web: mounts, claim: bare(claim()) })).toEqual([
      missing('volumes["v"].persistentVolumeClaim.claimName', 'PersistentVolumeClaim team/data', ' (there is one in namespace default)'),
    ]);
  });
});

describe('an object of that name in another namespace is pointed out, the most frequent slip', () => {
  const web = pod({ imagePullSecrets: [{ name: 'registry' }], volumes: [{ name: 'v', configMap: { name: 'settings' } }] });

  test('one that is made', () => {
    expect(problemsOf({ web, other: configMap({}, 'settings', 'default') })).toContain(missing('volumes["v"].configMap', 'ConfigMap team/settings', ' (there is one in namespace default)'));
  });

  test('one that exists', () => {
    const cluster: Cluster = { ...CLUSTER, existing: [...CLUSTER.existing!, { kind: 'Secret', namespace: 'other', name: 'registry' }] };
    expect(problemsOf({ web }, { cluster })).toContain(missing('imagePullSecrets', 'Secret team/registry', ' (there is one in namespace other)'));
  });

  test('another kind of that name is none', () => {
    expect(problemsOf({ web, other: configMap({}, 'registry', 'default') })).toContain(missing('imagePullSecrets', 'Secret team/registry'));
  });
});

test('an object with several wrong references has all of them reported in one run', () => {
  expect(problemsOf({ web: pod({ serviceAccountName: 'robot', volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }], imagePullSecrets: [{ name: 'a' }, { name: 'b' }] }) })).toHaveLength(4);
});
