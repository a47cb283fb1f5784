import { Construct } from 'constructs';
import { totalGpus } from '../core/cluster';
import { EnvironmentApp } from '../core/environment-app';
import { declareQueueNeeds, type GpuQueue } from '../core/gpu-queue';
import { addObject } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { fairShare } from './fair-share';
import { GpuTeam, type GpuTeamOptions, queueResources } from './gpu-team';

/** Teams that share the GPUs of a cluster. */
export interface GpuProjectsProps<Name extends string = string> {
  /** The teams by name. What is guaranteed to all of them together is what the cluster has. */
  readonly teams: Readonly<Record<Name, GpuTeamOptions>>;
  /** Name of the queue above those of the teams. @default gpu-projects */
  readonly department?: string;
  /**
   * Labels of the namespaces that KAI Scheduler looks after, where it does not look after all of them (Helm value global.namespaceLabelSelector).
   * @default - none
   */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}

/**
 * Teams with guaranteed GPUs: a queue for each under one of all, and its namespace. GPUs that a team does not use are lent to others, and taken back when
 * it wants them. Source: the documents' pages on Run:AI; KAI Scheduler 0.13, its open-source core.
 */
export class GpuProjects<Name extends string = string> extends Construct implements GpuQueue {
  /** Name of the queue above those of the teams. */
  public readonly queueName: string;
  /** The teams, by name. */
  public readonly teams: Readonly<Record<Name, GpuTeam>>;
  private readonly props: GpuProjectsProps<Name>;

  constructor(scope: Construct, id: string, props: GpuProjectsProps<Name>) {
    super(scope, id);
    this.props = props;
    this.queueName = props.department ?? 'gpu-projects';
    addObject(this, 'Resource', { name: 'gpu-queue', instance: this.queueName, component: 'department', partOf: 'scheduling' }, {
      apiVersion: 'scheduling.run.ai/v2', kind: 'Queue',
      metadata: { name: this.queueName },
      // Nothing is limited here: sessions are held against the quota of each queue above them, too.
      spec: { resources: queueResources() },
    });
    const { teams, namespaceLabels } = props;
    check(this, this.names.length > 0, () => '`teams` is empty: there is nobody to share GPUs. Name at least one team.');
    this.teams = Object.fromEntries(this.names.map(name => [name, new GpuTeam(this, name, { ...teams[name], name, parent: this, namespaceLabels })])) as Record<Name, GpuTeam>;
    this.checkNodes();
    declareQueueNeeds(this);
    this.declareLabels();
  }

  /**
   * GPUs that KAI Scheduler aims at for each team, if its workloads ask for so many, running and waiting ones together. It takes the GPUs of the environment's
   * `cluster.nodes`; where teams are tied to nodes, they may get less.
   */
  fairShare(demands: Readonly<Partial<Record<Name, number>>>): Record<Name, number> {
    const queues = this.names.map(name => {
      const { gpus, maxGpus, overQuotaWeight = gpus, priority } = this.props.teams[name];
      return { name, quota: gpus, limit: maxGpus, overQuotaWeight, priority };
    });
    const nodes = EnvironmentApp.find(this)?.cluster.nodes;
    return fairShare(queues, demands, nodes ? totalGpus(nodes) : queues.reduce((sum, { quota }) => sum + quota, 0));
  }

  private get names(): Name[] {
    return Object.keys(this.props.teams) as Name[];
  }

  /** What is guaranteed on a set of nodes must be there, whoever else may use other nodes. */
  private checkNodes(): void {
    const tied = Object.values<GpuTeam>(this.teams).flatMap(({ queueName, gpus, nodes = [] }) => (nodes.length > 0 ? [{ queueName, gpus, nodes }] : []));
    const sets = new Map(tied.map(({ nodes }) => [nodes.map(({ name }) => name).sort().join(', '), nodes]));
    for (const [names, nodes] of sets) {
      const inside = tied.filter(team => team.nodes.every(({ name }) => nodes.some(node => node.name === name)));
      const sum = inside.reduce((total, { gpus }) => total + gpus, 0);
      check(this, sum <= totalGpus(nodes), () =>
        `\`gpus\` of the teams that may use only ${names} is ${sum} (${inside.map(({ queueName, gpus }) => `${queueName} ${gpus}`).join(', ')}): there are ${totalGpus(nodes)} GPUs, `
        + 'so the guarantee could not be kept. Lower it, or give the teams more `nodes`.');
    }
  }

  /** Namespaces that are made elsewhere cannot be labelled here. */
  private declareLabels(): void {
    const labels = Object.entries(this.props.namespaceLabels ?? {}).map(([key, value]) => `${key}=${value}`).join(' ');
    const existing = Object.values<GpuTeam>(this.teams).filter(({ namespace, queueName }) => namespace !== queueName).map(({ namespace }) => namespace);
    if (labels === '' || existing.length === 0) return;
    declarePrerequisite(this, {
      area: 'Cluster',
      what: `KAI Scheduler looks after the namespaces ${existing.join(', ')}: they have the labels ${labels}`,
      commands: existing.map(namespace => `kubectl label namespace ${namespace} ${labels}`),
    });
  }
}
