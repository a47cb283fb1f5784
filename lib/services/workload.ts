import { type Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { GPU_RESOURCE } from '../core/cluster';
import type * as k8s from '../core/k8s';
import { check } from '../core/problems';
import { type Capacity, type CpuQuantity } from '../core/quantity';
import { RESTRICTED_CONTAINER, restrictedPod } from '../core/security-context';
import { SHARED_MEMORY_MOUNT, sharedMemoryVolume } from '../core/shared-memory';
import { checkMounts, type DatasetMount, mountDatasets } from '../storage/mounts';

/** A container with its data: a trial of Katib, a step of a pipeline, a replica of a training job. */
export interface WorkloadOptions {
  /** Container image with a fixed tag. */
  readonly image: string;
  /** Program and arguments; each entry reaches the process as it is, without a shell. */
  readonly command: readonly string[];
  /** Environment variables. @default - none */
  readonly environment?: Readonly<Record<string, string>>;
  /** CPU that is set aside for it. @default 1 */
  readonly cpu?: CpuQuantity;
  /** Memory that is set aside for it and the most it may take; shared memory counts towards it. @default 2Gi */
  readonly memory?: Capacity;
  /** GPUs, 0 or more. @default 0 */
  readonly gpus?: number;
  /** Most memory that `/dev/shm` may take; PyTorch's data loaders need it. @default - no `/dev/shm` beyond the container runtime's own 64 MiB */
  readonly sharedMemory?: Capacity;
  /** Data to mount. @default - none */
  readonly mounts?: readonly DatasetMount[];
  /**
   * User and group id that it runs as, 1 or more. Volumes of Trident are writable for everyone unless the backend says otherwise.
   * @default 1000
   */
  readonly runAsUser?: number;
}

/** What a pod is made of: without a command, the image's own, and with user `image` the image's own user and rights. */
export interface WorkloadPodOptions extends Omit<WorkloadOptions, 'command' | 'runAsUser'> {
  readonly command?: readonly string[];
  readonly runAsUser?: number | 'image';
}

/** Pod spec of a workload, without a restart policy. It meets Pod Security `restricted`, unless it runs as the image's user. */
export function workloadPod(name: string, options: WorkloadPodOptions): k8s.PodSpec & { readonly containers: [k8s.Container] } {
  const { volumes, volumeMounts } = mountDatasets(options.mounts ?? []);
  const shared = options.sharedMemory !== undefined;
  const user = options.runAsUser ?? 1000;
  return {
    automountServiceAccountToken: false,
    securityContext: user === 'image' ? undefined : restrictedPod(user, user),
    volumes: [...shared ? [sharedMemoryVolume(options.sharedMemory)] : [], ...volumes],
    containers: [{
      name,
      image: options.image,
      command: options.command && [...options.command],
      env: options.environment && Object.entries(options.environment).map(([key, value]) => ({ name: key, value })),
      resources: resourcesOf(options),
      volumeMounts: [...shared ? [SHARED_MEMORY_MOUNT] : [], ...volumeMounts],
      securityContext: user === 'image' ? undefined : RESTRICTED_CONTAINER,
    }],
  };
}

/** Requests and limits: memory and GPUs are limited to what is set aside, CPU is not. */
function resourcesOf({ cpu = 1, memory = '2Gi', gpus = 0 }: WorkloadPodOptions): k8s.ResourceRequirements {
  return {
    requests: { cpu: String(cpu), memory },
    limits: { memory, ...gpus > 0 ? { [GPU_RESOURCE]: gpus } : {} },
  };
}

/** Checks a workload whose pods run in `namespace`; `key` is the prop that holds the options. */
export function checkWorkload(scope: Construct, key: string, namespace: string, { gpus, runAsUser, mounts = [], command }: WorkloadOptions): void {
  checkInteger(scope, `${key}.gpus`, gpus, 0);
  checkInteger(scope, `${key}.runAsUser`, runAsUser, 1);
  check(scope, command.length > 0, () => `\`${key}.command\` is empty: there would be nothing to run. Give the program and its arguments.`);
  checkMounts(scope, `${key}.mounts`, namespace, mounts);
}
