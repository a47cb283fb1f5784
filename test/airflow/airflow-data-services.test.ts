import { type ExternalBroker, type ExternalDatabase, type InClusterBroker, type InClusterDatabase, type Json, type Resources, type VolumeOptions } from '../../lib';
import { airflow, CELERY, EXTERNAL_BROKER, EXTERNAL_DATABASE, IN_CLUSTER, IN_CLUSTER_BROKER, objects, podOf, PROPS, secretFiles, settings } from './airflow-support';

const RESOURCES: Required<Resources> = { cpu: 2, memory: '2Gi', memoryLimit: '4Gi' };
const STORAGE: Required<VolumeOptions> = { size: '50Gi', storageClass: { className: 'fast' } };
const WRITTEN = { requests: { cpu: '2', memory: '2Gi' }, limits: { memory: '4Gi' } };
const passwordVolume = (secretName: string, key: string) => ({ name: 'password', secret: { secretName, defaultMode: 0o440, items: [{ key, path: 'password' }] } });
const isHeadless = (service: Json): boolean => service.spec.clusterIP === 'None';

describe('PostgreSQL', () => {
  const ALL: Required<InClusterDatabase> = { kind: 'in-cluster', password: { secret: 'db-secret', key: 'db-key' }, storage: STORAGE, image: 'registry.example.com/postgres:16.4', resources: RESOURCES };
  const statefulSet = (database: InClusterDatabase) => airflow({ database }).one('StatefulSet', 'airflow-postgresql').spec;

  test('every option reaches the StatefulSet', () => {
    const { template: { spec }, volumeClaimTemplates } = statefulSet(ALL);
    expect(airflow({ database: ALL }).problems).toEqual([]);
    expect(spec.containers[0]).toMatchObject({ name: 'airflow-postgresql', image: 'registry.example.com/postgres:16.4', resources: WRITTEN });
    expect(volumeClaimTemplates).toEqual([{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '50Gi' } } } }]);
    expect(spec.volumes).toContainEqual(passwordVolume('db-secret', 'db-key'));
  });

  test('8Gi of the default class, 250m and 256Mi where nothing is said', () => {
    const { template: { spec }, volumeClaimTemplates } = statefulSet(IN_CLUSTER);
    expect(volumeClaimTemplates[0].spec).toEqual({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '8Gi' } } });
    expect(spec.containers[0]).toMatchObject({ image: 'postgres:16.10', resources: { requests: { cpu: '250m', memory: '256Mi' } } });
    expect(spec.containers[0].resources.limits).toBeUndefined();
  });

  test('its password is a file, its data in a folder of the volume; PostgreSQL refuses a volume with a lost+found', () => {
    const { template: { spec } } = statefulSet(IN_CLUSTER);
    expect(spec.containers[0].env).toEqual([
      { name: 'POSTGRES_USER', value: 'postgres' }, { name: 'POSTGRES_DB', value: 'airflow' },
      { name: 'POSTGRES_PASSWORD_FILE', value: '/run/secrets/data-service/password' }, { name: 'PGDATA', value: '/var/lib/postgresql/data/pgdata' },
    ]);
    expect(spec.containers[0].volumeMounts).toEqual([
      { name: 'data', mountPath: '/var/lib/postgresql/data' }, { name: 'password', mountPath: '/run/secrets/data-service', readOnly: true }, { name: 'dshm', mountPath: '/dev/shm' },
    ]);
    expect(spec.volumes).toContainEqual({ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } });
    expect(spec.securityContext).toMatchObject({ runAsUser: 999, runAsGroup: 999, fsGroup: 999 });
  });

  test('it is asked over TCP; over its socket it answers while it is still being set up', () => {
    const { livenessProbe, readinessProbe, startupProbe } = statefulSet(IN_CLUSTER).template.spec.containers[0];
    for (const probe of [livenessProbe, readinessProbe, startupProbe]) expect(probe.exec.command).toEqual(['pg_isready', '-U', 'postgres', '-d', 'airflow', '-h', '127.0.0.1']);
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(300);
  });

  test('Airflow finds it under the name of its Service', () => {
    const built = airflow();
    expect(settings(built).DATABASE_HOST).toBe('airflow-postgresql');
    expect(built.one('Service', 'airflow-postgresql').spec).toMatchObject({ type: 'ClusterIP', ports: [{ name: 'postgresql', port: 5432, targetPort: 'postgresql' }] });
    expect(isHeadless(built.one('Service', 'airflow-postgresql-headless'))).toBe(true);
    expect(built.one('StatefulSet', 'airflow-postgresql').spec).toMatchObject({ replicas: 1, serviceName: 'airflow-postgresql-headless' });
  });
});

describe('Redis', () => {
  const ALL: Required<InClusterBroker> = { kind: 'in-cluster', password: { secret: 'broker-secret', key: 'broker-key' }, storage: STORAGE, image: 'registry.example.com/redis:7.2.5', resources: RESOURCES };
  const statefulSet = (broker: InClusterBroker) => airflow({ executor: { ...CELERY, broker } }).one('StatefulSet', 'airflow-redis-master').spec;

  test('every option reaches the StatefulSet', () => {
    const { template: { spec }, volumeClaimTemplates } = statefulSet(ALL);
    expect(airflow({ executor: { ...CELERY, broker: ALL } }).problems).toEqual([]);
    expect(spec.containers[0]).toMatchObject({ name: 'airflow-redis', image: 'registry.example.com/redis:7.2.5', resources: WRITTEN });
    expect(volumeClaimTemplates).toEqual([{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '50Gi' } } } }]);
    expect(spec.volumes).toEqual([passwordVolume('broker-secret', 'broker-key')]);
  });

  test('1Gi of the default class, 100m and 128Mi where nothing is said', () => {
    const { template: { spec }, volumeClaimTemplates } = statefulSet(IN_CLUSTER_BROKER);
    expect(volumeClaimTemplates[0].spec).toEqual({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } });
    expect(spec.containers[0]).toMatchObject({ image: 'redis:7.2.10', resources: { requests: { cpu: '100m', memory: '128Mi' } } });
  });

  test('it asks for a password, and its probes give it', () => {
    const { command, livenessProbe, readinessProbe, startupProbe } = statefulSet(IN_CLUSTER_BROKER).template.spec.containers[0];
    expect(command.at(-1)).toContain('--requirepass "$(cat /run/secrets/data-service/password)"');
    for (const probe of [livenessProbe, readinessProbe, startupProbe]) {
      expect(probe.exec.command).toEqual(['sh', '-c', 'REDISCLI_AUTH="$(cat /run/secrets/data-service/password)" redis-cli ping | grep -q PONG']);
    }
  });

  test('Airflow finds it under the name of its Service', () => {
    const built = airflow();
    expect(settings(built).REDIS_HOST).toBe('airflow-redis-master');
    expect(built.one('Service', 'airflow-redis-master').spec.ports).toEqual([{ name: 'redis', port: 6379, targetPort: 'redis' }]);
    expect(isHeadless(built.one('Service', 'airflow-redis-headless'))).toBe(true);
    expect(built.one('StatefulSet', 'airflow-redis-master').spec.serviceName).toBe('airflow-redis-headless');
  });
});

describe('database and broker that are run elsewhere', () => {
  const database: Required<ExternalDatabase> = { ...EXTERNAL_DATABASE };
  const broker: Required<ExternalBroker> = { ...EXTERNAL_BROKER };
  const built = airflow({ database, executor: { ...CELERY, broker } });

  test('their URLs are files from the given Secrets; nothing is deployed for them', () => {
    expect(built.problems).toEqual([]);
    expect(secretFiles(podOf(built, 'StatefulSet airflow-worker'))).toEqual({
      'fernet-key': 'keys/fernet', 'webserver-secret-key': 'keys/web', 'database-url': 'db-url-secret/url', 'broker-url': 'broker-url-secret/url',
    });
    expect(objects(built).filter(name => /postgresql|redis/.test(name))).toEqual([]);
    expect(Object.keys(settings(built)).filter(key => key.endsWith('_HOST'))).toEqual([]);
  });

  test('the script prefers a whole URL over a password, for the database, the results and the broker', () => {
    const script: string = built.one('ConfigMap', 'airflow-scripts').data['setting.py'];
    expect(script).toContain('if present("database-url")');
    expect(script).toContain('if present("broker-url")');
    expect(script).toContain('return "db+" + url.replace("postgresql+psycopg2://", "postgresql://", 1)');
  });
});

test('all Airflow pods read the same Secrets; a worker with another key cannot read what the web page stored', () => {
  const built = airflow(PROPS);
  for (const owner of ['Deployment airflow-web', 'Deployment airflow-scheduler', 'StatefulSet airflow-worker', 'Deployment airflow-flower', 'Job airflow-upgrade-db']) {
    expect(secretFiles(podOf(built, owner))).toEqual({
      'fernet-key': 'keys/fernet', 'webserver-secret-key': 'keys/web', 'database-password': 'db-secret/db-key', 'broker-password': 'broker-secret/broker-key',
    });
  }
});
