import { type Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { PREEMPTED_JOB } from '../core/gpu-queue';
import { addJobObject, type JobNaming } from '../core/manifest-object';
import { checkGpuWorkload, type GpuWorkloadOptions, type GpuWorkloadPlan, ownerMetadata, podTemplate } from './gpu-workload';

/** What an unattended training is made with. */
export interface GpuJobProps extends GpuWorkloadOptions {
  /** Program and arguments; each entry reaches the process as it is, without a shell. @default - the image's own */
  readonly command?: readonly string[];
  /**
   * Whether its GPUs may be taken back by their owners; it then starts again from its beginning, or from where it has saved itself. A job that is not is
   * held to the team's guarantee.
   * @default true
   */
  readonly preemptible?: boolean;
  /** Failed attempts until the job gives up, 0 or more. @default - 6, set by Kubernetes */
  readonly backoffLimit?: number;
  /** How long the job may take at most, waiting included. @default - no limit */
  readonly activeDeadline?: Duration;
  /** How long after its end the job is removed. @default - never */
  readonly ttlAfterFinished?: Duration;
  /**
   * Makes the job without starting it; `kubectl patch` with `suspend: false` starts it.
   * @default false
   */
  readonly suspend?: boolean;
  /** As for an ImagenetBenchmarkJob: `contentHash` appends a hash to the name, `fixed` keeps it. @default contentHash */
  readonly naming?: JobNaming;
}

/**
 * Unattended training of a team: a Job that its queue starts when there are GPUs, also idle ones of others.
 * Source: the documents' `runai submit`; KAI Scheduler, job_grouper.go.
 */
export class GpuJob extends Construct {
  /** Name of the Job, without the hash of `naming: contentHash`. */
  public readonly name: string;

  constructor(scope: Construct, id: string, props: GpuJobProps) {
    super(scope, id);
    this.name = props.name;
    const { command, preemptible = true } = props;
    const identity = { name: 'gpu-job', instance: props.name, component: 'training', partOf: 'scheduling' };
    const plan: GpuWorkloadPlan = { options: props, command, identity, priority: preemptible ? 'train' : 'build' };
    checkGpuWorkload(this, plan);
    checkInteger(this, 'backoffLimit', props.backoffLimit, 0);
    const { metadata, spec } = podTemplate(plan);
    addJobObject(this, 'Resource', identity, props.naming ?? 'contentHash', {
      apiVersion: 'batch/v1', kind: 'Job',
      metadata: ownerMetadata(plan),
      spec: {
        suspend: props.suspend,
        backoffLimit: props.backoffLimit,
        activeDeadlineSeconds: props.activeDeadline?.toSeconds(),
        ttlSecondsAfterFinished: props.ttlAfterFinished?.toSeconds(),
        ...preemptible && PREEMPTED_JOB,
        template: { metadata, spec: { restartPolicy: 'Never', ...spec } },
      },
    });
  }
}
