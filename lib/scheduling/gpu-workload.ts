import { type Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { checkFraction, declareQueueNeeds, fractionAnnotations, type GpuFraction, queuedPod, queueLabels, type QueuePriority } from '../core/gpu-queue';
import type * as k8s from '../core/k8s';
import { type Identity, standardLabels } from '../core/labels';
import { onNodes } from '../core/placement';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { workloadPod, type WorkloadOptions } from '../services/workload';
import { checkMounts } from '../storage/mounts';
import { type GpuTeamReference } from './gpu-team';

/** What training and sessions of a team have in common. */
export interface GpuWorkloadOptions extends Omit<WorkloadOptions, 'command' | 'gpus' | 'runAsUser'> {
  /** Team that it belongs to. */
  readonly team: GpuTeamReference;
  /** Name of the Job or StatefulSet, and of its container. */
  readonly name: string;
  /** Whole GPUs, 0 or more, or a part of one. @default 1 */
  readonly gpus?: number | GpuFraction;
  /**
   * User and group id that it runs as, 1 or more, under Pod Security `restricted`; or `image` for the image's own user and rights.
   * @default 1000
   */
  readonly runAsUser?: number | 'image';
}

/** What a workload and its pods are made from. */
export interface GpuWorkloadPlan {
  readonly options: GpuWorkloadOptions;
  readonly command?: readonly string[];
  readonly identity: Identity;
  readonly priority: QueuePriority;
  /** Port that others may connect to. */
  readonly port?: number;
}

const fractionOf = ({ gpus }: GpuWorkloadOptions): GpuFraction | undefined => (typeof gpus === 'object' ? gpus : undefined);
const wholeGpus = ({ gpus = 1 }: GpuWorkloadOptions): number => (typeof gpus === 'object' ? 0 : gpus);

/** Metadata of the object that KAI Scheduler looks at first, the owner of the pods. */
export const ownerMetadata = ({ options: { team, name }, priority }: GpuWorkloadPlan) => ({ name, namespace: team.namespace, labels: queueLabels(team, priority) });

/** Template of its pods. A part of a GPU is an annotation, and never stands beside the resource of whole ones. */
export function podTemplate({ options, command, identity, priority, port }: GpuWorkloadPlan): k8s.PodTemplateSpec & { readonly spec: k8s.PodSpec } {
  const { team, name } = options;
  const fraction = fractionOf(options);
  const { containers: [container], ...pod } = workloadPod(name, { ...options, command, gpus: wholeGpus(options) });
  return {
    metadata: { labels: { ...standardLabels(identity), ...queueLabels(team, priority) }, annotations: fraction && fractionAnnotations(fraction, name) },
    spec: {
      ...pod,
      ...queuedPod(team),
      enableServiceLinks: false,
      affinity: team.nodes && onNodes(team.nodes.map(node => node.name)),
      // Kubernetes 1.28 takes an empty list for a change, at each apply.
      volumes: filled(pod.volumes),
      containers: [{ ...container, volumeMounts: filled(container.volumeMounts), ports: port === undefined ? undefined : [{ name: 'web', containerPort: port }] }],
    },
  };
}

const filled = <Item>(list: Item[] = []): Item[] | undefined => (list.length > 0 ? list : undefined);

/** Checks what training and sessions have in common, and declares what they need. */
export function checkGpuWorkload(scope: Construct, { options, command, priority }: GpuWorkloadPlan): void {
  const { team, gpus, mounts = [], runAsUser, image } = options;
  if (typeof gpus === 'object') checkFraction(scope, gpus);
  else checkInteger(scope, 'gpus', gpus, 0);
  if (runAsUser !== 'image') checkInteger(scope, 'runAsUser', runAsUser, 1);
  check(scope, command === undefined || command.length > 0, () => '`command` is empty: there would be nothing to run. Give the program and its arguments, or leave it out for the image\'s own.');
  checkMounts(scope, 'mounts', team.namespace, mounts);
  declareQueueNeeds(scope, { shared: typeof gpus === 'object', preemptible: priority === 'train' });
  declarePrerequisite(scope, { area: 'Images', what: `${image} can be pulled by the GPU nodes` });
}
