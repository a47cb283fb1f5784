import { type Construct } from 'constructs';
import { checkUnique } from '../core/checks';
import { addObject } from '../core/manifest-object';
import { check } from '../core/problems';
import { type Capacity } from '../core/quantity';
import { SHARED_MEMORY_MOUNT, sharedMemoryVolume } from '../core/shared-memory';
import { type Claim } from '../storage/claim';
import { type DatasetMount } from '../storage/mounts';
import { VolumeAccess } from '../storage/volume-access';
import { TeamPodDefault, type TeamPodDefaultProps } from './pod-default';
import { EMPTY_POD, mergeConflicts } from './pod-default-conflicts';
import { DEFAULT_EDITOR, type TeamNamespace } from './team-namespace';

/** Data that pods of a team may ask for. */
export interface TeamDataset extends DatasetMount {
  /** Name of the PodDefault, and the label that a pod asks for it with. */
  readonly name: string;
  /** Words that the form for notebooks offers it with. @default - Mount <name> at <path> */
  readonly description?: string;
}

/** Volumes that pods of a team may take snapshots of and clone. */
export interface TeamDataManagement {
  /** Claims whose volumes may be snapshotted. @default - none */
  readonly snapshot?: readonly Claim[];
  /** Claims whose volumes may be snapshotted and cloned. @default - none */
  readonly clone?: readonly Claim[];
  /**
   * Who gets the rights: `own`, a ServiceAccount `netapp-dataops` that a pod runs as if it asks for it by the label `netapp-dataops`, and that may
   * do nothing else, not even use pipelines; or `default-editor`, which notebooks run as.
   * @default own
   */
  readonly serviceAccount?: 'own' | 'default-editor';
}

type Parts = Omit<TeamPodDefaultProps, 'team'>;

/** What the team's pods may ask for by a label. */
export function addTeamPodDefaults(
  scope: Construct, team: TeamNamespace,
  { pipelineAccess = false, sharedMemory, datasets = [], dataManagement }: {
    readonly pipelineAccess?: boolean; readonly sharedMemory?: Capacity; readonly datasets?: readonly TeamDataset[]; readonly dataManagement?: TeamDataManagement;
  },
): TeamPodDefault[] {
  const all: Parts[] = [
    ...(pipelineAccess ? [PIPELINE_ACCESS] : []),
    ...(sharedMemory === undefined ? [] : [sharedMemoryDefault(sharedMemory)]),
    ...(dataManagement ? addDataManagement(scope, team.namespace, dataManagement) : []),
    ...datasets.map(({ name, description, ...mount }) => ({ name, description: description ?? `Mount ${name} at ${mount.mountPath}`, mounts: [mount] })),
  ];
  const names = all.map(({ name }) => name);
  checkUnique(scope, 'datasets.name', names, 'A PodDefault is named after it: give each dataset a name of its own, not one that the team has already.');
  const podDefaults = all.filter(({ name }, index) => names.indexOf(name) === index).map(parts => new TeamPodDefault(scope, `pod-default-${parts.name}`, { team, ...parts }));
  checkTogether(scope, podDefaults);
  return podDefaults;
}

/** A user may tick all of them. */
function checkTogether(scope: Construct, podDefaults: readonly TeamPodDefault[]): void {
  const alone = podDefaults.flatMap(({ spec }) => mergeConflicts(EMPTY_POD, [spec]));
  for (const what of mergeConflicts(EMPTY_POD, podDefaults.map(({ spec }) => spec)).filter(conflict => !alone.includes(conflict))) {
    const { name } = podDefaults.find((_, index) => mergeConflicts(EMPTY_POD, podDefaults.slice(0, index + 1).map(({ spec }) => spec)).includes(what))!;
    check(scope, false, () =>
      `PodDefault ${name} sets ${what} differently from another of the team: the PodDefaults webhook would refuse a pod that asks for both. `
      + 'Make them the same, or make one of them a `TeamPodDefault` of its own.');
  }
}

/** A token that Kubeflow Pipelines takes. Source: Kubeflow manifests, the sample access-ml-pipeline. */
const PIPELINE_ACCESS: Parts = {
  name: 'access-ml-pipeline',
  description: 'Allow access to Kubeflow Pipelines',
  environment: { KF_PIPELINES_SA_TOKEN_PATH: '/var/run/secrets/kubeflow/pipelines/token' },
  volumes: [{
    volume: {
      name: 'volume-kf-pipeline-token',
      projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 7200, audience: 'pipelines.kubeflow.org' } }] },
    },
    mountPath: '/var/run/secrets/kubeflow/pipelines',
    readOnly: true,
  }],
};

const sharedMemoryDefault = (size: Capacity): Parts =>
  ({ name: 'shared-memory', description: `Shared memory of up to ${size}`, volumes: [{ volume: sharedMemoryVolume(size), mountPath: SHARED_MEMORY_MOUNT.mountPath }] });

const DATA_ACCOUNT = 'netapp-dataops';

/** The rights, and the PodDefault that switches a pod to the account that has them. */
function addDataManagement(scope: Construct, namespace: string, { snapshot = [], clone = [], serviceAccount = 'own' }: TeamDataManagement): Parts[] {
  const name = serviceAccount === 'own' ? DATA_ACCOUNT : DEFAULT_EDITOR;
  const account = { namespace, name };
  check(scope, snapshot.length + clone.length > 0, () => '`dataManagement` has neither `snapshot` nor `clone`: there would be no rights. Give the claims, or leave it out.');
  if (snapshot.length > 0) new VolumeAccess(scope, 'snapshot-rights', { name: `${DATA_ACCOUNT}-${namespace}-snapshot`, claims: snapshot, right: 'snapshot', serviceAccount: account });
  if (clone.length > 0) new VolumeAccess(scope, 'clone-rights', { name: `${DATA_ACCOUNT}-${namespace}-clone`, claims: clone, right: 'clone', serviceAccount: account });
  if (serviceAccount !== 'own') return [];
  addObject(scope, 'data-service-account', { name, instance: namespace, component: 'data', partOf: 'kubeflow' },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account, automountServiceAccountToken: false });
  return [{ name, description: 'Take snapshots of volumes and clone them, with NetApp DataOps', serviceAccount: name }];
}
