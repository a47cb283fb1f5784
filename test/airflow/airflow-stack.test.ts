import { ApiObject, JsonPatch } from 'cdk8s';
import fc from 'fast-check';
import { AirflowStack, type AirflowStackProps } from '../../lib';
import { build } from '../support';
import { addStack, airflow, CELERY, containerOf, DATA_CLAIM, DAGS_CLAIM, EXTERNAL_DATABASE, GIT_SSH, IN_CLUSTER, objects, PATH, podOf, podsOf, PROPS, secretFiles, settings } from './airflow-support';

const ALL: Required<AirflowStackProps> = {
  namespace: 'team',
  name: 'flow',
  version: '2.7.3',
  image: 'registry.example.com/airflow:2.7.3-team',
  executor: CELERY,
  dags: { kind: 'image' },
  database: EXTERNAL_DATABASE,
  fernetKey: { secret: 'keys', key: 'fernet' },
  webserverSecretKey: { secret: 'keys', key: 'web' },
  logs: { retentionDays: 'forever' },
  web: { replicas: 3 },
  scheduler: { resources: { cpu: 3, memory: '3Gi' } },
  adminUser: { username: 'boss', email: 'boss@example.com', password: { secret: 'admin-secret', key: 'password' } },
  dataManagement: { snapshot: [DATA_CLAIM] },
  config: { AIRFLOW__CORE__PARALLELISM: '64' },
};

describe('every prop reaches the manifests; otherwise a team sets it and nothing changes', () => {
  const built = airflow(ALL);

  test('there is no mistake', () => { expect(built.problems).toEqual([]); });

  test('namespace and name are those of every object', () => {
    expect(objects(built)).toEqual([
      'ConfigMap flow-config', 'ConfigMap flow-scripts', 'Deployment flow-flower', 'Deployment flow-scheduler', 'Deployment flow-web', 'Job flow-create-users-#', 'Job flow-upgrade-db-#',
      'PersistentVolumeClaim flow-logs', 'Role flow', 'Role flow-data-snapshot', 'RoleBinding flow', 'RoleBinding flow-data-snapshot', 'Service flow-flower',
      'Service flow-redis-headless', 'Service flow-redis-master', 'Service flow-web', 'Service flow-worker', 'ServiceAccount flow', 'ServiceAccount flow-data',
      'StatefulSet flow-redis-master', 'StatefulSet flow-worker',
    ]);
    for (const { kind, metadata } of built.manifests) expect(metadata.namespace).toBe(kind === 'Namespace' ? undefined : 'team');
    for (const { labels, spec } of podsOf(built)) {
      expect(labels).toMatchObject({ 'app.kubernetes.io/name': 'airflow', 'app.kubernetes.io/instance': 'flow', 'app.kubernetes.io/part-of': 'airflow', app: 'airflow', release: 'flow' });
      if (spec.serviceAccountName !== undefined) expect(spec.serviceAccountName).toBe('flow');
    }
  });

  test('version decides the commands, image is that of all Airflow containers', () => {
    expect(podOf(built, 'Job flow-upgrade-db').containers[0].args).toEqual(['db', 'migrate']);
    for (const owner of ['Deployment flow-web', 'Deployment flow-scheduler', 'StatefulSet flow-worker', 'Deployment flow-flower', 'Job flow-upgrade-db', 'Job flow-create-users']) {
      for (const { image } of [...podOf(built, owner).containers, ...podOf(built, owner).initContainers]) expect(image).toBe('registry.example.com/airflow:2.7.3-team');
    }
  });

  test('executor, dags, database and keys', () => {
    expect(settings(built, 'flow')).toMatchObject({ AIRFLOW__CORE__EXECUTOR: 'CeleryExecutor', AIRFLOW__CORE__DAGS_FOLDER: '/opt/airflow/dags', REDIS_HOST: 'flow-redis-master' });
    expect(secretFiles(podOf(built, 'Deployment flow-web'))).toEqual({
      'fernet-key': 'keys/fernet', 'webserver-secret-key': 'keys/web', 'database-url': 'db-url-secret/url', 'broker-password': 'broker-secret/broker-key',
    });
  });

  test('logs, web, scheduler, first user, rights and further settings', () => {
    expect(objects(built)).not.toContain('CronJob flow-log-cleanup');
    expect(built.one('Deployment', 'flow-web').spec.replicas).toBe(3);
    expect(containerOf(podOf(built, 'Deployment flow-scheduler'), 'airflow-scheduler').resources.requests).toEqual({ cpu: '3', memory: '3Gi' });
    expect(podOf(built, 'Job flow-create-users').containers[0].args).toContain('boss');
    expect(built.one('Role', 'flow-data-snapshot')).toBeDefined();
    expect(settings(built, 'flow').AIRFLOW__CORE__PARALLELISM).toBe('64');
  });
});

describe('what the documents deploy is what is deployed where nothing else is asked for', () => {
  const built = airflow();

  test('the six workloads, with the number of containers that kubectl shows as READY', () => {
    const ready = built.manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
      .map(({ kind, metadata, spec }) => `${kind} ${metadata.name} ${spec.replicas}x ${spec.template.spec.containers.length}/${spec.template.spec.containers.length}`).sort();
    expect(ready).toEqual([
      'Deployment airflow-flower 1x 1/1', 'Deployment airflow-scheduler 1x 2/2', 'Deployment airflow-web 1x 1/1',
      'StatefulSet airflow-postgresql 1x 1/1', 'StatefulSet airflow-redis-master 1x 1/1', 'StatefulSet airflow-worker 1x 2/2',
    ]);
  });

  test('the documents\' names of containers and their commands', () => {
    const containers = podsOf(built).flatMap(({ owner, spec }) => spec.containers.map(({ name, args }: { name: string; args?: string[] }) => `${owner.split(' ')[1]}: ${name} ${args?.join(' ') ?? ''}`.trim()));
    expect(containers).toEqual(expect.arrayContaining([
      'airflow-web: airflow-web webserver', 'airflow-scheduler: airflow-scheduler scheduler', 'airflow-scheduler: dags-git-sync', 'airflow-worker: airflow-worker celery worker',
      'airflow-worker: dags-git-sync', 'airflow-flower: airflow-flower celery flower', 'airflow-postgresql: airflow-postgresql', 'airflow-redis-master: airflow-redis',
    ]));
  });

  test('nothing that was not asked for: no first user, no Ingress, no rights on volumes, no Secret', () => {
    const kinds = built.manifests.map(({ kind }) => kind as string);
    for (const kind of ['Ingress', 'Secret', 'ClusterRole', 'ClusterRoleBinding']) expect(kinds).not.toContain(kind);
    expect(objects(built).filter(name => /create-users|-data|pod-template/.test(name))).toEqual([]);
    build(layer => { expect(addStack(layer)).toMatchObject({ name: 'airflow', dataServiceAccount: undefined }); });
  });

  test('a rolling update starts the new pod first; otherwise the page is down for the time of a start', () => {
    for (const name of ['airflow-web', 'airflow-scheduler', 'airflow-flower']) {
      expect(built.one('Deployment', name).spec.strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } });
    }
  });
});

describe('names', () => {
  const HASH = /-[0-9a-f]{8}$/;
  /** The label that Kubernetes adds to the pods of a StatefulSet: its name, and a revision of up to ten characters. */
  const revisionLabel = (name: string): number => name.length + '-7c9f6d8b5c'.length;

  test('the longest name gives names and labels that Kubernetes takes; otherwise the StatefulSet exists and its pods never do', () => {
    const built = airflow({ name: 'a'.repeat(39), adminUser: { username: 'u', email: 'u@example.com', password: { secret: 's', key: 'k' } } });
    expect(built.problems).toEqual([]);
    for (const { kind, metadata } of built.manifests) {
      expect(metadata.name.length).toBeLessThanOrEqual(kind === 'CronJob' ? 52 : 63);
      if (kind === 'StatefulSet') expect(revisionLabel(metadata.name as string)).toBeLessThanOrEqual(63);
    }
  });

  test('one character more is refused', () => {
    const name = 'a'.repeat(40);
    expect(airflow({ name }).problems).toContain(`${PATH} \`name\` is "${name}", 40 characters: names and labels are made from it, so it may have 39. Shorten it.`);
  });

  const names = fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/);
  test('two stacks of different names in one namespace share no object and no pod, or synth says so; otherwise one overwrites the other', () => {
    fc.assert(fc.property(names, names, (first, second) => {
      fc.pre(first !== second);
      const built = build(layer => {
        for (const name of [first, second]) addStack(layer, { name, namespace: 'team', dataManagement: { snapshot: [DATA_CLAIM], clone: [DATA_CLAIM] } });
      });
      const ids = built.manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
      expect(new Set(ids).size === ids.length || built.problems.length > 0).toBe(true);
      const releases = new Set(podsOf(built).map(({ labels }) => labels.release));
      expect([...releases].sort()).toEqual([first, second].sort());
    }), { numRuns: 25 });
  });

  test('two stacks of one name in one namespace are refused', () => {
    const built = build(layer => {
      addStack(layer, { namespace: 'team' });
      new AirflowStack(layer, 'second', { ...PROPS, namespace: 'team' });
    });
    expect(built.problems).toContain('[test/20-layer/second/web] `metadata.name` is airflow-web: Deployment team/airflow-web is already made by 20-layer/airflow/web, and an apply would overwrite it. Rename one of the two.');
  });

  test('only Jobs have a hash in their name; another name would be another workload after every change', () => {
    expect(airflow().manifests.filter(({ metadata }) => HASH.test(metadata.name as string)).map(({ kind }) => kind)).toEqual(['Job']);
  });
});

test('a JSON patch reaches the manifest of any part; otherwise a field that the props do not have cannot be set', () => {
  const built = build(layer => {
    const stack = addStack(layer, { namespace: 'team' });
    const patch = (id: string, path: string) => { ApiObject.of(stack.node.findChild(id)).addJsonPatch(JsonPatch.add(path, 'gold')); };
    for (const id of ['web', 'scheduler', 'worker', 'flower']) patch(id, '/spec/template/spec/priorityClassName');
    for (const id of ['postgresql', 'redis']) patch(id, '/spec/template/spec/priorityClassName');
    ApiObject.of(stack.node.findChild('config')).addJsonPatch(JsonPatch.add('/data/SITE', 'lab'));
    ApiObject.of(stack.node.findChild('logs').node.findChild('Resource')).addJsonPatch(JsonPatch.add('/metadata/annotations', { 'trident.netapp.io/unixPermissions': '0770' }));
  });
  expect(built.problems).toEqual([]);
  for (const { spec } of podsOf(built).filter(({ owner }) => /^(Deployment|StatefulSet)/.test(owner))) expect(spec.priorityClassName).toBe('gold');
  expect(settings(built).SITE).toBe('lab');
  expect(built.one('PersistentVolumeClaim').metadata.annotations).toEqual({ 'trident.netapp.io/unixPermissions': '0770' });
});

test('what does not fit together does not compile', () => {
  const password = { secret: 's', key: 'k' };
  const compiled = (props: AirflowStackProps): string => props.namespace;
  // @ts-expect-error the KubernetesExecutor has no broker
  compiled({ ...PROPS, executor: { kind: 'kubernetes', broker: CELERY.broker } });
  // @ts-expect-error ... no workers
  compiled({ ...PROPS, executor: { kind: 'kubernetes', workers: { replicas: 2 } } });
  // @ts-expect-error ... and no Flower
  compiled({ ...PROPS, executor: { kind: 'kubernetes', flower: {} } });
  // @ts-expect-error the LocalExecutor has no workers
  compiled({ ...PROPS, executor: { kind: 'local', workers: { replicas: 2 } } });
  // @ts-expect-error task pods are for the KubernetesExecutor
  compiled({ ...PROPS, executor: { ...CELERY, taskResources: { cpu: 1, memory: '1Gi' } } });
  // @ts-expect-error Celery needs a broker
  compiled({ ...PROPS, executor: { kind: 'celery' } });
  // @ts-expect-error a database is here or elsewhere
  compiled({ ...PROPS, database: { ...IN_CLUSTER, url: password } });
  // @ts-expect-error an external database has no volume
  compiled({ ...PROPS, database: { ...EXTERNAL_DATABASE, storage: { size: '8Gi' } } });
  // @ts-expect-error a broker is here or elsewhere
  compiled({ ...PROPS, executor: { kind: 'celery', broker: { kind: 'external', url: password, password } } });
  // @ts-expect-error DAGs come from one place
  compiled({ ...PROPS, dags: { ...GIT_SSH, claim: DAGS_CLAIM } });
  // @ts-expect-error DAGs of the image have no folder
  compiled({ ...PROPS, dags: { kind: 'image', subPath: 'dags' } });
  // @ts-expect-error host keys are given, or their absence is said aloud
  compiled({ ...PROPS, dags: { kind: 'git-sync', repository: 'git@h:p', ssh: { key: password } } });
  // @ts-expect-error Airflow 3 is not offered
  compiled({ ...PROPS, version: '3.0.0' });
  // @ts-expect-error a key is a reference, never a value
  compiled({ ...PROPS, fernetKey: 'ZmVybmV0' });
  // @ts-expect-error a setting is AIRFLOW__SECTION__KEY
  compiled({ ...PROPS, config: { REDIS_HOST: 'elsewhere' } });
  // @ts-expect-error a node port is for a NodePort only
  compiled({ ...PROPS, web: { expose: { kind: 'cluster-ip', port: 30000 } } });
  // @ts-expect-error logs are shared by all pods
  compiled({ ...PROPS, logs: { accessMode: 'ReadOnlyMany' } });
  const { fernetKey: _key, ...withoutKey } = PROPS;
  // @ts-expect-error the chart's published Fernet key is no default here
  compiled(withoutKey);
  expect(compiled(PROPS)).toBe('airflow');
});
