import { type Duration } from 'cdk8s';
import { type SecretKey } from '../core/secret-requirements';
import { type Resources, type VolumeOptions } from '../services/resources';
import { type WebExposure } from '../services/web-exposure';
import { type Claim } from '../storage/claim';

/** A database that is run elsewhere. */
export interface ExternalDatabase {
  /** Elsewhere. */
  readonly kind: 'external';
  /** Whole URL as SQLAlchemy takes it, `postgresql+psycopg2://...`, with user and password percent-encoded. */
  readonly url: SecretKey;
}

/** Redis as a StatefulSet beside Airflow; its queue survives a restart. */
export interface InClusterBroker {
  /** Beside Airflow. */
  readonly kind: 'in-cluster';
  /** Password that Redis asks for. */
  readonly password: SecretKey;
  /** Volume of the queue; it cannot be changed later. @default - 1Gi from the default class */
  readonly storage?: VolumeOptions;
  /** Image. @default - a maintained Redis 7 */
  readonly image?: string;
  /** CPU and memory. @default - 100m, 128Mi */
  readonly resources?: Resources;
}

/** A broker that is run elsewhere. */
export interface ExternalBroker {
  /** Elsewhere. */
  readonly kind: 'external';
  /** Whole URL as Celery takes it, `redis://...` or `amqp://...`, with user and password percent-encoded. */
  readonly url: SecretKey;
}

/** Celery workers. */
export interface WorkerOptions {
  /** Number of workers, 1 or more. @default 1 */
  readonly replicas?: number;
  /** CPU and memory of each, enough for the tasks that run in it. @default - 500m, 2Gi */
  readonly resources?: Resources;
  /** How long running tasks may take to end when a worker is stopped, in whole seconds. @default - 10 minutes */
  readonly gracePeriod?: Duration;
}

/** Flower, the web page of Celery. */
export interface FlowerOptions {
  /** Login as `user:password`. @default - none; the page is reachable inside the cluster only */
  readonly basicAuth?: SecretKey;
  /** CPU and memory. @default - 100m, 256Mi */
  readonly resources?: Resources;
}

/** Where tasks run. Each kind has only what it needs. */
export type Executor =
  /** In workers that take tasks from a queue. */
  | { readonly kind: 'celery'; readonly broker: InClusterBroker | ExternalBroker; readonly workers?: WorkerOptions; readonly flower?: FlowerOptions }
  /** In a pod per task. */
  | { readonly kind: 'kubernetes'; /** CPU and memory of a task. @default - 500m, 1Gi */ readonly taskResources?: Resources }
  /** In the scheduler's pod; size it for the tasks. */
  | { readonly kind: 'local'; /** Tasks at a time, 1 or more. @default 32 */ readonly parallelism?: number };

/** SSH login of git-sync. */
export interface GitSsh {
  /** Private key. */
  readonly key: SecretKey;
  /**
   * Host keys of the git server, in the format of `known_hosts`. `accept-any` trusts whoever answers: anybody who can redirect the connection can then run
   * code in Airflow.
   */
  readonly knownHosts: SecretKey | 'accept-any';
}

/** Where DAGs come from. */
export type Dags =
  /** A git repository, synchronised into scheduler and workers. */
  | {
    readonly kind: 'git-sync';
    /** Repository, `git@host:path` or `https://host/path`. */
    readonly repository: string;
    /** Branch, tag or commit. @default main */
    readonly ref?: string;
    /** Folder of the DAGs in the repository. @default - its root */
    readonly subPath?: string;
    /** Time between two looks at the repository, in whole seconds. @default - 60 seconds */
    readonly period?: Duration;
    /** SSH login. @default - none: a public repository over https */
    readonly ssh?: GitSsh;
    /** Image of git-sync 4. @default - a maintained one */
    readonly image?: string;
  }
  /** A claim that something else fills. */
  | { readonly kind: 'claim'; readonly claim: Claim; /** Folder of the DAGs in the volume. @default - its root */ readonly subPath?: string }
  /** The Airflow image has them in /opt/airflow/dags. */
  | { readonly kind: 'image' };

/** Task logs, on a volume that all pods share. */
export interface LogOptions {
  /** Volume of the logs; it is mounted on several nodes, so its class must offer ReadWriteMany. @default - 1Gi from the default class */
  readonly storage?: VolumeOptions;
  /** `ReadWriteOnce` fits only a cluster of one node. @default ReadWriteMany */
  readonly accessMode?: 'ReadWriteMany' | 'ReadWriteOnce';
  /** After how many whole days logs are deleted, 1 or more; `forever` keeps them. @default 30 */
  readonly retentionDays?: number | 'forever';
}

/** Web server. */
export interface WebOptions {
  /** How it is reached. @default - a NodePort that Kubernetes chooses */
  readonly expose?: WebExposure;
  /** Number of web servers, 1 or more. @default 1 */
  readonly replicas?: number;
  /** CPU and memory. @default - 250m, 1Gi */
  readonly resources?: Resources;
}

/** Scheduler. */
export interface SchedulerOptions {
  /** CPU and memory; with the local executor, enough for the tasks. @default - 500m, 1Gi */
  readonly resources?: Resources;
}

/** A first user, made if there is none of that name; a later change of it in the web page stays. */
export interface AdminUser {
  /** Login name. */
  readonly username: string;
  /** Password. */
  readonly password: SecretKey;
  /** Mail address. */
  readonly email: string;
}

/** Rights of tasks that snapshot and clone volumes. */
export interface DataManagement {
  /** Claims whose volumes tasks may take snapshots of. @default - none */
  readonly snapshot?: readonly Claim[];
  /** Claims whose volumes tasks may clone, by way of a snapshot. @default - none */
  readonly clone?: readonly Claim[];
}
