import { type Duration } from 'cdk8s';
import { type AccessMode } from '../core/cluster';
import { type GpuQueue } from '../core/gpu-queue';
import type * as k8s from '../core/k8s';
import { type NetworkPeer } from '../core/network-peer';
import { type Capacity, type CpuQuantity } from '../core/quantity';
import { type Resources } from '../services/resources';
import { type SecretKey } from '../core/secret-requirements';
import { type WebExposure } from '../services/web-exposure';
import { type SnapshotClusterRole } from '../storage/snapshot-cluster-role';
import { type StorageClassReference } from '../storage/storage-class';
import { type VolumeSnapshotClass } from '../storage/volume-snapshot-class';

/** Keys that the parts of JupyterHub share. They stay as they are from one apply to the next, so nobody is logged out. */
export interface HubKeys {
  /** What the hub shows the proxy; without it, the proxy would take routes from anybody. */
  readonly proxyToken: SecretKey;
  /** Key of login cookies: an even number of hexadecimal digits. */
  readonly cookieSecret: SecretKey;
  /** Key that encrypts what a login provider hands over, such as tokens: 64 hexadecimal digits. @default - nothing of it is kept */
  readonly authState?: SecretKey;
}

/** Where the hub keeps users, servers and tokens. Users' files are not in it. */
export type HubDatabase =
  /** SQLite in a file on a volume of its own. It needs locks that work: NFS 4 or newer, or a block class. */
  | {
    readonly kind: 'sqlite';
    /** Size of the volume. @default 1Gi */
    readonly size?: Capacity;
    /** Class to provision from; not one of FlexGroups. @default - the default class of the cluster */
    readonly storageClass?: StorageClassReference;
  }
  /** PostgreSQL that is run elsewhere. */
  | {
    readonly kind: 'postgresql';
    /** Whole URL as SQLAlchemy takes it, `postgresql+psycopg2://...`, with user and password percent-encoded. */
    readonly url: SecretKey;
    /** Whether a newer hub may change the tables by itself; nobody makes a copy of them first. @default false */
    readonly upgradeTables?: boolean;
  };

/** The hub. */
export interface HubOptions {
  /** Image; it has all that the settings use. @default - quay.io/jupyterhub/k8s-hub for the release */
  readonly image?: string;
  /** CPU and memory. @default - 200m, 512Mi */
  readonly resources?: Resources;
}

/** The proxy, through which all traffic of users goes. */
export interface ProxyOptions {
  /** Image. @default - quay.io/jupyterhub/configurable-http-proxy for the release */
  readonly image?: string;
  /** CPU and memory. @default - 200m, 512Mi */
  readonly resources?: Resources;
  /** How it is reached. @default - a NodePort that Kubernetes chooses */
  readonly expose?: WebExposure;
}

/** A volume for each user, made when the user's first server starts. */
export interface HomeOptions {
  /** Size. */
  readonly size: Capacity;
  /** Class to provision from. @default - the default class of the cluster */
  readonly storageClass?: StorageClassReference;
  /** How many nodes may mount it. @default ReadWriteOnce */
  readonly accessMode?: Exclude<AccessMode, 'ReadOnlyMany'>;
  /** Where it is mounted. @default /home/jovyan */
  readonly mountPath?: string;
  /** What becomes of it when the user is deleted from the hub. JupyterHub's own default is to delete it. @default retain */
  readonly onUserDelete?: 'retain' | 'delete';
}

/** What a notebook server runs on. */
export interface NotebookResources {
  /** CPU that is set aside for it. @default 0.5 */
  readonly cpu?: CpuQuantity;
  /** Most CPU that it may take. @default - no limit */
  readonly cpuLimit?: CpuQuantity;
  /** Memory that is set aside for it. @default 1Gi */
  readonly memory?: Capacity;
  /** Most memory that it may take; shared memory counts towards it. @default - no limit */
  readonly memoryLimit?: Capacity;
  /** Whole GPUs, 0 or more. @default 0 */
  readonly gpus?: number;
  /** Most memory that `/dev/shm` may take; PyTorch's data loaders need it. @default - the container runtime's own 64 MiB */
  readonly sharedMemory?: Capacity;
  /** Labels of the nodes that it may run on. @default - any node */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Taints of nodes that it puts up with. @default - none */
  readonly tolerations?: readonly k8s.Toleration[];
  /**
   * Queue of KAI Scheduler that its GPUs are counted against. A server is never pre-empted, and waits where it does not fit into the queue's guarantee.
   * @default - none: the scheduler of Kubernetes places it
   */
  readonly queue?: GpuQueue;
  /** Environment variables; braces in them stay braces. @default - none */
  readonly environment?: Readonly<Record<string, string | SecretKey>>;
}

/** Notebook servers of users. */
export interface NotebookOptions extends NotebookResources {
  /** Image with a fixed tag; it has `jupyterhub-singleuser` of the hub's major release. */
  readonly image: string;
  /** User id that it runs as, 1 or more, under Pod Security `restricted`. @default - 1000, as in Jupyter's own images */
  readonly runAsUser?: number;
  /** How long a server may take to start, in whole seconds: images with CUDA have 10 to 20 GB. @default - 10 minutes */
  readonly startTimeout?: Duration;
}

/** A choice on the page that starts a server. What it leaves out is that of `notebooks`; node labels and variables are added to those. */
export interface NotebookProfile extends NotebookResources {
  /** Name in addresses and settings: at most 63 characters, a-z, 0-9 and "-". */
  readonly name: string;
  /** What users see. */
  readonly title: string;
  /** More words about it. @default - none */
  readonly description?: string;
  /** Image. @default - that of `notebooks` */
  readonly image?: string;
}

/** Rights of notebooks to take snapshots of the home volumes. */
export interface NotebookDataManagement {
  /**
   * ServiceAccount of notebooks: `own`, one that is for this only; or `default`, the namespace's, as the documents have it, which other pods of the namespace
   * may use, too. @default own
   */
  readonly serviceAccount?: 'own' | 'default';
  /** The documents' ClusterRole. @default - a Role with exactly what is called */
  readonly role?: SnapshotClusterRole;
  /** Class of the snapshots, in the variable WORKSPACE_SNAPSHOT_CLASS. @default - not set; the DataOps Toolkit takes csi-snapclass */
  readonly snapshotClass?: VolumeSnapshotClass;
}

/** Stops servers that nobody uses, GPUs and all. Files stay. */
export interface IdleCulling {
  /** How long a server must have been idle. @default - 1 hour */
  readonly timeout?: Duration;
  /** How often to look. @default - 10 minutes */
  readonly every?: Duration;
  /** Age at which a server is stopped even if it is in use. @default - none */
  readonly maxAge?: Duration;
}

/** Where notebooks may connect to, beside the hub, the proxy and name resolution. */
export interface NetworkOptions {
  /** Whether they may reach public addresses, for example package indexes. @default true */
  readonly internet?: boolean;
  /** Where the Kubernetes API is, which `dataManagement` needs: `kubectl get endpoints kubernetes` shows it. @default - not reachable */
  readonly kubernetesApi?: {
    /** Networks of the API servers in CIDR notation. */
    readonly cidrs: readonly string[];
    /** Ports that they listen on. @default - 443, 6443 */
    readonly ports?: readonly number[];
  };
  /** Pods of other products, for example an MLflow server. @default - none */
  readonly peers?: readonly NetworkPeer[];
  /** Private addresses outside of the cluster, for example S3 on the array. @default - none */
  readonly addresses?: readonly {
    /** Network in CIDR notation. */
    readonly cidr: string;
    /** Ports. */
    readonly ports: readonly number[];
  }[];
}

/** Traits by class, for example `{ KubeSpawner: { image_pull_secrets: ['registry'] } }`. */
export type JupyterHubConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
