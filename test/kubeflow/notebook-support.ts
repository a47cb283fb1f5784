import { type Chart } from 'cdk8s';
import { type Cluster, type ExistingObject, type Json, KubeflowInstallation, type KubeflowVersion, NotebookWorkspace, type NotebookWorkspaceProps, type TeamNamespace } from '../../lib';
import { build, type Built, CLUSTER } from '../support';

export const IMAGE = 'registry.example.com/jupyter-scipy:v1.10.0';

/** A cluster with the namespace that Kubeflow made for a team. */
export const clusterOf = (existing: readonly ExistingObject[] = []): Cluster => ({
  ...CLUSTER, existing: [...CLUSTER.existing ?? [], { kind: 'ServiceAccount', namespace: 'team', name: 'default-editor' }, ...existing],
});

/** The team of the tests. */
export function teamOf(layer: Chart, version: KubeflowVersion = '26.03'): TeamNamespace {
  const kubeflow = (layer.node.tryFindChild('kubeflow') as KubeflowInstallation | undefined) ?? new KubeflowInstallation(layer, 'kubeflow', { version });
  return { namespace: 'team', kubeflow };
}

export const buildTeam = (add: (layer: Chart, team: TeamNamespace) => void, version?: KubeflowVersion, existing?: readonly ExistingObject[]): Built =>
  build(layer => { add(layer, teamOf(layer, version)); }, { cluster: clusterOf(existing) });

/** An environment with one notebook `lab`. */
export const notebook = (props: Partial<NotebookWorkspaceProps> = {}, version?: KubeflowVersion, existing?: readonly ExistingObject[]): Built =>
  buildTeam((layer, team) => { new NotebookWorkspace(layer, 'notebook', { team, name: 'lab', image: IMAGE, ...props }); }, version, existing);

/** The pod of the one notebook, and its container. */
export const podOf = (built: Built): Json => built.one('Notebook').spec.template.spec;
export const containerOf = (built: Built): Json => podOf(built).containers[0];

/** Labels and annotations of the pod. Source: Kubeflow, notebook_controller.go, generateStatefulSet. */
export const podMetadataOf = ({ metadata: { labels, annotations } }: Json): Json =>
  ({ labels, annotations: Object.fromEntries(Object.entries<string>(annotations).filter(([key]) => !key.includes('kubectl') && !key.includes('notebook'))) });
