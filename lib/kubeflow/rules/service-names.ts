import { byNamespace, type Manifest, type Rule } from '../../core/model';

/** What Kubeflow's controllers make for an object, under its name. Sources: notebook_controller.go, tensorboard_controller.go. */
const MADE_FOR: Readonly<Record<string, readonly string[]>> = { Notebook: ['StatefulSet', 'Service'], Tensorboard: ['Deployment', 'Service'] };

const madeBy = ({ kind }: Manifest): readonly string[] => MADE_FOR[kind] ?? [kind];

/** A notebook, a TensorBoard or an object of one's own that would be given one Service, StatefulSet or Deployment: the controllers would fight over it. */
export const serviceNames: Rule = ({ manifests }) => {
  const neighbours = byNamespace(manifests.filter(({ kind }) => kind in MADE_FOR || Object.values(MADE_FOR).flat().includes(kind)));
  return manifests.filter(({ kind }) => kind in MADE_FOR).flatMap(manifest => (neighbours.get(manifest.namespace ?? 'default') ?? [])
    // Two TensorBoards are duplicates, and of a notebook and a TensorBoard one is enough.
    .filter(other => other.name === manifest.name && other.kind !== manifest.kind && !(manifest.kind === 'Tensorboard' && other.kind === 'Notebook'))
    .flatMap(other => madeBy(manifest).filter(kind => madeBy(other).includes(kind)).slice(-1).map(kind => ({
      path: manifest.path,
      sentence: `\`name\` is ${manifest.name}: Kubeflow makes a ${kind} of that name for the ${manifest.kind}, and ${other.path} has one in namespace ${manifest.namespace} too. Rename one of the two.`,
    }))));
};
