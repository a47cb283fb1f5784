import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { type FlowerOptions, type Resources, type SchedulerOptions, type WebOptions, type WorkerOptions } from '../../lib';
import { airflow, CELERY, containerOf, DAGS, environmentOf, PATH, podOf, secretFiles } from './airflow-support';

const RESOURCES: Required<Resources> = { cpu: '750m', memory: '3Gi', memoryLimit: '4Gi' };
const WRITTEN = { requests: { cpu: '750m', memory: '3Gi' }, limits: { memory: '4Gi' } };

describe('workers', () => {
  const workers = (options?: WorkerOptions) => airflow({ executor: { ...CELERY, workers: options } });
  const ALL: Required<WorkerOptions> = { replicas: 4, resources: RESOURCES, gracePeriod: Duration.hours(2) };

  test('every option reaches the StatefulSet', () => {
    const built = workers(ALL);
    const { spec } = built.one('StatefulSet', 'airflow-worker');
    expect(built.problems).toEqual([]);
    expect(spec.replicas).toBe(4);
    expect(spec.template.spec.terminationGracePeriodSeconds).toBe(7200);
    expect(containerOf(spec.template.spec, 'airflow-worker').resources).toEqual(WRITTEN);
  });

  test('one worker with 10 minutes to end where nothing is said', () => {
    const { spec } = workers().one('StatefulSet', 'airflow-worker');
    expect(spec.replicas).toBe(1);
    expect(spec.template.spec.terminationGracePeriodSeconds).toBe(600);
    expect(containerOf(spec.template.spec, 'airflow-worker').resources).toEqual({ requests: { cpu: '500m', memory: '2Gi' } });
  });

  test('workers start together and have a DNS name each; the web server reads the log of a running task by that name', () => {
    const built = workers();
    expect(built.one('StatefulSet', 'airflow-worker').spec).toMatchObject({ podManagementPolicy: 'Parallel', serviceName: 'airflow-worker' });
    expect(built.one('Service', 'airflow-worker').spec).toMatchObject({ clusterIP: 'None', ports: [{ name: 'wlog', port: 8793, targetPort: 'wlog' }] });
    expect(built.one('StatefulSet', 'airflow-worker').spec.volumeClaimTemplates).toBeUndefined();
  });

  test('a period to end that is no whole number of seconds is refused', () => {
    expect(workers({ gracePeriod: Duration.millis(1500) }).problems).toEqual([
      `${PATH} \`executor.workers.gracePeriod in seconds\` is 1.5: it must be a whole number of at least 0. Choose a value in that range.`]);
  });

  test.each([0, -1, 1.5])('%d workers are refused; no task would ever run', replicas => {
    expect(workers({ replicas }).problems).toEqual([`${PATH} \`executor.workers.replicas\` is ${replicas}: it must be a whole number of at least 1. Choose a value in that range.`]);
  });
});

describe('web server', () => {
  const ALL: Required<WebOptions> = { expose: { kind: 'cluster-ip' }, replicas: 2, resources: RESOURCES };

  test('every option reaches Deployment and Service', () => {
    const built = airflow({ web: ALL });
    expect(built.one('Deployment', 'airflow-web').spec.replicas).toBe(2);
    expect(containerOf(podOf(built, 'Deployment airflow-web'), 'airflow-web').resources).toEqual(WRITTEN);
    expect(built.one('Service', 'airflow-web').spec.type).toBe('ClusterIP');
  });

  test('one with 250m and 1Gi where nothing is said, and five minutes to start', () => {
    const built = airflow();
    const { resources, startupProbe, livenessProbe, readinessProbe } = containerOf(podOf(built, 'Deployment airflow-web'), 'airflow-web');
    expect(built.one('Deployment', 'airflow-web').spec.replicas).toBe(1);
    expect(resources).toEqual({ requests: { cpu: '250m', memory: '1Gi' } });
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(300);
    for (const probe of [startupProbe, livenessProbe, readinessProbe]) expect(probe.httpGet).toEqual({ path: '/health', port: 'web' });
  });

  test('it has the logs and not the DAGs: it reads DAGs from the database', () => {
    for (const dags of Object.values(DAGS)) {
      const spec = podOf(airflow({ dags }), 'Deployment airflow-web');
      expect(spec.volumes.map(({ name }: { name: string }) => name)).toEqual(['scripts', 'secrets', 'logs-data']);
    }
  });

  test.each([0, 2.5])('%d web servers are refused', replicas => {
    expect(airflow({ web: { replicas } }).problems).toEqual([`${PATH} \`web.replicas\` is ${replicas}: it must be a whole number of at least 1. Choose a value in that range.`]);
  });
});

describe('scheduler', () => {
  const ALL: Required<SchedulerOptions> = { resources: RESOURCES };

  test('every option reaches the Deployment', () => {
    expect(containerOf(podOf(airflow({ scheduler: ALL }), 'Deployment airflow-scheduler'), 'airflow-scheduler').resources).toEqual(WRITTEN);
  });

  test('one with 500m and 1Gi where nothing is said', () => {
    const built = airflow();
    expect(built.one('Deployment', 'airflow-scheduler').spec.replicas).toBe(1);
    expect(containerOf(podOf(built, 'Deployment airflow-scheduler'), 'airflow-scheduler').resources).toEqual({ requests: { cpu: '500m', memory: '1Gi' } });
  });
});

describe('Flower', () => {
  const ALL: Required<FlowerOptions> = { basicAuth: { secret: 'flower-secret', key: 'auth' }, resources: RESOURCES };
  const flowerOf = (flower?: FlowerOptions) => podOf(airflow({ executor: { ...CELERY, flower } }), 'Deployment airflow-flower');

  test('every option reaches the Deployment', () => {
    const spec = flowerOf(ALL);
    expect(containerOf(spec, 'airflow-flower').resources).toEqual(WRITTEN);
    expect(environmentOf(containerOf(spec, 'airflow-flower'))).toEqual({ AIRFLOW__CELERY__FLOWER_BASIC_AUTH_CMD: 'python /opt/airflow-scripts/setting.py flower-basic-auth' });
    expect(secretFiles(spec)['flower-basic-auth']).toBe('flower-secret/auth');
  });

  test('no login where none is given; a command without its file would stop Flower', () => {
    const spec = flowerOf();
    expect(containerOf(spec, 'airflow-flower').env).toBeUndefined();
    expect(secretFiles(spec)).not.toHaveProperty('flower-basic-auth');
    expect(containerOf(spec, 'airflow-flower').resources).toEqual({ requests: { cpu: '100m', memory: '256Mi' } });
  });

  test('only Flower has its login', () => {
    const built = airflow({ executor: { ...CELERY, flower: ALL } });
    for (const owner of ['Deployment airflow-web', 'Deployment airflow-scheduler', 'StatefulSet airflow-worker', 'Job airflow-upgrade-db']) {
      expect(secretFiles(podOf(built, owner))).not.toHaveProperty('flower-basic-auth');
    }
  });
});

test('any numbers of workers and web servers, and any period to end, give manifests without a mistake', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 1_000_000 }), (replicas, webReplicas, seconds) => {
    const built = airflow({ executor: { ...CELERY, workers: { replicas, gracePeriod: Duration.seconds(seconds) } }, web: { replicas: webReplicas } });
    expect(built.problems).toEqual([]);
    expect(built.one('StatefulSet', 'airflow-worker').spec.replicas).toBe(replicas);
    expect(built.one('StatefulSet', 'airflow-worker').spec.template.spec.terminationGracePeriodSeconds).toBe(seconds);
    expect(built.one('Deployment', 'airflow-web').spec.replicas).toBe(webReplicas);
  }), { numRuns: 20 });
});
