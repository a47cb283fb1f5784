import { type Manifest, type Rule } from '../../core/model';
import { type Finding } from '../../core/problems';
import { TRIDENT_PROVISIONER } from '../trident-installation';

const PARAMETERS = new Set([
  'backendType', 'media', 'provisioningType', 'region', 'zone', 'nasType', 'sanType', 'snapshots', 'clones', 'encryption', 'replication', 'IOPS',
  'selector', 'storagePools', 'additionalStoragePools', 'excludeStoragePools', 'fsType',
]);
const POOL_LISTS = ['storagePools', 'additionalStoragePools', 'excludeStoragePools'];

/** What Trident swallows without a word in a StorageClass, whoever wrote it. Source: Trident, storage_class.go. */
export const tridentClasses: Rule = ({ manifests }) => manifests
  .filter(({ kind, json }) => kind === 'StorageClass' && /trident/.test(json.provisioner))
  .flatMap(manifest => [...provisioner(manifest), ...parameters(manifest), ...pools(manifest), ...mountOptions(manifest), ...notDefault(manifest)]);

function provisioner({ path, json }: Manifest): Finding[] {
  return json.provisioner === TRIDENT_PROVISIONER ? [] : [{
    path, sentence: `\`provisioner\` is ${json.provisioner}: Trident serves only ${TRIDENT_PROVISIONER}, and claims of this class would stay pending. Use that.`,
  }];
}

function parameters({ path, json }: Manifest): Finding[] {
  return Object.keys(json.parameters ?? {})
    .filter(key => !PARAMETERS.has(key) && !key.startsWith('csi.storage.k8s.io/') && !PARAMETERS.has(key.replace(/^trident\.netapp\.io\//, '')))
    .map(key => ({
      path, sentence: `\`parameters\` has "${key}": Trident does not know it and would ignore the whole class. Use one of ${[...PARAMETERS].join(', ')}.`,
    }));
}

function pools({ path, json }: Manifest): Finding[] {
  return POOL_LISTS.flatMap(key => (json.parameters?.[key] ?? '').split(';').filter((entry: string) => entry !== '' && !/^[^:]+:.+$/.test(entry)).map((entry: string) => ({
    path, sentence: `\`parameters.${key}\` has "${entry}": without "backend:pool" Trident drops it and the class matches every pool. Write ${entry.replace(/:$/, '')}:.*`,
  })));
}

function mountOptions({ path, json }: Manifest): Finding[] {
  const options: string[] = json.mountOptions ?? [];
  return options.some(option => /^(proto=)?rdma$/.test(option)) && options.some(option => option.startsWith('nconnect=')) ? [{
    path, sentence: '`mountOptions` has proto=rdma and nconnect: the two cannot be combined, and pods would not start. Use max_connect with RDMA, or TCP.',
  }] : [];
}

function notDefault({ path, json }: Manifest): Finding[] {
  return json.parameters?.backendType === 'ontap-nas-flexgroup' && json.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ? [{
    path, sentence: '`storageclass.kubernetes.io/is-default-class` is true for a FlexGroup class: a FlexGroup has a large minimum size, and claims of a few gigabytes would hang. '
      + 'Make a FlexVol class the default.',
  }] : [];
}
