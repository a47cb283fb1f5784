import { type Construct } from 'constructs';
import type * as k8s from '../core/k8s';
import { type SecretKey } from '../core/secret-requirements';
import { addDataService, type DataService, PASSWORD_FILE } from './data-service';
import { type Resources, resourcesOf, type VolumeOptions } from './resources';

/** PostgreSQL as a StatefulSet beside the product that keeps its state in it. */
export interface InClusterDatabase {
  /** Beside the product. */
  readonly kind: 'in-cluster';
  /** Password of the database's user. It is read when the volume is new; changing the Secret later locks the product out. */
  readonly password: SecretKey;
  /**
   * Volume of the database. It cannot be changed later: to grow it, change the claim `data-<name>-postgresql-0`.
   * @default - 8Gi from the default class
   */
  readonly storage?: VolumeOptions;
  /** Image. @default - a maintained PostgreSQL 16 */
  readonly image?: string;
  /** CPU and memory. @default - 250m, 256Mi */
  readonly resources?: Resources;
}

/** What products differ in. */
export interface PostgresqlPlace extends Pick<DataService, 'identity' | 'selector' | 'namespace' | 'name' | 'headlessName'> {
  /** User that owns everything. */
  readonly user: string;
  /** First database; it is made when the volume is new. */
  readonly database: string;
  /** Name of the container. */
  readonly containerName: string;
}

/** Port of PostgreSQL. */
export const POSTGRESQL_PORT = 5432;

/** Maintained upstream; the documents' images are gone from their registry. */
const IMAGE = 'postgres:16.10';
/** User id of the process in that image. */
const USER_ID = 999;

/** PostgreSQL. Its data is in a folder of the volume, as NFS and file systems with a lost+found want it. */
export function addPostgresql(scope: Construct, { user, database, containerName, ...place }: PostgresqlPlace, { password, storage, image, resources }: InClusterDatabase): void {
  const isReady: k8s.Probe = { exec: { command: ['pg_isready', '-U', user, '-d', database, '-h', '127.0.0.1'] }, timeoutSeconds: 5 };
  addDataService(scope, {
    ...place,
    port: POSTGRESQL_PORT,
    user: USER_ID,
    password,
    storage: storage ?? { size: '8Gi' },
    mountPath: '/var/lib/postgresql/data',
    memoryVolume: { mountPath: '/dev/shm', size: '1Gi' },
    container: {
      name: containerName,
      image: image ?? IMAGE,
      env: [
        { name: 'POSTGRES_USER', value: user },
        { name: 'POSTGRES_DB', value: database },
        { name: 'POSTGRES_PASSWORD_FILE', value: PASSWORD_FILE },
        { name: 'PGDATA', value: '/var/lib/postgresql/data/pgdata' },
      ],
      resources: resourcesOf(resources ?? { cpu: '250m', memory: '256Mi' }),
      startupProbe: { ...isReady, periodSeconds: 5, failureThreshold: 60 },
      livenessProbe: { ...isReady, periodSeconds: 10, failureThreshold: 6 },
      readinessProbe: { ...isReady, periodSeconds: 10, failureThreshold: 3 },
    },
  });
}
