import { type Json, type Manifest, type Rule } from '../../core/model';
import { type Finding } from '../../core/problems';
import { combinesRdmaWithNconnect } from '../nfs-mount';
import { TRIDENT_PROVISIONER } from '../provisioner';

const PARAMETERS = new Set([
  'backendType', 'media', 'provisioningType', 'region', 'zone', 'nasType', 'sanType', 'snapshots', 'clones', 'encryption', 'replication', 'IOPS',
  'selector', 'storagePools', 'additionalStoragePools', 'excludeStoragePools', 'fsType',
]);
const POOL_LISTS = ['storagePools', 'additionalStoragePools', 'excludeStoragePools'];
const SELECTOR_TERM = /^(!?[\w-]+|[\w-]+\s*(={1,2}|!=)\s*[\w-]+|[\w-]+\s+(not)?in\s+\([\s\w,-]+\))$/;

/** What Trident swallows without a word in a StorageClass, whoever wrote it. Source: Trident, storage_class.go and label.go. */
export const tridentClasses: Rule = ({ manifests }) => manifests
  .filter(({ kind, json }) => kind === 'StorageClass' && /trident/.test(json.provisioner))
  .flatMap(manifest => [
    ...provisioner(manifest), ...parameters(manifest), ...pools(manifest), ...selector(manifest), ...mountOptions(manifest), ...notDefault(manifest),
  ]);

/** The parameters as Trident knows them: it strips its own prefix. */
const parametersOf = (json: Json): Record<string, string> =>
  Object.fromEntries(Object.entries(json.parameters ?? {}).map(([key, value]) => [key.replace(/^trident\.netapp\.io\//, ''), String(value)]));

function provisioner({ path, json }: Manifest): Finding[] {
  return json.provisioner === TRIDENT_PROVISIONER ? [] : [{
    path, sentence: `\`provisioner\` is ${json.provisioner}: Trident serves only ${TRIDENT_PROVISIONER}, and claims of this class would stay pending. Use that.`,
  }];
}

function parameters({ path, json }: Manifest): Finding[] {
  return Object.keys(parametersOf(json))
    .filter(key => !PARAMETERS.has(key) && !key.startsWith('csi.storage.k8s.io/'))
    .map(key => ({
      path, sentence: `\`parameters\` has "${key}": Trident does not know it and would ignore the whole class. Use one of ${[...PARAMETERS].join(', ')}.`,
    }));
}

/** The entries of a parameter that is a list with ";" between them. */
const entriesOf = (json: Json, key: string): string[] => (parametersOf(json)[key] ?? '').split(';').map(entry => entry.trim()).filter(entry => entry !== '');

function pools({ path, json }: Manifest): Finding[] {
  return POOL_LISTS.flatMap(key => entriesOf(json, key).filter(entry => !/^[^:]+:.+$/.test(entry)).map(entry => ({
    path, sentence: `\`parameters.${key}\` has "${entry}": without "backend:pool" Trident drops it and the class matches every pool. Write ${entry.replace(/:$/, '')}:.*`,
  })));
}

function selector({ path, json }: Manifest): Finding[] {
  return entriesOf(json, 'selector').filter(term => !SELECTOR_TERM.test(term)).map(term => ({
    path, sentence: `\`parameters.selector\` has "${term}": Trident cannot read it and would ignore the whole class. Write for example tier=gold; labels have only letters, digits, "_" and "-".`,
  }));
}

function mountOptions({ path, json }: Manifest): Finding[] {
  return combinesRdmaWithNconnect(json.mountOptions ?? []) ? [{
    path, sentence: '`mountOptions` has proto=rdma and nconnect: the two cannot be combined, and pods would not start. Use max_connect with RDMA, or TCP.',
  }] : [];
}

function notDefault({ path, json }: Manifest): Finding[] {
  return parametersOf(json).backendType === 'ontap-nas-flexgroup' && json.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ? [{
    path, sentence: '`storageclass.kubernetes.io/is-default-class` is true for a FlexGroup class: a FlexGroup has a large minimum size, and claims of a few gigabytes would hang. '
      + 'Make a FlexVol class the default.',
  }] : [];
}
