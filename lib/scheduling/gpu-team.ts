import { type Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { type ClusterNode } from '../core/cluster';
import { type GpuQueue } from '../core/gpu-queue';
import { addObject } from '../core/manifest-object';
import { PlatformNamespace, type PodSecurityLevel } from '../core/platform-namespace';
import { check } from '../core/problems';

/** A team as its workloads know it. GpuProjects makes one; for a queue that exists already write `{ queueName, namespace }`, and declare both in `cluster.existing`. */
export interface GpuTeamReference extends GpuQueue {
  /** Namespace of its workloads. */
  readonly namespace: string;
  /** Nodes that its workloads may run on; all, where none are given. */
  readonly nodes?: readonly ClusterNode[];
  /** How long a session of the team may take that does not say it itself; for ever, where it is not given. */
  readonly sessionTimeLimit?: Duration;
}

/** The namespace of a team. */
export type TeamNamespaceChoice =
  | {
    /** One is made, with the team's name and this Pod Security level. @default restricted */
    readonly podSecurity?: PodSecurityLevel;
  }
  | {
    /** Name of one that is made elsewhere, such as that of a KubeflowTeam. */
    readonly existing: string;
  };

/** What a team has. */
export interface GpuTeamOptions {
  /** GPUs that are guaranteed to it, 0 or more. Sessions stay within them; training may have more while others leave some idle. */
  readonly gpus: number;
  /** Most GPUs that it may have, idle ones included; not less than `gpus`. @default - no limit */
  readonly maxGpus?: number;
  /**
   * Its weight where GPUs beyond the guarantees are divided among teams that want them, 0 or more. With 0 it gets none while others want them.
   * @default - `gpus`, so that they are shared in the ratio of the guarantees
   */
  readonly overQuotaWeight?: number;
  /** Teams of a higher priority are given GPUs beyond their guarantee first. @default - 100, set by KAI Scheduler */
  readonly priority?: number;
  /** How long a training job runs at least before its GPUs may be taken. @default - no time */
  readonly minRuntime?: {
    /** Before a job of the same team with a higher priority may take them. @default - no time */
    readonly preempt?: Duration;
    /** Before another team may take them back. @default - no time */
    readonly reclaim?: Duration;
  };
  /** Nodes that its workloads may run on. @default - all */
  readonly nodes?: readonly ClusterNode[];
  /** How long a session may take that does not say it itself. @default - for ever */
  readonly sessionTimeLimit?: Duration;
  /** Name that logs of KAI Scheduler show. @default - the name of the queue */
  readonly displayName?: string;
  /** Its namespace. @default - one is made with the team's name, at Pod Security `restricted` */
  readonly namespace?: TeamNamespaceChoice;
}

/** What a team is made with. */
export interface GpuTeamProps extends GpuTeamOptions {
  /** Name of the queue, and of the namespace where one is made. */
  readonly name: string;
  /** Queue above it: KAI Scheduler starts workloads of queues that have none below them. */
  readonly parent: GpuQueue;
  /** Labels of a namespace that is made. @default - none */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}

/** What KAI reads as no limit. */
const NONE = -1;

/** No share of CPU or memory is guaranteed or limited. What is left out counts as 0, and then nothing that asks for CPU would run. */
const ANY = { quota: NONE, limit: NONE, overQuotaWeight: 1 };

/** The resources of a queue. Source: KAI Scheduler, pkg/apis/scheduling/v2, capacity_policy. */
export const queueResources = (gpus: { quota: number; limit: number; overQuotaWeight: number } = ANY) => ({ gpu: gpus, cpu: ANY, memory: ANY });

/** A team that shares GPUs with others: its queue in KAI Scheduler, and its namespace. */
export class GpuTeam extends Construct implements GpuTeamReference {
  /** Name of the queue. */
  public readonly queueName: string;
  /** Namespace of its workloads. */
  public readonly namespace: string;
  /** GPUs that are guaranteed to it. */
  public readonly gpus: number;
  /** Nodes that its workloads may run on; all, where none are given. */
  public readonly nodes?: readonly ClusterNode[];
  /** How long a session may take that does not say it itself; for ever, where it is not given. */
  public readonly sessionTimeLimit?: Duration;

  constructor(scope: Construct, id: string, props: GpuTeamProps) {
    super(scope, id);
    const { name, gpus, maxGpus, minRuntime, namespace = {} } = props;
    this.queueName = name;
    this.namespace = 'existing' in namespace ? namespace.existing : name;
    this.gpus = gpus;
    this.nodes = props.nodes;
    this.sessionTimeLimit = props.sessionTimeLimit;
    this.checkProps(props);
    if (!('existing' in namespace)) new PlatformNamespace(this, 'namespace', { name, podSecurity: namespace.podSecurity, labels: props.namespaceLabels });
    addObject(this, 'Resource', { name: 'gpu-queue', instance: name, component: 'team', partOf: 'scheduling' }, {
      apiVersion: 'scheduling.run.ai/v2', kind: 'Queue',
      metadata: { name },
      spec: {
        displayName: props.displayName,
        parentQueue: props.parent.queueName,
        priority: props.priority,
        preemptMinRuntime: goDuration(minRuntime?.preempt),
        reclaimMinRuntime: goDuration(minRuntime?.reclaim),
        resources: queueResources({ quota: gpus, limit: maxGpus ?? NONE, overQuotaWeight: props.overQuotaWeight ?? gpus }),
      },
    });
  }

  private checkProps({ gpus, maxGpus, overQuotaWeight, priority, nodes }: GpuTeamProps): void {
    checkInteger(this, 'gpus', gpus, 0);
    checkInteger(this, 'maxGpus', maxGpus, 0);
    checkInteger(this, 'priority', priority, 0);
    check(this, maxGpus === undefined || maxGpus >= gpus, () =>
      `\`maxGpus\` is ${maxGpus}: \`gpus\` guarantees ${gpus}, so the team could never use all of them. Raise it, or lower \`gpus\`.`);
    check(this, overQuotaWeight === undefined || overQuotaWeight >= 0, () =>
      `\`overQuotaWeight\` is ${overQuotaWeight}: a weight is 0 or more. Choose such a value, or leave it out to share in the ratio of the guarantees.`);
    check(this, gpus > 0 || overQuotaWeight !== undefined, () =>
      '`gpus` is 0 without an `overQuotaWeight`: the team would have neither a guarantee nor a part of what is left. Give it a weight, for example 1.');
    check(this, nodes === undefined || nodes.length > 0, () => '`nodes` is empty: workloads of the team could run nowhere. Name the nodes, or leave it out for all.');
  }
}

const goDuration = (duration: Duration | undefined): string | undefined => duration && `${duration.toSeconds()}s`;
