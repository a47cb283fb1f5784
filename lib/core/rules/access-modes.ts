import { type AccessMode, type ExistingStorageClass } from '../cluster';
import { type Json, type Rule } from '../model';

/** An access mode asked of a class that cannot give it: the claim would stay pending, or two pods would never run together. */
export const accessModes: Rule = ({ manifests, cluster }) => {
  const existing = (cluster.existing ?? []).filter((object): object is ExistingStorageClass => object.kind === 'StorageClass');
  const claims = manifests.flatMap(({ path, kind, json }) => [
    ...(kind === 'PersistentVolumeClaim' ? [{ path, spec: json.spec }] : []),
    ...(json.spec?.volumeClaimTemplates ?? []).map((template: Json) => ({ path, spec: template.spec })),
  ]) as { path: string; spec: Json }[];
  return claims.flatMap(({ path, spec }) => {
    const className: string | undefined = spec?.storageClassName;
    const storageClass = existing.find(({ name, isDefault }) => (className === undefined ? isDefault === true : name === className));
    if (!storageClass) return [];
    return ((spec?.accessModes ?? []) as AccessMode[]).filter(mode => !storageClass.accessModes.includes(mode)).map(mode => ({
      path,
      sentence: `\`accessMode\` is ${mode}: class ${storageClass.name ?? '(the default)'} offers only ${storageClass.accessModes.join(', ')}. `
        + 'Ask for one of these, or use a class of a NAS backend.',
    }));
  });
};
