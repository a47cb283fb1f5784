/** The extended resource that NVIDIA's device plugin offers on a node. */
export const GPU_RESOURCE = 'nvidia.com/gpu';

/** A worker node of the cluster. */
export interface ClusterNode {
  /** Node name, which is also its `kubernetes.io/hostname` label. */
  readonly name: string;
  /**
   * Address of the node on the host network; the host-network engine of HorovodCluster needs it.
   * @default - none
   */
  readonly address?: string;
  /** GPUs that the node offers as `nvidia.com/gpu`; 0 for a CPU node. */
  readonly gpus: number;
}

/** Access modes of a PersistentVolumeClaim. */
export type AccessMode = 'ReadWriteOnce' | 'ReadOnlyMany' | 'ReadWriteMany' | 'ReadWriteOncePod';

/** Something that is in the cluster already and that manifests may refer to. */
export type ExistingObject =
  | {
    /** Kinds that have no namespace. */
    readonly kind: 'Namespace' | 'VolumeSnapshotClass' | 'ClusterRole' | 'Queue';
    /** Name of the object. */
    readonly name: string;
  }
  | {
    /** Kinds that have a namespace. */
    readonly kind: 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim' | 'ServiceAccount' | 'Service' | 'VolumeSnapshot' | 'Role';
    /** Namespace of the object. */
    readonly namespace: string;
    /** Name of the object. */
    readonly name: string;
  }
  | ExistingStorageClass;

/** A StorageClass that is in the cluster already. */
export interface ExistingStorageClass {
  /** Always `StorageClass`. */
  readonly kind: 'StorageClass';
  /**
   * Name of the class.
   * @default - not known; only right for the cluster's default class
   */
  readonly name?: string;
  /**
   * Whether this is the default class of the cluster.
   * @default false
   */
  readonly isDefault?: boolean;
  /** What volumes of this class can do; a claim that asks for more is an error. */
  readonly accessModes: readonly AccessMode[];
}

/** What is true of the cluster that an environment is applied to. Manifests are checked against it. */
export interface Cluster {
  /** Kubernetes minor version, for example `1.29`. */
  readonly kubernetesVersion: `1.${number}`;
  /** Worker nodes, GPU nodes among them. */
  readonly nodes: readonly ClusterNode[];
  /**
   * What is in the cluster before the first apply.
   * @default - nothing but the namespaces that every cluster has
   */
  readonly existing?: readonly ExistingObject[];
}

/** GPUs of all nodes together. */
export const totalGpus = (nodes: readonly ClusterNode[]): number => nodes.reduce((sum, node) => sum + node.gpus, 0);
