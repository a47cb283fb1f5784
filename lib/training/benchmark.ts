import { type Duration } from 'cdk8s';
import { type GpuQueue } from '../core/gpu-queue';
import { type JobNaming } from '../core/manifest-object';
import { type Capacity, type CpuQuantity } from '../core/quantity';
import { type Claim, type Dataset } from '../storage/claim';

/** What is read during training. */
export type BenchmarkData =
  /** Images that the benchmark makes up, so that storage plays no part. */
  | 'synthetic'
  /** ImageNet from a dataset; every claim of it is mounted, the first at `/mnt/mount_0`. */
  | {
    readonly dataset: Dataset;
    /** Folder of the TFRecord files inside the volume. @default dataset/imagenet */
    readonly directory?: string;
  };

/** Where the container image has its scripts. */
export interface ImagePaths {
  /** Drops the page cache, then runs the benchmark. @default /netapp/scripts/run.py */
  readonly runner?: string;
  /** Starts the SSH server of a host-network worker; takes the port. @default /netapp/scripts/start-slave-multi.sh */
  readonly slave?: string;
  /** The benchmark program. @default /netapp/tensorflow/benchmarks_190205/scripts/tf_cnn_benchmarks/tf_cnn_benchmarks.py */
  readonly program?: string;
}

/** What a single-node and a distributed training run have in common. */
export interface TrainingOptions {
  /** Namespace of the pods; dataset and results must be in it. */
  readonly namespace: string;
  /** Container image with a fixed tag. */
  readonly image: string;
  /** What is read during training. */
  readonly data: BenchmarkData;
  /** Claim for results, mounted at `/tmp`. */
  readonly results: Claim;
  /**
   * Whether the page cache of the nodes is dropped first, so that data comes from the array and not from memory. It takes privileged pods.
   * With `false` the step and the privilege are both gone.
   * @default true
   */
  readonly dropPageCache?: boolean;
  /**
   * User id of the pods where they need not be root. Ignored with `dropPageCache`.
   * @default 1000
   */
  readonly runAsUser?: number;
  /** Where the image has its scripts. @default - as in the documents' image */
  readonly imagePaths?: ImagePaths;
  /**
   * Environment variables of every container, and of every process that `mpirun` starts. The image's runner, used with `dropPageCache` and without
   * `command`, starts `mpirun` by itself: what it passes on to other hosts is up to the image.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Most memory that `/dev/shm` may take. @default - half the memory of the node */
  readonly sharedMemory?: Capacity;
  /** CPU of each GPU pod, as request and limit. @default - not written */
  readonly cpu?: CpuQuantity;
  /** Memory of each GPU pod, as request and limit; `/dev/shm` counts towards it. @default - not written */
  readonly memory?: Capacity;
  /**
   * Queue of KAI Scheduler that its GPUs are counted against; other queues may take back what is beyond its guarantee.
   * @default - none: the scheduler of Kubernetes places the pods
   */
  readonly queue?: GpuQueue;
  /** Failed attempts until the job gives up, 0 or more. @default 5 */
  readonly backoffLimit?: number;
  /** How long the job may take at most. @default - no limit */
  readonly activeDeadline?: Duration;
  /** How long after its end the job is removed. @default - never; results of a benchmark are read from its log */
  readonly ttlAfterFinished?: Duration;
  /**
   * Makes the job without starting it; `kubectl patch` with `suspend: false` starts it.
   * @default false
   */
  readonly suspend?: boolean;
  /**
   * `contentHash` appends a hash to the job's name, so that a changed environment applies without an error; `fixed` keeps the name, and the old
   * job must be deleted before a changed one is applied.
   * @default contentHash
   */
  readonly naming?: JobNaming;
}

/** Where the image has its scripts, with the documents' place for each that is not given. */
export const imagePathsOf = ({ imagePaths }: TrainingOptions): Required<ImagePaths> => ({
  runner: imagePaths?.runner ?? '/netapp/scripts/run.py',
  slave: imagePaths?.slave ?? '/netapp/scripts/start-slave-multi.sh',
  program: imagePaths?.program ?? '/netapp/tensorflow/benchmarks_190205/scripts/tf_cnn_benchmarks/tf_cnn_benchmarks.py',
});

/** `imagenet` or `synthetic`, as it appears in names. */
export const dataName = (data: BenchmarkData): string => (data === 'synthetic' ? 'synthetic' : 'imagenet');

/** Folder of the dataset in the container, or undefined for synthetic data. */
export const dataDirectory = (data: BenchmarkData): string | undefined =>
  (data === 'synthetic' ? undefined : `/mnt/mount_0/${data.directory ?? 'dataset/imagenet'}`);

/** Claims of the dataset, in mount order. */
export const dataClaims = (data: BenchmarkData): readonly Claim[] => (data === 'synthetic' ? [] : data.dataset.claims);
