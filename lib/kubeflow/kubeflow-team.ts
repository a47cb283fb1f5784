import { Construct } from 'constructs';
import { EnvironmentApp } from '../core/environment-app';
import { type GpuQueue } from '../core/gpu-queue';
import { addObject } from '../core/manifest-object';
import { type PodSecurityLevel } from '../core/platform-namespace';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { type Capacity } from '../core/quantity';
import { type KubeflowInstallation } from './kubeflow-installation';
import { type PodDefaultReference, type TeamPodDefault } from './pod-default';
import { teamQuota } from './rules/team-quota';
import { addTeamPodDefaults, type TeamDataManagement, type TeamDataset } from './team-pod-defaults';
import { DEFAULT_EDITOR, type TeamNamespace } from './team-namespace';
import { addContainerDefaults, checkQuota, hardLimits, type TeamQuota } from './team-quota';

/** Who owns the profile of a team, with all rights in its namespace. */
export type TeamOwner =
  | {
    /** `Group` gives rights in Kubernetes only: the web pages of Kubeflow know users. */
    readonly kind: 'User' | 'Group';
    /** Name as the login has it, for a user most often an e-mail address. */
    readonly name: string;
  }
  | {
    /** A program. */
    readonly kind: 'ServiceAccount';
    /** Name of the ServiceAccount. */
    readonly name: string;
    /** Namespace of the ServiceAccount. */
    readonly namespace: string;
  };

/** What a team has. */
export interface KubeflowTeamOptions {
  /** Owner of the profile. Others are let in as contributors, in Kubeflow itself. */
  readonly owner: TeamOwner;
  /** What all its pods and claims may ask for together. @default - no limits */
  readonly quota?: TeamQuota;
  /**
   * Pod Security level of the namespace. Containers that Katib, Argo and Istio add do not all declare what `restricted` asks for.
   * @default - baseline with Istio's CNI plugin; without it privileged, because Istio's init container needs that
   */
  readonly podSecurity?: PodSecurityLevel;
  /** Queue of KAI Scheduler for what asks for GPUs: notebooks, trials, steps of pipelines. @default - none: the scheduler of Kubernetes places them */
  readonly queue?: GpuQueue;
  /** Whether pods may ask for a token of Kubeflow Pipelines, by the label `access-ml-pipeline`. @default false */
  readonly pipelineAccess?: boolean;
  /** Most memory of the `/dev/shm` that pods may ask for, by the label `shared-memory`. @default - no such PodDefault */
  readonly sharedMemory?: Capacity;
  /** Data that pods may ask for, each by its name as a label. @default - none */
  readonly datasets?: readonly TeamDataset[];
  /** Rights to take snapshots of volumes and to clone them. @default - none */
  readonly dataManagement?: TeamDataManagement;
}

/** What a team is made with. */
export interface KubeflowTeamProps extends KubeflowTeamOptions {
  /** The Kubeflow that serves it. */
  readonly kubeflow: KubeflowInstallation;
  /** Name of the profile, and of its namespace. */
  readonly name: string;
}

/** What the profile controller puts on namespaces that it makes. Webhooks act on it. Source: Kubeflow, namespace-labels.yaml and profile_controller.go. */
const PROFILE_LABELS = {
  'istio-injection': 'enabled',
  'katib.kubeflow.org/metrics-collector-injection': 'enabled',
  'pipelines.kubeflow.org/enabled': 'true',
  'serving.kubeflow.org/inferenceservice': 'enabled',
};

/** A team of Kubeflow: its profile and namespace, its quota, and what its pods may ask for by a label. */
export class KubeflowTeam extends Construct implements TeamNamespace {
  /** Name of the namespace, which is that of the profile. */
  public readonly namespace: string;
  /** The Kubeflow that serves it. */
  public readonly kubeflow: KubeflowInstallation;
  /** Queue of KAI Scheduler for what asks for GPUs. */
  public readonly queue?: GpuQueue;
  /** What its pods may ask for by a label. */
  public readonly podDefaults: readonly TeamPodDefault[];

  constructor(scope: Construct, id: string, props: KubeflowTeamProps) {
    super(scope, id);
    this.namespace = props.name;
    this.kubeflow = props.kubeflow;
    this.queue = props.queue;
    EnvironmentApp.find(this)?.addRule(teamQuota);
    this.declareNeeds();
    this.addNamespace(props);
    this.addProfile(props);
    this.podDefaults = addTeamPodDefaults(this, this, props);
  }

  /** What pods may ask for by that name: `access-ml-pipeline`, `shared-memory`, `netapp-dataops`, or a dataset's. */
  podDefault(name: string): PodDefaultReference {
    const found = this.podDefaults.find(podDefault => podDefault.name === name);
    check(this, found !== undefined, () => {
      const names = this.podDefaults.map(podDefault => podDefault.name);
      return `\`podDefault\` is ${name}: team ${this.namespace} has ${names.length > 0 ? names.join(', ') : 'none'}. Correct the name, or add it to the team.`;
    });
    return found ?? { podDefaultLabels: {} };
  }

  private declareNeeds(): void {
    this.kubeflow.require(this, 'profiles');
    declarePrerequisite(this, {
      area: 'Cluster',
      what: 'The profile controller runs; it makes the ServiceAccounts default-editor and default-viewer of each team, and the quota',
      commands: ['kubectl -n kubeflow rollout status deployment profiles-deployment'],
      provides: [DEFAULT_EDITOR, 'default-viewer'].map(name => ({ kind: 'ServiceAccount', namespace: this.namespace, name })),
    });
  }

  private addNamespace({ owner, podSecurity }: KubeflowTeamProps): void {
    const { istioCni } = this.kubeflow;
    const level = podSecurity ?? (istioCni ? 'baseline' : 'privileged');
    check(this, level === 'privileged' || istioCni, () =>
      `\`podSecurity\` is ${level}: without Istio's CNI plugin each pod gets an init container with NET_ADMIN, which that level refuses, so no pod of ${this.namespace} would start. `
      + 'Install the plugin and set `istioCni` of the KubeflowInstallation, or leave `podSecurity` out.');
    if (level === 'restricted') {
      declarePrerequisite(this, {
        area: 'Cluster',
        what: 'Katib gives the containers that it adds the security context of the trial (injectSecurityContext: true, before Kubeflow 1.8 the flag --webhook-inject-securitycontext); namespaces that enforce "restricted" refuse them otherwise',
        commands: ['kubectl -n kubeflow get configmap katib-config -o yaml | grep injectSecurityContext'],
      });
    }
    addObject(this, 'namespace', { name: 'profile', instance: this.namespace, component: 'namespace', partOf: 'kubeflow-profile' }, {
      apiVersion: 'v1', kind: 'Namespace',
      metadata: {
        name: this.namespace,
        // The profile controller takes over a namespace that exists only if this is the owner of the profile.
        annotations: { owner: owner.name },
        labels: { ...PROFILE_LABELS, ...Object.fromEntries(['enforce', 'audit', 'warn'].map(mode => [`pod-security.kubernetes.io/${mode}`, level])) },
      },
    });
  }

  private addProfile({ owner, quota = {} }: KubeflowTeamProps): void {
    checkQuota(this, quota);
    check(this, owner.name.trim() !== '', () => '`owner.name` is empty: the profile controller would give the rights to nobody. Give the name of the user as the login has it.');
    const hard = hardLimits(quota);
    addObject(this, 'profile', { name: 'profile', instance: this.namespace, component: 'profile', partOf: 'kubeflow' }, {
      apiVersion: 'kubeflow.org/v1', kind: 'Profile',
      metadata: { name: this.namespace },
      spec: { owner: owner, resourceQuotaSpec: Object.keys(hard).length > 0 ? { hard } : undefined },
    });
    addContainerDefaults(this, this.namespace, quota);
  }
}
