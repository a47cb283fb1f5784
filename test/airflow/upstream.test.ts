import { type AirflowVersion, type Json } from '../../lib';
import { airflow, CELERY, containerOf, PATH, podOf, settings } from './airflow-support';

/** What a release calls its settings and commands; read from default_airflow.cfg and cli_parser.py of these releases. */
interface Expected {
  readonly database: string;
  readonly kubernetes: string;
  readonly workerLog: string;
  readonly migrate: string;
  readonly healthServer: boolean;
  readonly flowerHealthcheck: boolean;
}
const RELEASES: [AirflowVersion, Expected][] = [
  ['2.0.1', { database: 'CORE', kubernetes: 'KUBERNETES', workerLog: 'CELERY', migrate: 'upgrade', healthServer: false, flowerHealthcheck: false }],
  ['2.1.4', { database: 'CORE', kubernetes: 'KUBERNETES', workerLog: 'CELERY', migrate: 'upgrade', healthServer: false, flowerHealthcheck: false }],
  ['2.2.5', { database: 'CORE', kubernetes: 'KUBERNETES', workerLog: 'LOGGING', migrate: 'upgrade', healthServer: false, flowerHealthcheck: true }],
  ['2.3.4', { database: 'DATABASE', kubernetes: 'KUBERNETES', workerLog: 'LOGGING', migrate: 'upgrade', healthServer: false, flowerHealthcheck: true }],
  ['2.4.3', { database: 'DATABASE', kubernetes: 'KUBERNETES', workerLog: 'LOGGING', migrate: 'upgrade', healthServer: true, flowerHealthcheck: true }],
  ['2.5.3', { database: 'DATABASE', kubernetes: 'KUBERNETES_EXECUTOR', workerLog: 'LOGGING', migrate: 'upgrade', healthServer: true, flowerHealthcheck: true }],
  ['2.6.3', { database: 'DATABASE', kubernetes: 'KUBERNETES_EXECUTOR', workerLog: 'LOGGING', migrate: 'upgrade', healthServer: true, flowerHealthcheck: true }],
  ['2.7.3', { database: 'DATABASE', kubernetes: 'KUBERNETES_EXECUTOR', workerLog: 'LOGGING', migrate: 'migrate', healthServer: true, flowerHealthcheck: true }],
  ['2.11.2', { database: 'DATABASE', kubernetes: 'KUBERNETES_EXECUTOR', workerLog: 'LOGGING', migrate: 'migrate', healthServer: true, flowerHealthcheck: true }],
];

const endingIn = (env: Record<string, string>, ending: string): string[] => Object.keys(env).filter(key => key.endsWith(ending));

describe.each(RELEASES)('Airflow %s', (version, expected) => {
  const celery = airflow({ version });
  const env = settings(celery);

  test('there is no mistake', () => { expect(celery.problems).toEqual([]); });

  test('its image runs in every Airflow container', () => {
    expect(podOf(celery, 'Deployment airflow-web').containers[0].image).toBe(`apache/airflow:${version}`);
    expect(podOf(celery, 'Job airflow-upgrade-db').containers[0].image).toBe(`apache/airflow:${version}`);
  });

  test('settings have the section that this release reads; another one is ignored, and Airflow uses a SQLite file or another port', () => {
    expect(endingIn(env, '__SQL_ALCHEMY_CONN_CMD')).toEqual([`AIRFLOW__${expected.database}__SQL_ALCHEMY_CONN_CMD`]);
    expect(endingIn(env, '__WORKER_LOG_SERVER_PORT')).toEqual([`AIRFLOW__${expected.workerLog}__WORKER_LOG_SERVER_PORT`]);
    const kubernetes = settings(airflow({ version, executor: { kind: 'kubernetes' } }));
    expect(endingIn(kubernetes, '__POD_TEMPLATE_FILE')).toEqual([`AIRFLOW__${expected.kubernetes}__POD_TEMPLATE_FILE`]);
    for (const key of ['NAMESPACE', 'WORKER_CONTAINER_REPOSITORY', 'WORKER_CONTAINER_TAG']) expect(kubernetes).toHaveProperty([`AIRFLOW__${expected.kubernetes}__${key}`]);
  });

  test('the migration command is one that this release has', () => {
    expect(podOf(celery, 'Job airflow-upgrade-db').containers[0].args).toEqual(['db', expected.migrate]);
    expect(containerOf(podOf(celery, 'Deployment airflow-web'), 'wait-for-db-migrations').args).toEqual(['db', 'check-migrations', '-t', '60']);
  });

  test('probes ask what this release answers; otherwise scheduler and Flower are restarted for ever', () => {
    const { livenessProbe, startupProbe } = containerOf(podOf(celery, 'Deployment airflow-scheduler'), 'airflow-scheduler');
    for (const probe of [livenessProbe, startupProbe] as Json[]) {
      if (expected.healthServer) expect(probe.httpGet).toEqual({ path: '/health', port: 8974 });
      else expect(probe.exec).toEqual({ command: ['python', '/opt/airflow-scripts/scheduler_alive.py'] });
    }
    expect('AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK' in env).toBe(expected.healthServer);
    const flower = containerOf(podOf(celery, 'Deployment airflow-flower'), 'airflow-flower');
    for (const probe of [flower.livenessProbe, flower.readinessProbe, flower.startupProbe] as Json[]) {
      expect(probe.httpGet).toEqual(expected.flowerHealthcheck ? { path: '/healthcheck', port: 'flower' } : undefined);
      expect(probe.tcpSocket).toEqual(expected.flowerHealthcheck ? undefined : { port: 'flower' });
    }
  });
});

test('the release is 2.11.2 where none is given', () => {
  expect(podOf(airflow(), 'Deployment airflow-web').containers[0].image).toBe('apache/airflow:2.11.2');
});

test('the scheduler probe of releases without a health server uses a class that they have; it is gone since 2.6', () => {
  expect(airflow({ version: '2.0.1' }).one('ConfigMap', 'airflow-scripts').data['scheduler_alive.py']).toContain('from airflow.jobs.scheduler_job import SchedulerJob');
});

test('the worker probe finds the Celery app where each release has it', () => {
  const script: string = airflow().one('ConfigMap', 'airflow-scripts').data['worker_alive.py'];
  const order = ['airflow.providers.celery.executors.celery_executor_utils', 'airflow.providers.celery.executors.celery_executor', 'airflow.executors.celery_executor'];
  const places = order.map(module => script.indexOf(`from ${module} import app`));
  expect(places.every(place => place > 0)).toBe(true);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
  // Host of the worker as Celery names it where nothing else is asked for.
  expect(script).toContain('name = "celery@" + socket.gethostname()');
});

test('Airflow 3 is refused with the reason; its web server would not start', () => {
  expect(airflow({ version: '3.0.2' as AirflowVersion }).problems).toContain(
    `${PATH} \`version\` is 3.0.2: Airflow 3 needs an api-server in place of the web server, a dag-processor, and other setting names, which are not offered. Use a release of 2, for example 2.11.2.`);
});

test.each(['2.7', '2.7.x', '1.10.15', '2.7.3rc1'])('%s is no release of Airflow 2', version => {
  expect(airflow({ version: version as AirflowVersion }).problems).toContain(`${PATH} \`version\` is ${version}: not a release of Airflow 2. Write for example 2.11.2.`);
});

test('an image of another release is refused; its commands and settings would be wrong', () => {
  expect(airflow({ version: '2.7.3', image: 'mirror.example.com/apache/airflow:2.5.3-python3.10' }).problems).toContain(
    `${PATH} \`image\` is mirror.example.com/apache/airflow:2.5.3-python3.10: its release is not \`version\`, 2.7.3, which decides commands and settings. Make the two the same.`);
});

test.each([
  ['the image of the release for another Python', 'apache/airflow:2.7.3-python3.10'],
  ['an image of one\'s own with numbers of its own', 'registry.example.com/team/airflow:1.0.0'],
  ['an image by digest', `apache/airflow@sha256:${'0'.repeat(64)}`],
])('%s is accepted', (_, image) => {
  expect(airflow({ version: '2.7.3', image, executor: CELERY }).problems).toEqual([]);
});
