import { type Json } from '../../lib';
import { airflow, allContainers, containerOf, DATA_CLAIM, environmentOf, EXECUTORS, objects, podOf, podsOf, PROPS, secretFiles, settings } from './airflow-support';

/** Faults of chart 8.0.8, which the documents install; the numbers are those of the list that this construct was written from. */
describe('a fault of the documents\' chart that is mended here', () => {
  const built = airflow();
  const scheduler = podOf(built, 'Deployment airflow-scheduler');
  const worker = podOf(built, 'StatefulSet airflow-worker');
  const web = podOf(built, 'Deployment airflow-web');
  const flower = podOf(built, 'Deployment airflow-flower');
  const gitSync = environmentOf(containerOf(scheduler, 'dags-git-sync'));
  const scripts: Record<string, string> = built.one('ConfigMap', 'airflow-scripts').data;

  test('1: a scheduler that has stopped working is restarted; the chart\'s probe never failed', () => {
    const { args, livenessProbe } = containerOf(scheduler, 'airflow-scheduler');
    expect(args).toEqual(['scheduler']);
    expect(livenessProbe.httpGet).toEqual({ path: '/health', port: 8974 });
    expect(settings(built)).toMatchObject({ AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK: 'True', AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT: '8974' });
    expect(scripts['scheduler_alive.py']).toContain('sys.exit(0 if alive else');
  });

  test('2: a slow but healthy scheduler is left alone; ten seconds were too short', () => {
    const { livenessProbe, startupProbe } = containerOf(scheduler, 'airflow-scheduler');
    expect(livenessProbe).toMatchObject({ timeoutSeconds: 60, periodSeconds: 30, failureThreshold: 5 });
    expect(startupProbe).toMatchObject({ timeoutSeconds: 60, periodSeconds: 10, failureThreshold: 30 });
  });

  test('3: no key or password that everybody knows; with the chart\'s Fernet key anybody who has the database reads all connections', () => {
    const text = JSON.stringify(built.manifests);
    for (const known of ['7T512UXSSmBOkpWimFHIVb8jK6lfmSAvx4mO6Arehnc=', 'POSTGRES_PASSWORD"', 'THIS IS UNSAFE']) expect(text).not.toContain(known);
    expect(objects(built).filter(name => name.includes('create-users'))).toEqual([]);
    expect(secretFiles(web)).toMatchObject({ 'fernet-key': 'keys/fernet', 'database-password': 'db-secret/db-key', 'broker-password': 'broker-secret/broker-key' });
  });

  test('4: all web servers and workers share one key; otherwise sessions end at random and worker logs answer 403', () => {
    for (const spec of [web, scheduler, worker]) expect(secretFiles(spec)['webserver-secret-key']).toBe('keys/web');
    expect(settings(built).AIRFLOW__WEBSERVER__SECRET_KEY_CMD).toBe('python /opt/airflow-scripts/setting.py webserver-secret-key');
  });

  test('5: git-sync talks to the known git server only; otherwise whoever redirects the connection runs code in Airflow', () => {
    expect(gitSync).toMatchObject({ GITSYNC_SSH_KNOWN_HOSTS: 'true', GITSYNC_SSH_KNOWN_HOSTS_FILE: '/etc/git-secret/known_hosts' });
    expect(secretFiles(scheduler, 'git-secret')).toEqual({ ssh: 'git-secret/id_rsa', known_hosts: 'git-secret/known_hosts' });
    expect(JSON.stringify(built.manifests)).not.toContain('ssh-rsa AAAA');
  });

  test('6: git-sync outlives an outage of the git server; the chart\'s ended at the first failed look', () => {
    expect(gitSync.GITSYNC_MAX_FAILURES).toBe('-1');
    const container = containerOf(scheduler, 'dags-git-sync');
    expect(container.livenessProbe).toBeUndefined();
    expect(container.readinessProbe.httpGet).toEqual({ path: '/', port: 1234 });
    expect(gitSync.GITSYNC_HTTP_BIND).toBe(':1234');
  });

  test('7: the web page and Flower start without the git key; a missing one stopped them too', () => {
    for (const spec of [web, flower]) expect(JSON.stringify(spec)).not.toContain('git-secret');
    for (const spec of [scheduler, worker]) {
      const holders = allContainers(spec).filter(({ volumeMounts }) => volumeMounts.some(({ name }: Json) => name === 'git-secret')).map(({ name }) => name);
      expect(holders).toEqual(['dags-git-clone', 'dags-git-sync']);
    }
  });

  test('8: every container sets CPU and memory aside; 20 of the chart\'s 21 did not', () => {
    for (const container of podsOf(built).flatMap(({ spec }) => allContainers(spec))) expect(Object.keys(container.resources.requests)).toEqual(['cpu', 'memory']);
  });

  test('9: every container may run where Pod Security is "restricted"; none of the chart\'s could', () => {
    for (const { spec } of podsOf(built)) {
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const { securityContext } of allContainers(spec)) expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
    }
  });

  test('10: logs on NFS can be written; group 50000 could not', () => {
    for (const spec of [web, scheduler, worker, flower]) {
      expect(spec.securityContext).toEqual({ runAsNonRoot: true, runAsUser: 50000, runAsGroup: 0, fsGroup: 0, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } });
    }
  });

  test('11: running tasks end before a worker does; the chart stopped them with it', () => {
    expect(environmentOf(containerOf(worker, 'airflow-worker'))).toEqual({ DUMB_INIT_SETSID: '0' });
    expect(worker.terminationGracePeriodSeconds).toBe(600);
    // The image's own entry point stands between kubelet and worker: it is what reads the variable.
    expect(containerOf(worker, 'airflow-worker').command).toBeUndefined();
  });

  test('11: with the LocalExecutor, running tasks end before the scheduler does', () => {
    const local = podOf(airflow({ executor: { kind: 'local' } }), 'Deployment airflow-scheduler');
    expect(environmentOf(containerOf(local, 'airflow-scheduler'))).toEqual({ DUMB_INIT_SETSID: '0' });
    expect(local.terminationGracePeriodSeconds).toBe(600);
    expect(containerOf(scheduler, 'airflow-scheduler').env).toBeUndefined();
    expect(scheduler.terminationGracePeriodSeconds).toBeUndefined();
  });

  test('12: a worker that has lost its queue is restarted; it went on answering and took no task', () => {
    expect(containerOf(worker, 'airflow-worker').livenessProbe).toEqual({
      exec: { command: ['python', '/opt/airflow-scripts/worker_alive.py'] }, periodSeconds: 60, timeoutSeconds: 60, failureThreshold: 5,
    });
    expect(scripts['worker_alive.py']).toContain('.active_queues()');
  });

  test('13: Flower\'s probe fails when Flower does; curl without --fail took an error page for health', () => {
    expect(containerOf(flower, 'airflow-flower').livenessProbe.httpGet).toEqual({ path: '/healthcheck', port: 'flower' });
    expect(built.one('Service', 'airflow-flower').spec.type).toBe('ClusterIP');
  });

  test('14: a slow disk has a minute to answer; 16 seconds were too short', () => {
    expect(containerOf(web, 'check-db').args).toEqual(['bash', '-c', 'exec timeout 60s airflow db check']);
  });

  test('15: the first user is made after the tables; the chart\'s job raced them', () => {
    const job = podOf(airflow({ adminUser: { username: 'u', email: 'u@example.com', password: { secret: 's', key: 'k' } } }), 'Job airflow-create-users');
    expect(job.initContainers.map(({ name }: Json) => name)).toEqual(['check-db', 'wait-for-db-migrations']);
    expect(job.serviceAccountName).toBe('airflow');
  });

  test('16: two stacks in one namespace have workers of their own; the chart\'s Service mixed them', () => {
    expect(built.one('Service', 'airflow-worker').spec.selector).toEqual({ app: 'airflow', component: 'worker', release: 'airflow' });
  });

  test('17: DAGs on a claim are mounted read-only, from a claim that something fills; the chart made an empty one', () => {
    const onClaim = airflow({ dags: { kind: 'claim', claim: { claimName: 'dags', namespace: 'airflow', accessMode: 'ReadOnlyMany' } } });
    for (const owner of ['Deployment airflow-scheduler', 'StatefulSet airflow-worker']) {
      const spec = podOf(onClaim, owner);
      expect(spec.volumes).toContainEqual({ name: 'dags-data', persistentVolumeClaim: { claimName: 'dags', readOnly: true } });
      expect(spec.containers[0].volumeMounts).toContainEqual({ name: 'dags-data', mountPath: '/opt/airflow/dags', readOnly: true });
    }
    expect(objects(onClaim).filter(name => name.startsWith('PersistentVolumeClaim'))).toEqual(['PersistentVolumeClaim airflow-logs']);
  });

  test('18: the gates do not read the DAG repository, so that a broken plugin in it cannot stop them; the DAGs come last', () => {
    expect(scheduler.initContainers.map(({ name }: Json) => name)).toEqual(['check-db', 'wait-for-db-migrations', 'dags-git-clone']);
    for (const name of ['check-db', 'wait-for-db-migrations']) expect(containerOf(scheduler, name).volumeMounts.map((mount: Json) => mount.name)).toEqual(['scripts', 'secrets']);
  });

  test('19: queued tasks survive a restart of Redis; they were in memory', () => {
    const { spec } = built.one('StatefulSet', 'airflow-redis-master');
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('1Gi');
    expect(spec.template.spec.containers[0].volumeMounts).toContainEqual({ name: 'data', mountPath: '/data' });
    expect(spec.template.spec.containers[0].command.at(-1)).toContain('--dir /data --appendonly yes');
  });

  test('20: only workers may start pods; every pod of the chart could, the web page too', () => {
    expect(podsOf(built).filter(({ spec }) => spec.automountServiceAccountToken).map(({ owner }) => owner)).toEqual(['StatefulSet airflow-worker']);
  });

  test('21: only APIs that current Kubernetes serves', () => {
    const all = airflow({ web: { expose: { kind: 'ingress', host: 'a.example.com' } }, dataManagement: { snapshot: [DATA_CLAIM] } });
    expect([...new Set(all.manifests.map(({ apiVersion }) => apiVersion as string))].sort()).toEqual(['apps/v1', 'batch/v1', 'networking.k8s.io/v1', 'rbac.authorization.k8s.io/v1', 'v1']);
  });

  test('22: images from registries that still have them, in releases that are maintained', () => {
    const images = [...new Set(podsOf(built).flatMap(({ spec }) => allContainers(spec).map(({ image }) => image as string)))].sort();
    expect(images).toEqual(['apache/airflow:2.11.2', 'postgres:16.10', 'redis:7.2.10', 'registry.k8s.io/git-sync/git-sync:v4.7.1']);
  });

  test('23: logs do not fill their volume; nothing ever deleted them', () => {
    expect(built.one('CronJob', 'airflow-log-cleanup').spec).toMatchObject({ schedule: '17 3 * * *', concurrencyPolicy: 'Forbid' });
  });

  test('24: a password with a slash works; it broke the URLs', () => {
    expect(scripts['setting.py']).toContain('quote(secret(name), safe="")');
    expect(settings(built)).toMatchObject({
      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD: 'python /opt/airflow-scripts/setting.py database',
      AIRFLOW__CELERY__BROKER_URL_CMD: 'python /opt/airflow-scripts/setting.py broker',
      AIRFLOW__CELERY__RESULT_BACKEND_CMD: 'python /opt/airflow-scripts/setting.py result-backend',
    });
  });
});

test('a fault of later charts: git-sync holds no password of database or broker', () => {
  for (const executor of Object.values(EXECUTORS)) {
    for (const { spec } of podsOf(airflow({ executor }))) {
      for (const container of allContainers(spec).filter(({ name }) => (name as string).startsWith('dags-git'))) {
        expect(container.envFrom).toBeUndefined();
        expect(container.volumeMounts.map(({ name }: Json) => name)).toEqual(['dags-data', 'git-secret']);
      }
    }
  }
});

test('pods restart when the configuration changes; otherwise the web server goes on with the old one', () => {
  const checksums = (props = {}) => podsOf(airflow({ ...PROPS, ...props })).filter(({ owner }) => /^(Deployment|StatefulSet airflow-worker)/.test(owner))
    .map(({ annotations }) => annotations['checksum/config']);
  expect(new Set(checksums()).size).toBe(1);
  expect(checksums()).toEqual(checksums());
  for (const props of [{ config: { AIRFLOW__CORE__PARALLELISM: '64' } }, { dags: { kind: 'image' } }, { version: '2.2.5' }, { web: { expose: { kind: 'ingress', host: 'a.example.com' } } }]) {
    expect(checksums(props)[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(checksums(props)[0]).not.toBe(checksums()[0]);
  }
  expect(checksums({ web: { replicas: 2 } })).toEqual(checksums());
});
