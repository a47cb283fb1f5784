import { type ClusterNode } from '../core/cluster';
import { type WebExposure } from '../services/web-exposure';
import { type MlflowStackProps } from './mlflow-stack';
import { type ArtifactStore } from './options';
import { DOCUMENTED_PORT, type MlflowFeatures, type MlflowVersion } from './upstream';

/** What the parts of the stack are made from: the props with everything that follows from them. */
export interface MlflowPlan {
  readonly props: MlflowStackProps;
  readonly version: MlflowVersion;
  readonly features: MlflowFeatures;
  /** Start of all names. */
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly artifacts: ArtifactStore;
  readonly expose: WebExposure;
  readonly replicas: number;
  readonly workers: number;
  readonly nodes: readonly ClusterNode[];
}

/** Identity labels of a part. */
export const identityOf = ({ name }: Pick<MlflowPlan, 'name'>, component: string) => ({ name: 'mlflow', instance: name, component, partOf: 'mlflow' });

/** Name of the Service of the server, and of its Deployment; that of the documents' chart. */
export const trackingName = ({ name }: Pick<MlflowPlan, 'name'>): string => `${name}-tracking`;

/** Port of the Service: that of the nodes where there is one, so that the number is the same inside and outside of the cluster. */
export const servicePort = ({ expose }: Pick<MlflowPlan, 'expose'>): number => (expose.kind === 'node-port' ? expose.port : undefined) ?? DOCUMENTED_PORT;

/** Main database and the user that owns it. */
export function databaseOf({ name, props: { database } }: MlflowPlan): { readonly host: string; readonly port: number; readonly database: string; readonly user: string } {
  if (database.kind === 'in-cluster') return { host: `${name}-postgresql`, port: 5432, database: 'mlflow', user: 'mlflow' };
  return { host: database.host, port: database.port ?? 5432, database: database.database ?? 'mlflow', user: database.user ?? 'mlflow' };
}

/** Database of the users, where there are any. */
export const authDatabaseOf = ({ props: { auth } }: MlflowPlan): string | undefined => (auth === 'none' ? undefined : auth.database ?? 'mlflow_auth');

/** Python packages that the image must have beside MLflow. */
export const packagesOf = ({ artifacts, features, props: { auth } }: MlflowPlan): string[] =>
  ['psycopg2-binary', ...artifacts.kind === 's3' ? ['boto3'] : [], ...auth !== 'none' && features.authNeedsFlaskWtf ? ['Flask-WTF'] : []];

/** Access mode of the artifacts' volume; none where they are in a bucket. */
export function artifactAccessMode({ artifacts }: Pick<MlflowPlan, 'artifacts'>): string | undefined {
  if (artifacts.kind === 's3') return undefined;
  return artifacts.kind === 'claim' ? artifacts.claim.accessMode : artifacts.accessMode ?? 'ReadWriteMany';
}
