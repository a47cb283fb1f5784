import { Construct } from 'constructs';
import { EnvironmentApp } from '../core/environment-app';
import type * as k8s from '../core/k8s';
import { addObject } from '../core/manifest-object';
import { type Json } from '../core/model';
import { check } from '../core/problems';
import { checkMounts, type DatasetMount, mountDatasets } from '../storage/mounts';
import { EMPTY_POD, mergeConflicts } from './pod-default-conflicts';
import { podDefaultMerges } from './rules/pod-default-merges';
import { type TeamNamespace } from './team-namespace';

/** Settings that pods of a team may ask for by a label. */
export interface PodDefaultReference {
  /** Labels that a pod carries to get them. */
  readonly podDefaultLabels: Readonly<Record<string, string>>;
}

/** A volume that is not a claim, and where it is mounted. The webhook mounts a volume once only. */
export interface PodDefaultVolume {
  /** The volume, for example of a ConfigMap or a Secret. */
  readonly volume: k8s.Volume;
  /** Absolute path in each container. */
  readonly mountPath: string;
  /** Whether pods only read it. @default false */
  readonly readOnly?: boolean;
}

/** What a PodDefault is made with. */
export interface TeamPodDefaultProps {
  /** Team whose pods may ask for it. */
  readonly team: TeamNamespace;
  /** Name of the PodDefault, and the label that a pod asks for it with: `<name>: "true"`. */
  readonly name: string;
  /** What it does, in words that the form for notebooks offers it with. */
  readonly description: string;
  /** Environment variables. @default - none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Data to mount, of claims in the team's namespace. @default - none */
  readonly mounts?: readonly DatasetMount[];
  /** Other volumes to mount. @default - none */
  readonly volumes?: readonly PodDefaultVolume[];
  /** ServiceAccount that the pod runs as, with its token mounted. It replaces the pod's own, whose rights the pod then does not have. @default - the pod's own */
  readonly serviceAccount?: string;
}

/**
 * Settings that pods of a team get by a label, and that the form for notebooks offers as a configuration. All containers of the pod get them,
 * Istio's sidecar too.
 */
export class TeamPodDefault extends Construct implements PodDefaultReference {
  /** Name of the PodDefault. */
  public readonly name: string;
  /** Labels that a pod carries to get it. */
  public readonly podDefaultLabels: Readonly<Record<string, string>>;
  /** What the webhook merges into a pod. */
  readonly spec: Json;

  constructor(scope: Construct, id: string, props: TeamPodDefaultProps) {
    super(scope, id);
    const { team, name, mounts = [] } = props;
    this.name = name;
    this.podDefaultLabels = { [name]: 'true' };
    team.kubeflow.require(this, 'podDefaults');
    EnvironmentApp.find(this)?.addRule(podDefaultMerges);
    checkMounts(this, 'mounts', team.namespace, mounts);
    this.spec = {
      desc: props.description,
      selector: { matchLabels: this.podDefaultLabels },
      ...additionsOf(props),
      ...(props.serviceAccount === undefined ? {} : { serviceAccountName: props.serviceAccount, automountServiceAccountToken: true }),
    };
    for (const what of mergeConflicts(EMPTY_POD, [this.spec])) {
      check(this, false, () => `PodDefault ${name} sets ${what} twice and differently: the PodDefaults webhook would refuse every pod that asks for it. Set it once.`);
    }
    addObject(this, 'Resource', { name: 'pod-default', instance: name, component: 'pod-default', partOf: 'kubeflow' },
      { apiVersion: 'kubeflow.org/v1alpha1', kind: 'PodDefault', metadata: { name, namespace: team.namespace }, spec: this.spec });
  }
}

/** Variables, volumes and mounts, as they are written. */
function additionsOf({ environment = {}, mounts = [], volumes = [] }: TeamPodDefaultProps): Json {
  const data = mountDatasets(mounts);
  const { containers: [container], ...pod } = {
    volumes: [...data.volumes, ...volumes.map(({ volume }) => volume)],
    containers: [{
      name: 'any',
      env: Object.entries(environment).map(([name, value]) => ({ name, value })),
      volumeMounts: [...data.volumeMounts, ...volumes.map(({ volume, mountPath, readOnly }) => ({ mountPath, name: volume.name, ...(readOnly ? { readOnly } : {}) }))],
    }],
  } as Json;
  return Object.fromEntries(Object.entries<Json[]>({ env: container.env, ...pod, volumeMounts: container.volumeMounts }).filter(([, list]) => list.length > 0));
}
