import { type Json } from '../../lib';
import { type Built } from '../support';
import { airflow, allContainers, COMBINATIONS, EXTRAS, objects, type Pod, podsOf } from './airflow-support';

const matches = (selector: Record<string, string>, { labels }: Pod): boolean => Object.entries(selector).every(([key, value]) => labels[key] === value);
const podsThat = (built: Built, selector: Record<string, string>): string[] => podsOf(built).filter(pod => matches(selector, pod)).map(({ owner }) => owner);
const workloads = (built: Built): Json[] => built.manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
const services = (built: Built): Json[] => built.manifests.filter(({ kind }) => kind === 'Service');

/** The workload that a Service is for. */
const OWNER_OF_SERVICE: Record<string, string> = {
  'airflow-web': 'Deployment airflow-web',
  'airflow-flower': 'Deployment airflow-flower',
  'airflow-worker': 'StatefulSet airflow-worker',
  'airflow-postgresql': 'StatefulSet airflow-postgresql',
  'airflow-postgresql-headless': 'StatefulSet airflow-postgresql',
  'airflow-redis-master': 'StatefulSet airflow-redis-master',
  'airflow-redis-headless': 'StatefulSet airflow-redis-master',
};

/** Pods that call the Kubernetes API: those that run tasks, and the scheduler where it starts the pods of tasks or runs tasks itself. */
const USES_API: Record<string, readonly string[]> = {
  celery: ['StatefulSet airflow-worker'],
  kubernetes: ['Deployment airflow-scheduler', 'ConfigMap airflow-pod-template'],
  local: ['Deployment airflow-scheduler'],
};

describe.each(COMBINATIONS)('$title', ({ props }) => {
  const built = airflow({ ...EXTRAS, ...props });
  const pods = podsOf(built);

  test('nothing is wrong: every Secret, ConfigMap, claim and account that is named exists, and Pod Security "restricted" lets every pod in', () => {
    expect(built.problems).toEqual([]);
    expect(built.one('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });

  test('every workload selects its own pods and no others; otherwise one would adopt or delete the pods of another', () => {
    for (const { kind, metadata, spec } of workloads(built)) expect(podsThat(built, spec.selector.matchLabels)).toEqual([`${kind} ${metadata.name}`]);
  });

  test('every Service leads to the pods of its own workload and to a port that they have; otherwise a connection is refused', () => {
    for (const { metadata, spec } of services(built)) {
      expect(podsThat(built, spec.selector)).toEqual([OWNER_OF_SERVICE[metadata.name]]);
      const ports = allContainers(pods.find(pod => matches(spec.selector, pod))!.spec).flatMap(container => container.ports ?? []);
      for (const { targetPort, port } of spec.ports) expect(ports).toContainEqual({ name: targetPort, containerPort: port });
    }
    expect(services(built).length).toBeGreaterThan(0);
  });

  test('every probe asks a port that its container has; otherwise the container is restarted for ever', () => {
    const probes = pods.flatMap(({ spec }) => allContainers(spec).flatMap(container =>
      [container.livenessProbe, container.readinessProbe, container.startupProbe].flatMap(probe => probe?.httpGet ?? probe?.tcpSocket ?? []).map((probe: Json) => ({ container, probe }))));
    for (const { container, probe } of probes) {
      if (typeof probe.port === 'string') expect((container.ports as Json[]).map(({ name }) => name)).toContain(probe.port);
      else expect([8974, 1234]).toContain(probe.port);
    }
    expect(probes.length).toBeGreaterThan(0);
  });

  test('every long-running Airflow process has a probe; otherwise it can hang unnoticed', () => {
    for (const { kind, metadata } of workloads(built)) {
      const main = pods.find(({ owner }) => owner === `${kind} ${metadata.name}`)!.spec.containers[0];
      expect(main.livenessProbe).toBeDefined();
      expect(main.startupProbe).toBeDefined();
    }
  });

  test('every container sets CPU and memory aside; otherwise a busy node starves or kills it first', () => {
    for (const container of pods.flatMap(({ spec }) => allContainers(spec))) {
      expect(Object.keys(container.resources?.requests ?? {}).sort()).toEqual(['cpu', 'memory']);
      expect(container.resources.limits).toBeUndefined();
    }
  });

  test('a container mounts only volumes that its pod has, and each folder once; otherwise the API server refuses the pod', () => {
    for (const { spec, owner } of pods) {
      const claims = owner.startsWith('StatefulSet') ? (built.one('StatefulSet', owner.split(' ')[1]).spec.volumeClaimTemplates ?? []) : [];
      const volumes = [...spec.volumes, ...claims.map(({ metadata }: Json) => metadata)].map(({ name }: Json) => name);
      const used = new Set(allContainers(spec).flatMap(({ volumeMounts }) => volumeMounts).map(({ name }: Json) => name));
      expect([...volumes].sort()).toEqual([...used].sort());
      for (const { volumeMounts } of allContainers(spec)) expect(new Set(volumeMounts.map(({ mountPath }: Json) => mountPath)).size).toBe(volumeMounts.length);
      expect(new Set(allContainers(spec).map(({ name }) => name)).size).toBe(allContainers(spec).length);
    }
  });

  test('no pod gets the addresses of Services as variables; a Service named flower would overwrite Flower\'s own setting', () => {
    for (const { spec } of pods) expect(spec.enableServiceLinks).toBe(false);
  });

  test('only pods that call the Kubernetes API hold a token for it; otherwise whoever breaks into the web page may start pods', () => {
    expect(pods.filter(({ spec }) => spec.automountServiceAccountToken !== false).map(({ owner }) => owner).sort()).toEqual([...USES_API[props.executor!.kind]!].sort());
    expect(built.one('ServiceAccount', 'airflow').automountServiceAccountToken).toBe(false);
  });

  test('every Airflow pod waits for database and migrations, in this order, and copies the DAGs last; otherwise it starts on old tables or without DAGs', () => {
    const clone = props.dags!.kind === 'git-sync' ? ['dags-git-clone'] : [];
    const gates = ['check-db', 'wait-for-db-migrations'];
    const expected: Record<string, string[]> = {
      'Deployment airflow-web': gates,
      'Deployment airflow-scheduler': [...gates, ...clone],
      'Deployment airflow-flower': gates,
      'StatefulSet airflow-worker': [...gates, ...clone],
      'Job airflow-upgrade-db': ['check-db'],
      'Job airflow-create-users': gates,
      'ConfigMap airflow-pod-template': clone,
    };
    for (const { owner, spec } of pods) {
      expect((spec.initContainers ?? []).map(({ name }: Json) => name)).toEqual(expected[owner.replace(/-[0-9a-f]{8}$/, '')] ?? []);
      expect(spec.initContainers).not.toEqual([]);
    }
  });

  test('every object is in the namespace of the stack, but for the rights on volumes elsewhere', () => {
    const elsewhere = built.manifests.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'airflow').map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    expect(elsewhere).toEqual(['Role team/airflow-data-snapshot', 'RoleBinding team/airflow-data-snapshot']);
  });

  test('every manifest meets the Kubernetes schema; otherwise kubectl apply refuses it', () => {
    for (const json of built.manifests) {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const Model = (require(`kubernetes-models/${json.apiVersion}`) as Record<string, new (data: Json) => { validate(): void }>)[json.kind];
      expect(() => { new Model!(json).validate(); }).not.toThrow();
    }
  });
});

/** What all stacks have with EXTRAS left out. */
const BASE = [
  'ConfigMap airflow-config', 'ConfigMap airflow-scripts', 'CronJob airflow-log-cleanup', 'Deployment airflow-scheduler', 'Deployment airflow-web', 'Job airflow-upgrade-db-#',
  'PersistentVolumeClaim airflow-logs', 'Role airflow', 'RoleBinding airflow', 'Service airflow-web', 'ServiceAccount airflow',
];
const POSTGRESQL = ['Service airflow-postgresql', 'Service airflow-postgresql-headless', 'StatefulSet airflow-postgresql'];
const REDIS = ['Service airflow-redis-headless', 'Service airflow-redis-master', 'StatefulSet airflow-redis-master'];
const WORKERS = ['Deployment airflow-flower', 'Service airflow-flower', 'Service airflow-worker', 'StatefulSet airflow-worker'];
const OF_EXECUTOR: Record<string, string[]> = { 'celery in-cluster': [...WORKERS, ...REDIS], 'celery external': WORKERS, kubernetes: ['ConfigMap airflow-pod-template'], local: [] };

test.each(COMBINATIONS)('$title: exactly the objects that this needs; a Redis that nobody uses costs memory and has to be patched', ({ props }) => {
  const { executor, database } = props;
  const key = executor!.kind === 'celery' ? `celery ${executor!.broker.kind}` : executor!.kind;
  expect(objects(airflow(props))).toEqual([...BASE, ...(database!.kind === 'in-cluster' ? POSTGRESQL : []), ...OF_EXECUTOR[key]!].sort());
});
