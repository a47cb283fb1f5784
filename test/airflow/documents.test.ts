import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { type Json } from '../../lib';

const ROOT = join(__dirname, '..', '..');
const written = (environment: string): Json[] =>
  parseAllDocuments(readFileSync(join(ROOT, 'dist', environment, '50-airflow.k8s.yaml'), 'utf8')).map(document => document.toJS());
const one = (manifests: Json[], kind: string, name: string): Json => manifests.find(manifest => manifest.kind === kind && manifest.metadata.name === name);
const podSpec = (manifests: Json[], kind: string, name: string): Json => one(manifests, kind, name).spec.template.spec;
const named = (list: Json[], name: string): Json => list.find(item => item.name === name);
const variables = (container: Json): Record<string, string> => Object.fromEntries(container.env.map(({ name, value }: Json) => [name, value]));

/** The documents' values of chart 8.0.8; release and namespace are `airflow`. */
const VALUES = parse(`
airflow: { executor: CeleryExecutor }
web: { service: { type: NodePort } }
logs: { persistence: { enabled: true } }
dags:
  gitSync:
    enabled: true
    repo: "git@github.com:mboglesby/airflow-dev.git"
    branch: master
    sshSecret: airflow-ssh-git-secret
    sshSecretKey: id_rsa
    syncWait: 60
`);

describe('lab is the documents\' Airflow; otherwise a team that follows the documents gets something else', () => {
  const lab = written('lab');
  const { gitSync } = VALUES.dags;

  test('executor, NodePort and a volume for logs', () => {
    expect(one(lab, 'ConfigMap', 'airflow-config').data.AIRFLOW__CORE__EXECUTOR).toBe(VALUES.airflow.executor);
    expect(one(lab, 'Service', 'airflow-web').spec).toMatchObject({ type: VALUES.web.service.type, ports: [{ port: 8080 }] });
    expect(one(lab, 'PersistentVolumeClaim', 'airflow-logs').spec).toEqual({ accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } });
    for (const [kind, name] of [['Deployment', 'airflow-web'], ['Deployment', 'airflow-scheduler'], ['StatefulSet', 'airflow-worker']] as const) {
      expect(podSpec(lab, kind, name).volumes).toContainEqual({ name: 'logs-data', persistentVolumeClaim: { claimName: 'airflow-logs' } });
    }
  });

  test.each([['Deployment', 'airflow-scheduler'], ['StatefulSet', 'airflow-worker']])('repository, branch, key and interval in %s %s', (kind, name) => {
    const spec = podSpec(lab, kind, name);
    const containers = [named(spec.containers as Json[], 'dags-git-sync'), named(spec.initContainers as Json[], 'dags-git-clone')];
    for (const container of containers) expect(variables(container)).toMatchObject({ GITSYNC_REPO: gitSync.repo, GITSYNC_REF: gitSync.branch });
    expect(variables(containers[0])).toMatchObject({ GITSYNC_PERIOD: `${gitSync.syncWait}s` });
    expect(named(spec.volumes as Json[], 'git-secret').projected.sources[0]).toEqual({ secret: { name: gitSync.sshSecret, items: [{ key: gitSync.sshSecretKey, path: 'ssh' }] } });
  });

  test('image, names and the number of containers that the documents show', () => {
    const ready = lab.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
      .map(({ kind, metadata, spec }) => `${metadata.name}${kind === 'StatefulSet' ? '-0' : ''} ${spec.template.spec.containers.length}/${spec.template.spec.containers.length}`).sort();
    expect(ready).toEqual(['airflow-flower 1/1', 'airflow-postgresql-0 1/1', 'airflow-redis-master-0 1/1', 'airflow-scheduler 2/2', 'airflow-web 1/1', 'airflow-worker-0 2/2']);
    expect(lab.filter(({ metadata }) => metadata.namespace !== 'airflow').map(({ kind }) => kind as string).filter(kind => kind !== 'Role' && kind !== 'RoleBinding')).toEqual([]);
    for (const name of ['airflow-web', 'airflow-scheduler', 'airflow-flower']) expect(podSpec(lab, 'Deployment', name).containers[0].image).toBe('apache/airflow:2.0.1-python3.8');
    expect(podSpec(lab, 'StatefulSet', 'airflow-worker').containers[0].image).toBe('apache/airflow:2.0.1-python3.8');
  });

  test('settings are those of release 2.0.1', () => {
    expect(one(lab, 'ConfigMap', 'airflow-config').data).toMatchObject({
      AIRFLOW__CORE__SQL_ALCHEMY_CONN_CMD: 'python /opt/airflow-scripts/setting.py database', AIRFLOW__CELERY__WORKER_LOG_SERVER_PORT: '8793', AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL: '60',
      AIRFLOW__CORE__DAGS_FOLDER: '/opt/airflow/dags/repo',
    });
  });

  test('tasks may snapshot and clone the results; the imported dataset is unmanaged, so Trident would do neither', () => {
    expect(one(lab, 'Role', 'airflow-data-snapshot').rules[1].resourceNames).toEqual(['tensorflow-results']);
    expect(one(lab, 'Role', 'airflow-data-clone').metadata.namespace).toBe('default');
  });
});

test('dev needs no repository, and has a first user; it runs on one node', () => {
  const dev = written('dev');
  expect(one(dev, 'ConfigMap', 'airflow-config').data.AIRFLOW__CORE__DAGS_FOLDER).toBe('/opt/airflow/dags');
  expect(one(dev, 'PersistentVolumeClaim', 'airflow-logs').spec.accessModes).toEqual(['ReadWriteOnce']);
  expect(dev.filter(({ kind, metadata }) => kind === 'Job' && (metadata.name as string).startsWith('airflow-create-users'))).toHaveLength(1);
  expect(JSON.stringify(dev)).not.toContain('git-sync');
});

test('prod is reached by https only, and Flower asks for a login', () => {
  const prod = written('prod');
  expect(prod.filter(({ kind, spec }) => kind === 'Service' && spec.type === 'NodePort')).toEqual([]);
  expect(one(prod, 'Ingress', 'airflow-web').spec.tls).toEqual([{ hosts: ['airflow.example.com'], secretName: 'airflow-web-tls' }]);
  expect(one(prod, 'ConfigMap', 'airflow-config').data.AIRFLOW__WEBSERVER__BASE_URL).toBe('https://airflow.example.com');
  expect(variables(podSpec(prod, 'Deployment', 'airflow-flower').containers[0])).toHaveProperty('AIRFLOW__CELERY__FLOWER_BASIC_AUTH_CMD');
  expect(one(prod, 'StatefulSet', 'airflow-worker').spec).toMatchObject({ replicas: 2, template: { spec: { terminationGracePeriodSeconds: 1800 } } });
  expect(one(prod, 'CronJob', 'airflow-log-cleanup').spec.jobTemplate.spec.template.spec.containers[0].command.at(-1)).toBe('89');
});
