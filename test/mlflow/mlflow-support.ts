import { type BasicAuth, type Cluster, type ExternalPostgresql, type InClusterDatabase, type Json, MlflowStack, type MlflowStackProps, PlatformNamespace, type S3Store } from '../../lib';
import { build, type Built, CLUSTER } from '../support';

/** Path of the stack in error lines. */
export const PATH = '[test/20-layer/mlflow]';

export const MLFLOW_CLUSTER: Cluster = {
  ...CLUSTER,
  existing: [
    ...CLUSTER.existing ?? [],
    { kind: 'StorageClass', name: 'fast', accessModes: ['ReadWriteOnce', 'ReadWriteMany'] },
    { kind: 'PersistentVolumeClaim', namespace: 'mlflow', name: 'models' },
    { kind: 'PersistentVolumeClaim', namespace: 'team', name: 'data' },
  ],
};

export const IN_CLUSTER: InClusterDatabase = { kind: 'in-cluster', password: { secret: 'db-secret', key: 'db-key' } };
export const EXTERNAL: Required<ExternalPostgresql> = {
  kind: 'external', host: 'db.example.com', port: 5433, database: 'experiments', user: 'tracker', password: { secret: 'db-secret', key: 'db-key' },
  tls: { mode: 'verify-full', ca: { secret: 'db-ca', key: 'ca.pem' } },
};
export const BUCKET: Required<S3Store> = {
  kind: 's3', bucket: 'mlflow', path: 'team/a', endpoint: 'https://s3.example.com:10443', region: 'eu-west-1',
  accessKey: { secret: 's3-secret', key: 'access' }, secretKey: { secret: 's3-secret', key: 'secret' }, ca: { secret: 's3-ca', key: 'ca.pem' },
};
export const BASIC_AUTH: BasicAuth = { kind: 'basic-auth', adminPassword: { secret: 'auth-secret', key: 'admin' }, flaskSecretKey: { secret: 'auth-secret', key: 'flask' } };

/** The least that a stack needs. */
export const PROPS: MlflowStackProps = { namespace: 'mlflow', database: IN_CLUSTER, auth: BASIC_AUTH };

/** The documents' release, with an image of one's own. */
export const DOCUMENTED = { version: '2.14.1', image: 'registry.example.com/mlflow:2.14.1' } as const;

/** An environment with one stack in a namespace with Pod Security `restricted`. */
export function mlflow(props: Partial<MlflowStackProps> = {}, cluster: Cluster = MLFLOW_CLUSTER): Built {
  return build(layer => {
    new PlatformNamespace(layer, 'namespace', { name: props.namespace ?? 'mlflow' });
    new MlflowStack(layer, 'mlflow', { ...PROPS, ...props });
  }, { cluster });
}

export const deployment = (built: Built, name = 'mlflow'): Json => built.one('Deployment', `${name}-tracking`).spec;
export const pod = (built: Built, name?: string): Json => deployment(built, name).template.spec;
export const server = (built: Built, name?: string): Json => pod(built, name).containers[0];
export const prepare = (built: Built, name?: string): Json => pod(built, name).initContainers[0];

/** Variables of a container: text as it is, a Secret as `secret/key`. */
export const variables = ({ env }: Json): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value, valueFrom }: Json) => [name, value ?? `${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`]));

export const objects = (built: Built): string[] => built.manifests.filter(({ kind }) => kind !== 'Namespace').map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
