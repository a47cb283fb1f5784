import { type GpuQueue } from '../core/gpu-queue';
import { type KubeflowInstallation } from './kubeflow-installation';

/**
 * The namespace of a team, where its notebooks, experiments and pipelines run. KubeflowTeam makes one; for a profile that exists already, write
 * `{ namespace, kubeflow }` and declare the namespace in `cluster.existing`.
 */
export interface TeamNamespace {
  /** Name of the namespace, which is that of the profile. */
  readonly namespace: string;
  /** The Kubeflow that serves it. */
  readonly kubeflow: KubeflowInstallation;
  /** Queue of KAI Scheduler for what asks for GPUs: notebooks, trials, steps of pipelines. Without one, the scheduler of Kubernetes places them. */
  readonly queue?: GpuQueue;
}

/** Queue of a workload of a team, if it asks for GPUs. */
export const queueFor = ({ queue }: TeamNamespace, gpus = 0): GpuQueue | undefined => (gpus > 0 ? queue : undefined);

/** The ServiceAccount of notebooks, which the profile controller makes in each namespace of a team: it may edit everything but rights. */
export const DEFAULT_EDITOR = 'default-editor';

/** Keeps Istio's sidecar out of pods that end: the sidecar would not, so neither would the job. */
export const NO_SIDECAR = { 'sidecar.istio.io/inject': 'false' } as const;
