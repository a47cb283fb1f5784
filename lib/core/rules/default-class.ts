import { type ExistingStorageClass } from '../cluster';
import { type Rule } from '../model';

const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

/** Exactly one default StorageClass: with none, claims without a class stay pending; with two, which one is taken depends on their age. */
export const defaultClass: Rule = ({ manifests, cluster }) => {
  const made = manifests.filter(({ kind, json }) => kind === 'StorageClass' && json.metadata.annotations?.[IS_DEFAULT] === 'true');
  const existing = (cluster.existing ?? []).filter((object): object is ExistingStorageClass => object.kind === 'StorageClass' && object.isDefault === true);
  const listed = [...made.map(({ name }) => name), ...existing.map(({ name }) => name ?? 'the cluster\'s own')];
  if (listed.length === 1) return [];
  if (listed.length === 0) {
    return [{
      path: '',
      sentence: 'No StorageClass is the default: claims that name no class stay pending, and products that provision from it do not install. '
        + 'Set `isDefaultClass: true` on one FlexVol class, or declare the cluster\'s own in `cluster.existing` with `isDefault: true`.',
    }];
  }
  const paths = made.length > 0 ? made.map(({ path }) => path) : [''];
  return paths.map(path => ({
    path,
    sentence: `\`isDefaultClass\` is true for ${listed.length} classes (${listed.join(', ')}): exactly one may be the default. Keep it on one of them.`,
  }));
};
