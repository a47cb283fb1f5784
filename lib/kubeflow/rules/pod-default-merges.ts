import { byNamespace, type Json, type Manifest, podTemplatesOf, type Rule } from '../../core/model';
import { mergeConflicts } from '../pod-default-conflicts';

/** Pods whose labels ask for PodDefaults that cannot be merged with each other, or with what the pod sets itself. */
export const podDefaultMerges: Rule = ({ manifests }) => {
  const podDefaults = byNamespace(manifests.filter(({ kind }) => kind === 'PodDefault'));
  return manifests.flatMap(manifest => podsOf(manifest).flatMap(({ labels, spec }) => {
    const wanted = (podDefaults.get(manifest.namespace ?? 'default') ?? [])
      .filter(({ json }) => Object.entries(json.spec.selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value));
    return mergeConflicts(spec, wanted.map(({ json }) => json.spec)).map(what => ({
      path: manifest.path,
      sentence: `${manifest.kind} ${manifest.name} asks for ${wanted.map(({ name }) => name).join(', ')}, which would set ${what} differently from each other or from the pod: `
        + 'the PodDefaults webhook cannot merge that, and the pod would not start as meant. Leave out one of them, or make them the same.',
    }));
  }));
};

/** Pods with the labels that they get: those of a Notebook are its own. */
function podsOf({ kind, json }: Manifest): { labels: Record<string, string>; spec: Json }[] {
  return podTemplatesOf(json).map(({ metadata, spec }) => ({ labels: (kind === 'Notebook' ? json.metadata : metadata)?.labels ?? {}, spec }));
}
