import { objectId, type Manifest, type Rule } from '../model';

/** Two manifests of one kind, namespace and name: the second apply would silently overwrite the first. */
export const duplicates: Rule = ({ manifests }) => {
  const first = new Map<string, Manifest>();
  return manifests.flatMap(manifest => {
    const id = `${manifest.apiVersion.split('/').slice(0, -1).join('/')} ${objectId({ kind: manifest.kind, namespace: manifest.namespace ?? 'default', name: manifest.name })}`;
    const other = first.get(id);
    if (!other) {
      first.set(id, manifest);
      return [];
    }
    return [{
      path: manifest.path,
      sentence: `\`metadata.name\` is ${manifest.name}: ${objectId(manifest)} is already made by ${other.path}, and an apply would overwrite it. Rename one of the two.`,
    }];
  });
};
