import { type Chart } from 'cdk8s';
import {
  type Claim, type Cluster, ExistingClaim, KubeflowInstallation, type KubeflowInstallationProps, KubeflowTeam, type KubeflowTeamProps, type TeamNamespace,
} from '../../lib';
import { build, type Built, CLUSTER } from '../support';

/** A claim of the team. */
export const claim = (name: string, namespace = 'team-a', accessMode: Claim['accessMode'] = 'ReadWriteMany'): ExistingClaim => new ExistingClaim(namespace, name, accessMode);

/** The one Kubeflow of a layer. */
export const kubeflow = (layer: Chart, props: Partial<KubeflowInstallationProps> = {}): KubeflowInstallation =>
  (layer.node.tryFindChild('kubeflow') as KubeflowInstallation | undefined) ?? new KubeflowInstallation(layer, 'kubeflow', { version: '26.03', ...props });

export const OWNER = { kind: 'User', name: 'ann@example.com' } as const;

/** A team with an owner and no more. */
export const team = (layer: Chart, props: Partial<KubeflowTeamProps> = {}): KubeflowTeam =>
  new KubeflowTeam(layer, props.name ?? 'team-a', { kubeflow: kubeflow(layer), name: 'team-a', owner: OWNER, ...props });

/** The cluster of the tests, with what the PodDefaults of these tests name. */
export const TEAM_CLUSTER: Cluster = {
  ...CLUSTER,
  existing: [
    ...CLUSTER.existing ?? [],
    { kind: 'ServiceAccount', namespace: 'team', name: 'runner' },
    ...['team', 'team-a', 'vision'].flatMap(namespace => ['data', 'one', 'two', 'scratch', 'pb-fg-all', 'claim-0', 'claim-1', 'claim-2']
      .map(name => ({ kind: 'PersistentVolumeClaim' as const, namespace, name }))),
  ],
};

/** Builds one team. */
export const buildTeam = (props: Partial<KubeflowTeamProps> = {}): Built => build(layer => { team(layer, props); }, { cluster: TEAM_CLUSTER });

/** A team that someone else made, in the namespace that the cluster of the tests has. */
export const existingTeam = (layer: Chart): TeamNamespace => ({ namespace: 'team', kubeflow: kubeflow(layer) });

/** The cluster of the tests with another Kubernetes. */
export const clusterWith = (kubernetesVersion: Cluster['kubernetesVersion']): Cluster => ({ ...CLUSTER, kubernetesVersion });

export const addedBy = (built: Built): string[] => built.manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`);
