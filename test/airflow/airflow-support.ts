import { type Chart, Duration } from 'cdk8s';
import { parse } from 'yaml';
import {
  AirflowStack, type AirflowStackProps, type Cluster, type Dags, ExistingClaim, type ExternalBroker, type ExternalDatabase, type Executor, type InClusterBroker,
  type InClusterDatabase, type Json, PlatformNamespace,
} from '../../lib';
import { build, type Built, CLUSTER } from '../support';

/** Path of the stack in error lines. */
export const PATH = '[test/20-layer/airflow]';

/** A cluster of one node with everything that the tests refer to. */
export const ONE_NODE: Cluster = {
  kubernetesVersion: '1.29',
  nodes: [{ name: 'node-1', gpus: 0 }],
  existing: [
    ...CLUSTER.existing ?? [],
    { kind: 'StorageClass', name: 'fast', accessModes: ['ReadWriteOnce', 'ReadWriteMany'] },
    { kind: 'PersistentVolumeClaim', namespace: 'airflow', name: 'dags' },
    { kind: 'PersistentVolumeClaim', namespace: 'team', name: 'data' },
    { kind: 'PersistentVolumeClaim', namespace: 'team', name: 'results' },
    { kind: 'PersistentVolumeClaim', namespace: 'airflow', name: 'local' },
    { kind: 'Namespace', name: 'other' },
  ],
};
/** The same with two nodes. */
export const TWO_NODES: Cluster = { ...ONE_NODE, nodes: CLUSTER.nodes };

export const CELERY: Extract<Executor, { kind: 'celery' }> = { kind: 'celery', broker: { kind: 'in-cluster', password: { secret: 'broker-secret', key: 'broker-key' } } };
export const IN_CLUSTER: InClusterDatabase = { kind: 'in-cluster', password: { secret: 'db-secret', key: 'db-key' } };
export const EXTERNAL_DATABASE: ExternalDatabase = { kind: 'external', url: { secret: 'db-url-secret', key: 'url' } };
export const EXTERNAL_BROKER: ExternalBroker = { kind: 'external', url: { secret: 'broker-url-secret', key: 'url' } };
export const IN_CLUSTER_BROKER = CELERY.broker as InClusterBroker;
export const GIT_SSH: Extract<Dags, { kind: 'git-sync' }> = {
  kind: 'git-sync',
  repository: 'git@git.example.com:team/dags.git',
  ssh: { key: { secret: 'git-secret', key: 'id_rsa' }, knownHosts: { secret: 'git-secret', key: 'known_hosts' } },
};

/** The documents' deployment: Celery, PostgreSQL and Redis beside it, DAGs by git-sync over SSH. */
export const PROPS: AirflowStackProps = {
  namespace: 'airflow',
  executor: CELERY,
  dags: GIT_SSH,
  database: IN_CLUSTER,
  fernetKey: { secret: 'keys', key: 'fernet' },
  webserverSecretKey: { secret: 'keys', key: 'web' },
};

/** Adds a stack to a layer. */
export const addStack = (layer: Chart, props: Partial<AirflowStackProps> = {}): AirflowStack => new AirflowStack(layer, props.name ?? 'airflow', { ...PROPS, ...props });

/** An environment with one stack in a namespace with Pod Security `restricted`. */
export function airflow(props: Partial<AirflowStackProps> = {}, cluster: Cluster = TWO_NODES): Built {
  return build(layer => {
    new PlatformNamespace(layer, 'namespace', { name: props.namespace ?? 'airflow' });
    new AirflowStack(layer, 'airflow', { ...PROPS, ...props });
  }, { cluster });
}

/** A pod of the stack: the object that makes it, its labels and its spec. */
export interface Pod {
  readonly owner: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly spec: Json;
}

/** Every pod that the stack makes, task pods of the KubernetesExecutor included. */
export function podsOf(built: Built): Pod[] {
  return built.manifests.flatMap(({ kind, metadata, spec, data }): Pod[] => {
    const template = kind === 'CronJob' ? spec.jobTemplate.spec.template : kind === 'ConfigMap' && data['pod_template.yaml'] ? parse(data['pod_template.yaml'] as string) : spec?.template;
    return template === undefined ? [] : [{ owner: `${kind} ${metadata.name}`, labels: template.metadata.labels, annotations: template.metadata.annotations ?? {}, spec: template.spec }];
  });
}

/** The pod of a workload, by the kind and the start of the name. */
export function podOf(built: Built, owner: string): Json {
  const found = podsOf(built).filter(pod => pod.owner === owner || pod.owner.startsWith(`${owner}-`));
  if (found.length !== 1) throw new Error(`${found.length} pods of ${owner}; there are: ${podsOf(built).map(pod => pod.owner).join(', ')}`);
  return found[0]!.spec;
}

/** A container, or init container, of a pod by its name. */
export function containerOf(spec: Json, name: string): Json {
  const found = allContainers(spec).find(container => container.name === name);
  if (found === undefined) throw new Error(`no container ${name}`);
  return found;
}

export const allContainers = (spec: Json): Json[] => [...(spec.initContainers ?? []), ...spec.containers];

/** Environment variables of a container, by name. */
export const environmentOf = (container: Json): Record<string, string> =>
  Object.fromEntries((container.env ?? []).map(({ name, value }: { name: string; value: string }) => [name, value]));

/** The settings of all Airflow containers. */
export const settings = (built: Built, name = 'airflow'): Record<string, string> => built.one('ConfigMap', `${name}-config`).data;

/** `kind name` of every manifest but the namespace; hashes of Job names are cut off. */
export const objects = (built: Built): string[] => built.manifests.filter(({ kind }) => kind !== 'Namespace')
  .map(({ kind, metadata }) => `${kind} ${kind === 'Job' ? (metadata.name as string).replace(/-[0-9a-f]{8}$/, '-#') : metadata.name}`).sort();

/** File in /opt/airflow-secrets -> `secret/key` that it comes from. */
export function secretFiles(spec: Json, volume = 'secrets'): Record<string, string> {
  const sources = spec.volumes.find(({ name }: Json) => name === volume)?.projected.sources ?? [];
  return Object.fromEntries(sources.map(({ secret }: Json) => [secret.items[0].path, `${secret.name}/${secret.items[0].key}`]));
}

export const DATA_CLAIM = new ExistingClaim('team', 'data', 'ReadOnlyMany');
export const DAGS_CLAIM = new ExistingClaim('airflow', 'dags', 'ReadOnlyMany');

/** Every executor, with both kinds of broker. */
export const EXECUTORS: Record<string, Executor> = {
  celery: CELERY,
  'celery, broker elsewhere': { kind: 'celery', broker: EXTERNAL_BROKER, workers: { replicas: 3 }, flower: { basicAuth: { secret: 'flower-secret', key: 'auth' } } },
  kubernetes: { kind: 'kubernetes' },
  local: { kind: 'local' },
};
/** Every origin of DAGs. */
export const DAGS: Record<string, Dags> = {
  'git-sync over SSH': GIT_SSH,
  'git-sync over https': { kind: 'git-sync', repository: 'https://git.example.com/dags.git', period: Duration.minutes(5), subPath: 'team/a' },
  'a claim': { kind: 'claim', claim: DAGS_CLAIM, subPath: 'prod' },
  'the image': { kind: 'image' },
};
export const DATABASES: Record<string, InClusterDatabase | ExternalDatabase> = { 'in-cluster database': IN_CLUSTER, 'external database': EXTERNAL_DATABASE };

/** Every combination of executor, origin of DAGs and database. */
export const COMBINATIONS: { title: string; props: Partial<AirflowStackProps> }[] = Object.entries(EXECUTORS).flatMap(([executorTitle, executor]) =>
  Object.entries(DAGS).flatMap(([dagsTitle, dags]) =>
    Object.entries(DATABASES).map(([databaseTitle, database]) => ({ title: `${executorTitle}, ${dagsTitle}, ${databaseTitle}`, props: { executor, dags, database } }))));

/** Options that add objects or containers to any combination. */
export const EXTRAS: Partial<AirflowStackProps> = {
  adminUser: { username: 'boss', email: 'boss@example.com', password: { secret: 'admin-secret', key: 'password' } },
  web: { expose: { kind: 'ingress', host: 'airflow.example.com', className: 'nginx', tlsSecret: 'web-tls' } },
  dataManagement: { snapshot: [DATA_CLAIM], clone: [new ExistingClaim('airflow', 'local', 'ReadWriteMany')] },
};
