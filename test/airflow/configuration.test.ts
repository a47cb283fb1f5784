import { type Executor } from '../../lib';
import { airflow, allContainers, CELERY, EXECUTORS, PATH, podsOf, settings } from './airflow-support';

test('every setting of the documents\' deployment is written, for the default release', () => {
  expect(settings(airflow())).toEqual({
    TZ: 'Etc/UTC',
    DATABASE_HOST: 'airflow-postgresql',
    REDIS_HOST: 'airflow-redis-master',
    CONNECTION_CHECK_MAX_COUNT: '0',
    AIRFLOW__CORE__DAGS_FOLDER: '/opt/airflow/dags/repo',
    AIRFLOW__CORE__EXECUTOR: 'CeleryExecutor',
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__FERNET_KEY_CMD: 'python /opt/airflow-scripts/setting.py fernet-key',
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD: 'python /opt/airflow-scripts/setting.py database',
    AIRFLOW__WEBSERVER__SECRET_KEY_CMD: 'python /opt/airflow-scripts/setting.py webserver-secret-key',
    AIRFLOW__WEBSERVER__WEB_SERVER_PORT: '8080',
    AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL: '60',
    AIRFLOW__SCHEDULER__CHILD_PROCESS_LOG_DIRECTORY: '/opt/airflow/logs/scheduler',
    AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK: 'True',
    AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT: '8974',
    AIRFLOW__LOGGING__BASE_LOG_FOLDER: '/opt/airflow/logs',
    AIRFLOW__LOGGING__DAG_PROCESSOR_MANAGER_LOG_LOCATION: '/opt/airflow/logs/dag_processor_manager/dag_processor_manager.log',
    AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT: '8793',
    AIRFLOW__CELERY__BROKER_URL_CMD: 'python /opt/airflow-scripts/setting.py broker',
    AIRFLOW__CELERY__RESULT_BACKEND_CMD: 'python /opt/airflow-scripts/setting.py result-backend',
    AIRFLOW__CELERY__FLOWER_PORT: '5555',
  });
});

describe('what an executor adds', () => {
  const added = (executor: Executor) => {
    const other = settings(airflow({ executor: executor.kind === 'local' ? CELERY : { kind: 'local' } }));
    return Object.fromEntries(Object.entries(settings(airflow({ executor }))).filter(([key, value]) => other[key] !== value));
  };

  test('Kubernetes: namespace, pod template and image of the tasks; nothing of Celery', () => {
    expect(added({ kind: 'kubernetes' })).toEqual({
      AIRFLOW__CORE__EXECUTOR: 'KubernetesExecutor',
      AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE: 'airflow',
      AIRFLOW__KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE: '/opt/airflow/pod_templates/pod_template.yaml',
      AIRFLOW__KUBERNETES_EXECUTOR__WORKER_CONTAINER_REPOSITORY: 'apache/airflow',
      AIRFLOW__KUBERNETES_EXECUTOR__WORKER_CONTAINER_TAG: '2.11.2',
    });
  });

  test('local: how many tasks at a time', () => {
    const local: Required<Extract<Executor, { kind: 'local' }>> = { kind: 'local', parallelism: 7 };
    expect(added(local)).toEqual({ AIRFLOW__CORE__EXECUTOR: 'LocalExecutor', AIRFLOW__CORE__PARALLELISM: '7' });
    expect(added({ kind: 'local' }).AIRFLOW__CORE__PARALLELISM).toBe('32');
  });

  test.each([
    ['registry.example.com:5000/team/airflow:2.11.2-team', 'registry.example.com:5000/team/airflow', '2.11.2-team'],
    [`registry.example.com/airflow@sha256:${'a'.repeat(64)}`, 'registry.example.com/airflow@sha256', 'a'.repeat(64)],
  ])('image %s is put together again by Airflow, which writes a colon between the two', (image, repository, tag) => {
    expect(settings(airflow({ executor: { kind: 'kubernetes' }, image }))).toMatchObject({
      AIRFLOW__KUBERNETES_EXECUTOR__WORKER_CONTAINER_REPOSITORY: repository, AIRFLOW__KUBERNETES_EXECUTOR__WORKER_CONTAINER_TAG: tag,
    });
    expect(`${repository}:${tag}`).toBe(image);
  });
});

test('every Airflow container has these settings; one without them works on a database of its own', () => {
  for (const executor of Object.values(EXECUTORS)) {
    for (const { owner, spec } of podsOf(airflow({ executor })).filter(pod => !/postgresql|redis|log-cleanup/.test(pod.owner))) {
      for (const container of allContainers(spec).filter(({ name }) => !(name as string).startsWith('dags-git'))) {
        expect({ owner, envFrom: container.envFrom }).toEqual({ owner, envFrom: [{ configMapRef: { name: 'airflow-config' } }] });
        expect(container.volumeMounts).toEqual(expect.arrayContaining([
          { name: 'scripts', mountPath: '/opt/airflow-scripts', readOnly: true }, { name: 'secrets', mountPath: '/opt/airflow-secrets', readOnly: true },
        ]));
      }
    }
  }
});

test('further settings are added to these, and every setting that the props decide is refused', () => {
  const built = airflow({ config: { AIRFLOW__CELERY__WORKER_CONCURRENCY: '4', AIRFLOW__LOGGING__LOGGING_LEVEL: 'WARNING' } });
  expect(built.problems).toEqual([]);
  expect(settings(built)).toMatchObject({ AIRFLOW__CELERY__WORKER_CONCURRENCY: '4', AIRFLOW__LOGGING__LOGGING_LEVEL: 'WARNING', AIRFLOW__CORE__EXECUTOR: 'CeleryExecutor' });
  for (const executor of Object.values(EXECUTORS)) {
    const derived = Object.keys(settings(airflow({ executor }))).filter(key => key.startsWith('AIRFLOW__'));
    for (const key of derived.flatMap(name => [name, name.replace(/_CMD$/, '')])) {
      expect(airflow({ executor, config: { [key]: 'x' } }).problems).toContain(`${PATH} \`config\` has ${key}: it follows from the typed props of the stack. Set it there, and leave it out here.`);
    }
  }
});
