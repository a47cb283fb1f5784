import { type IConstruct } from 'constructs';
import { type ObjectOf } from './kinds';
import { type Json, podTemplatesOf } from './model';
import { declarePrerequisite } from './prerequisites';
import { check } from './problems';

/** A queue of KAI Scheduler, against which GPUs are counted. GpuProjects makes one per team; for one that exists already, declare it in `cluster.existing` too. */
export interface GpuQueue {
  /** Name of the Queue. */
  readonly queueName: string;
}

/** A part of a GPU, which KAI Scheduler hands out. The parts share the GPU's memory: nothing keeps one from taking all of it. */
export interface GpuFraction {
  /** Part of the memory of one GPU, more than 0 and less than 1. */
  readonly fraction: number;
}

/** The scheduler that knows queues. */
const KAI_SCHEDULER = 'kai-scheduler';

/** Label that names the queue of a workload. */
export const QUEUE_LABEL = 'kai.scheduler/queue';

/** Annotation of a pod that asks for a part of a GPU. */
export const FRACTION_ANNOTATION = 'gpu-fraction';

/**
 * PriorityClasses that KAI Scheduler brings along, from the lowest to the highest. What is `build` or `inference` is never pre-empted, and stays within
 * the quota of its queue.
 */
export type QueuePriority = 'train' | 'build-preemptible' | 'build' | 'inference';

/** Labels of a workload and of its pods. KAI gives a workload without a priority that of its kind, which for a Deployment is `inference`. */
export const queueLabels = (queue: GpuQueue | undefined, priority?: QueuePriority): Record<string, string> =>
  (queue ? { [QUEUE_LABEL]: queue.queueName, ...priority && { priorityClassName: priority } } : {});

/** What the spec of a pod of a queue says. */
export const queuedPod = (queue: GpuQueue | undefined): { schedulerName?: string } => (queue ? { schedulerName: KAI_SCHEDULER } : {});

/** Annotations of a pod of which one container has a part of a GPU. It is named because others, such as Istio's, may come first. */
export const fractionAnnotations = ({ fraction }: GpuFraction, container: string): Record<string, string> =>
  ({ [FRACTION_ANNOTATION]: String(fraction), 'gpu-fraction-container-name': container });

/** Requires a part of a GPU that KAI hands out. */
export function checkFraction(scope: IConstruct, { fraction }: GpuFraction): void {
  check(scope, fraction > 0 && fraction < 1, () =>
    `\`gpus.fraction\` is ${fraction}: KAI Scheduler shares one GPU, so it must be more than 0 and less than 1. Write for example 0.5, or \`gpus\` as a number for whole ones.`);
}

/**
 * A pod of a Job whose GPUs were taken back has not failed. KAI deletes such pods, and Kubernetes counts a deleted pod as failed unless a condition says why.
 * Source: KAI Scheduler, default_evictor.go.
 */
export const PREEMPTED_JOB: { readonly podFailurePolicy: NonNullable<ObjectOf<'Job'>['spec']>['podFailurePolicy'] } = {
  podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
};

/** Declares what a workload in a queue needs: `shared` for parts of GPUs, `preemptible` for a Job whose GPUs may be taken back. */
export function declareQueueNeeds(scope: IConstruct, { shared = false, preemptible = false }: { readonly shared?: boolean; readonly preemptible?: boolean } = {}): void {
  declarePrerequisite(scope, {
    area: 'Cluster',
    what: 'KAI Scheduler 0.13 with its priority classes',
    commands: ['kubectl get crd queues.scheduling.run.ai', 'kubectl get priorityclass train build'],
  });
  if (shared) {
    declarePrerequisite(scope, {
      area: 'Cluster',
      what: 'KAI Scheduler with GPU sharing (Helm value global.gpuSharing=true), and the RuntimeClass nvidia',
      commands: ['kubectl get configs.kai.scheduler kai-config -o jsonpath=\'{.spec.admission.gpuSharing}\'', 'kubectl get runtimeclass nvidia'],
    });
  }
  if (preemptible) {
    declarePrerequisite(scope, {
      area: 'Cluster',
      what: 'KAI Scheduler says of pods that it takes their GPUs (scheduler argument update-pod-eviction-condition); otherwise Kubernetes counts them as failed, and a Job that often lost them gives up',
      commands: ['kubectl patch schedulingshards.kai.scheduler default --type=merge -p \'{"spec":{"args":{"update-pod-eviction-condition":"true"}}}\''],
    });
  }
}

/** Queues that a manifest names, for itself or for its pods. */
export function queuesOf(manifest: Json): string[] {
  const named = new Set<string>();
  const look = (labels: Json) => { if (labels?.[QUEUE_LABEL] !== undefined) named.add(labels[QUEUE_LABEL]); };
  look(manifest.metadata?.labels);
  for (const { metadata } of podTemplatesOf(manifest)) look(metadata?.labels);
  return [...named];
}
