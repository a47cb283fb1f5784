import { Construct } from 'constructs';
import { checkUnique } from '../core/checks';
import { addObject } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { writtenJson } from '../core/plain-object';
import { check } from '../core/problems';
import { type Capacity, parseQuantity } from '../core/quantity';
import { type Claim, type Dataset } from './claim';
import { type FlexGroupStorageClass } from './flexgroup-storage-class';
import { type OntapNasFlexGroupBackend } from './ontap-nas-flexgroup-backend';
import { type StorageClassReference } from './storage-class';
import { claimManifest } from './volume-claim';

/** One way to a volume: a data LIF with its backend, and a class that matches that backend. */
export interface DataPath {
  /** Name of the data LIF; it becomes the end of the claim's name. */
  readonly lif: string;
  /** Backend of the data LIF. */
  readonly backend: OntapNasFlexGroupBackend;
  /** Class that the backend serves. */
  readonly storageClass: FlexGroupStorageClass;
}

/** What an imported dataset is made with. */
export interface ImportedDatasetProps {
  /** Name of the volume on the array, for example `pb_fg_all`: letters, digits and "_". It must be junctioned at `/<name>`. */
  readonly volume: string;
  /** Size to ask for; not more than the volume has. */
  readonly size: Capacity;
  /** Namespace of the claims and of the pods that mount them. */
  readonly namespace: string;
  /** The data LIFs to reach it through; one claim is made for each. */
  readonly paths: readonly DataPath[];
  /**
   * Start of the claim names; `-<lif>` is appended.
   * @default - the volume's name in lower case, with "-" for "_"
   */
  readonly claimName?: string;
  /**
   * Trident's UUID of each backend, by data LIF; `kubectl -n trident get tridentbackendconfig` shows it once the backend is bound. With it, the claim
   * imports the volume by itself when it is applied (documented from Trident 25.10).
   * @default - none: a claim file and the commands that import it are part of the prerequisites
   */
  readonly backendUuids?: Readonly<Record<string, string>>;
  /**
   * Whether Trident takes over the life of the volume: it would reset its permissions, and a claim could delete the data.
   * @default false
   */
  readonly managed?: boolean;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A volume name of ONTAP. */
const VOLUME = /^[a-z_]\w{0,202}$/i;
const CLAIM_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** First release that documents import by annotation. */
const ANNOTATION_IMPORT_SINCE = '25.10';

/**
 * A FlexGroup with data that exists on the array already, as one read-only claim per data LIF, so that one pod can read it through all of
 * them. Source: the documents' import page; Trident, import.go and orchestrator_core.go.
 */
export class ImportedDataset extends Construct implements Dataset {
  /** One claim per data LIF, in the order of the paths. */
  public readonly claims: readonly Claim[];

  constructor(scope: Construct, id: string, props: ImportedDatasetProps) {
    super(scope, id);
    const base = props.claimName ?? props.volume.replaceAll('_', '-').toLowerCase();
    check(this, props.paths.length > 0, () => '`paths` is empty: the dataset could not be mounted. Give at least one data LIF.');
    check(this, props.managed !== true || props.paths.length < 2, () =>
      `\`managed\` is true with ${props.paths.length} data LIFs: each claim would own the same volume, and deleting one could destroy the data of all. Leave \`managed\` out, or import through one LIF.`);
    check(this, VOLUME.test(props.volume), () =>
      `\`volume\` is "${props.volume}": the name of a volume has at most 203 letters, digits and "_", and does not start with a digit. Give the name that ONTAP shows, not a path.`);
    checkUnique(this, 'paths.lif', props.paths.map(({ lif }) => lif), 'Choose one class for each data LIF, over TCP or over RDMA.');
    checkUnique(this, 'backendUuids', Object.values(props.backendUuids ?? {}), 'A backend imports a volume once: give each data LIF the UUID of its own backend.');
    for (const [lif, uuid] of Object.entries(props.backendUuids ?? {})) this.checkUuid(lif, uuid, props);
    const paths = props.paths.filter(({ lif }, index) => props.paths.findIndex(path => path.lif === lif) === index);
    const claims = paths.map((path): ImportClaim => ({
      claimName: `${base}-${path.lif}`, namespace: props.namespace, accessMode: 'ReadOnlyMany', size: props.size, storageClass: path.storageClass,
      ...props.managed ? {} : { unmanaged: 'an unmanaged import' },
    }));
    this.claims = claims;
    for (const [index, path] of paths.entries()) this.addPath(path, claims[index]!, props, index);
    declarePrerequisite(this, { area: 'Array', what: `FlexGroup ${props.volume}, read-write, at least ${props.size}, junctioned at /${props.volume}` });
  }

  private checkUuid(lif: string, uuid: string, { paths }: ImportedDatasetProps): void {
    check(this, paths.some(path => path.lif === lif), () =>
      `\`backendUuids\` has ${lif}: the dataset has no data LIF of that name, only ${paths.map(path => path.lif).join(', ')}. Correct it.`);
    check(this, UUID.test(uuid), () =>
      `\`backendUuids.${lif}\` is "${uuid}": not a UUID. Copy \`status.backendInfo.backendUUID\` of the TridentBackendConfig.`);
  }

  private addPath(path: DataPath, claim: ImportClaim, props: ImportedDatasetProps, index: number): void {
    const { backend, lif } = path;
    const uuid = props.backendUuids?.[lif];
    check(this, path.storageClass.backends.length === 0 || path.storageClass.backends.includes(backend), () =>
      `\`paths\` pairs data LIF ${lif} with class ${path.storageClass.className}: that class is not served by backend ${backend.name}, so Trident would refuse the import. Use a class of that backend.`);
    if (uuid === undefined) {
      this.declareImport(path, claim, props, index);
      return;
    }
    backend.trident.requireVersion(this, `backendUuids.${lif}`, uuid, ANNOTATION_IMPORT_SINCE);
    const identity = { name: 'volume', instance: claim.claimName, component: 'imported-claim', partOf: 'storage' };
    addObject(this, lif, identity, claimManifest(claim, { annotations: importAnnotations(props, uuid) }));
  }

  /** The claim must not be applied as it is: Trident would make a new, empty volume for it. It is a file, and the import is a command. */
  private declareImport({ backend, lif }: DataPath, claim: ImportClaim, { volume, managed, backendUuids }: ImportedDatasetProps, index: number): void {
    // The file is no manifest of the environment, so the rules on names and sizes do not see it.
    check(this, CLAIM_NAME.test(claim.claimName), () =>
      `\`claimName\` with the data LIF is "${claim.claimName}": the name of a claim has only a-z, 0-9 and "-", with a letter or digit at both ends. Rename one of the two.`);
    check(this, (parseQuantity(claim.size) ?? 0) > 0, () => `\`size\` is ${claim.size}: not a size. Write for example 10Ti.`);
    const { namespace } = backend.trident;
    const path = `import/${claim.claimName}.yaml`;
    const tridentctl = `tridentctl -n ${namespace} import volume ${backend.name} ${volume} -f ${path}${managed ? '' : ' --no-manage'}`;
    const uuid = `$(kubectl -n ${namespace} get tridentbackendconfig ${backend.name} -o jsonpath='{.status.backendInfo.backendUUID}')`;
    const annotations = Object.entries(importAnnotations({ volume, managed }, uuid)).map(([key, value]) => `${key}="${value}"`).join(' ');
    // From 22.01 tridentctl refuses a volume that any backend has imported already; the annotations do the same and are checked per backend.
    const isFirst = index === 0 && backendUuids === undefined;
    const usesTridentctl = isFirst || !backend.trident.has('22.01');
    declarePrerequisite(this, {
      area: 'Volumes',
      what: `Volume ${volume} imported through data LIF ${lif} as claim ${claim.namespace}/${claim.claimName}, after the layers with namespaces and storage are applied`,
      commands: [usesTridentctl ? tridentctl : `kubectl annotate --local -f ${path} -o yaml ${annotations} | kubectl create -f -`],
      provides: [{ kind: 'PersistentVolumeClaim', namespace: claim.namespace, name: claim.claimName }],
      file: { path, manifest: writtenJson(claimManifest(claim)) },
    });
  }
}

type ImportClaim = Claim & { readonly size: Capacity; readonly storageClass: StorageClassReference };

function importAnnotations({ volume, managed }: Pick<ImportedDatasetProps, 'volume' | 'managed'>, backendUuid: string): Record<string, string> {
  return {
    'trident.netapp.io/importOriginalName': volume,
    'trident.netapp.io/importBackendUUID': backendUuid,
    'trident.netapp.io/notManaged': String(!managed),
  };
}
