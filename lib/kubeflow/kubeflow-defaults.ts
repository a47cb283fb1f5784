import { Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { EnvironmentApp } from '../core/environment-app';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { type FlexGroupStorageClass } from '../storage/flexgroup-storage-class';
import { type FlexVolStorageClass } from '../storage/flexvol-storage-class';
import { addFlexGroupClaimQuota, addMinimumSizePolicy } from './flexgroup-guard';
import { type KubeflowInstallation } from './kubeflow-installation';
import { KubeflowTeam, type KubeflowTeamOptions } from './kubeflow-team';

/** How FlexGroup claims that are too small are kept out. */
export type FlexGroupGuard =
  /** Refuses each new claim below the minimum size of its class, in every namespace. Needs Kubernetes 1.30. */
  | 'admissionPolicy'
  /** Limits how many FlexGroup claims each team may have, whatever their size. */
  | 'quota'
  | 'none';

/** A team, and how many FlexGroup claims it may have. */
export interface DefaultsTeamOptions extends KubeflowTeamOptions {
  /**
   * Claims of each FlexGroup class that may be in its namespace, imported ones counted, 0 or more.
   * @default - 0 where `guard` is `quota`, else not limited
   */
  readonly flexGroupClaims?: number;
}

/** The teams of a Kubeflow. */
export interface KubeflowTeams<Name extends string> {
  /** The Kubeflow that serves them. */
  readonly installation: KubeflowInstallation;
  /** The teams by name, which is that of their profile and namespace. */
  readonly teams: Readonly<Record<Name, DefaultsTeamOptions>>;
}

/** What the defaults are made with. */
export interface KubeflowDefaultsProps<Name extends string = string> {
  /** The default class of the cluster, or `existing` where the cluster has one of its own that is declared in `cluster.existing`. FlexGroups are too large for it. */
  readonly defaultClass: FlexVolStorageClass | 'existing';
  /** Classes whose claims are guarded: one that is too small hangs, or becomes larger than it asked for. @default - none */
  readonly flexGroupClasses?: readonly FlexGroupStorageClass[];
  /**
   * How claims of these classes are guarded.
   * @default - admissionPolicy; quota where Kubernetes is older than 1.30
   */
  readonly guard?: FlexGroupGuard;
  /** Kubeflow and its teams. @default - no Kubeflow: Airflow, JupyterHub and MLflow need the same of the storage */
  readonly kubeflow?: KubeflowTeams<Name>;
}

/** First minor that serves ValidatingAdmissionPolicy as v1. */
const POLICY_MINOR = 30;

/**
 * What must be true before Kubeflow, Airflow, JupyterHub or MLflow is installed on NetApp storage: one default class that makes FlexVols, and a guard
 * on FlexGroup claims that are too small. With Kubeflow, its teams. Source: "Deploy Kubeflow".
 */
export class KubeflowDefaults<Name extends string = never> extends Construct {
  /** The default class of the cluster. */
  public readonly defaultClass: FlexVolStorageClass | 'existing';
  /** How claims of the FlexGroup classes are guarded. */
  public readonly guard: FlexGroupGuard;
  /** The teams by name. */
  public readonly teams: Readonly<Record<Name, KubeflowTeam>>;

  constructor(scope: Construct, id: string, props: KubeflowDefaultsProps<Name>) {
    super(scope, id);
    const { flexGroupClasses = [], kubeflow } = props;
    const minor = Number(EnvironmentApp.find(this)?.cluster.kubernetesVersion.slice(2) ?? POLICY_MINOR);
    const teams = Object.entries<DefaultsTeamOptions>(kubeflow?.teams ?? {});
    this.defaultClass = props.defaultClass;
    this.guard = props.guard ?? (minor >= POLICY_MINOR ? 'admissionPolicy' : 'quota');
    this.checkDefaultClass();
    this.teams = Object.fromEntries(teams.map(([name, options]) =>
      [name, new KubeflowTeam(this, name, { ...options, name, kubeflow: kubeflow!.installation })])) as Record<Name, KubeflowTeam>;
    for (const [name, { flexGroupClaims }] of teams) checkInteger(this, `kubeflow.teams.${name}.flexGroupClaims`, flexGroupClaims, 0);
    if (flexGroupClasses.length === 0) return;

    check(this, this.guard !== 'admissionPolicy' || minor >= POLICY_MINOR, () =>
      `\`guard\` is admissionPolicy: Kubernetes 1.${minor} does not serve ValidatingAdmissionPolicy, which came with 1.${POLICY_MINOR}. Use quota, or upgrade.`);
    check(this, this.guard !== 'quota' || teams.length > 0, () =>
      `\`guard\` is quota: it is set in the namespaces of teams, and there are none, so claims of ${flexGroupClasses.map(({ className }) => className).join(', ')} would not be guarded. `
      + `Add teams, upgrade to Kubernetes 1.${POLICY_MINOR} for a policy, or set \`guard\` to none.`);
    if (this.guard === 'admissionPolicy') addMinimumSizePolicy(this, flexGroupClasses);
    for (const [name, { flexGroupClaims = this.guard === 'quota' ? 0 : undefined }] of teams) {
      if (flexGroupClaims !== undefined) addFlexGroupClaimQuota(this, name, flexGroupClasses, flexGroupClaims);
    }
  }

  private checkDefaultClass(): void {
    const { defaultClass } = this;
    if (defaultClass === 'existing') {
      const existing = EnvironmentApp.find(this)?.cluster.existing ?? [];
      check(this, existing.some(object => object.kind === 'StorageClass' && object.isDefault === true), () =>
        '`defaultClass` is existing: `cluster.existing` has no StorageClass with `isDefault: true`. Declare the cluster\'s own, or give a FlexVol class.');
    } else {
      check(this, defaultClass.isDefaultClass, () =>
        `\`defaultClass\` is ${defaultClass.className}: it is not marked as default, and claims without a class would stay pending. Set \`isDefaultClass: true\` on it.`);
    }
    declarePrerequisite(this, {
      area: 'Cluster',
      what: defaultClass === 'existing' ? 'The default StorageClass makes FlexVols; FlexGroups are too large for it' : 'No StorageClass that is in the cluster already is marked as default',
      commands: ['kubectl get storageclass'],
    });
  }
}
