import { type Json, type Rule } from '../../core/model';
import { NAMES } from '../upstream';

const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

/** SQLite on a volume whose locks do not work, or that is far too large: the hub hangs, or its database is damaged. Source: sqlite.org, "How To Corrupt"; nfs(5). */
export const databaseLocks: Rule = ({ manifests }) => {
  const classes = manifests.filter(({ kind }) => kind === 'StorageClass');
  return manifests.filter(({ kind, name, path }) => kind === 'PersistentVolumeClaim' && name === NAMES.database && path.endsWith('/hub-database')).flatMap(({ path, json }) => {
    const named: string | undefined = json.spec.storageClassName;
    const storageClass = classes.find(({ name, json: other }) => (named === undefined ? other.metadata.annotations?.[IS_DEFAULT] === 'true' : name === named));
    const what = storageClass && unfit(storageClass.json);
    return what === undefined ? [] : [{
      path: path.replace(/\/hub-database$/, ''),
      sentence: `\`database\` is sqlite on class ${storageClass?.name}, ${what}. Use a FlexVol class with NFS 4.1, a block class, or \`kind: 'postgresql'\`.`,
    }];
  });
};

/** Why a class is not for databases; undefined where nothing speaks against it. */
function unfit({ parameters, mountOptions = [] }: Json): string | undefined {
  if (parameters?.backendType === 'ontap-nas-flexgroup') return 'which makes FlexGroups: they begin at hundreds of gigabytes, and a database is one small file';
  const options = (mountOptions as string[]).flatMap(option => option.split(','));
  const version = options.find(option => /^(nfs)?vers=[23]/.test(option));
  if (version !== undefined) return `which mounts with ${version}: locks of NFS 3 are not part of the protocol, and a hub that ends without giving them back leaves them behind`;
  const local = options.find(option => option === 'nolock' || /^local_lock=(all|posix)/.test(option));
  return local === undefined ? undefined : `which mounts with ${local}: locks would not leave the node`;
}
