import { Construct } from 'constructs';
import { checkUnique } from '../core/checks';
import { check } from '../core/problems';
import { type Capacity } from '../core/quantity';
import { type BackendOptions, type OntapCredentials } from './backend-options';
import { FlexGroupStorageClass } from './flexgroup-storage-class';
import { FlexVolStorageClass } from './flexvol-storage-class';
import { type DataPath } from './imported-dataset';
import { type NfsMount, type RdmaMount, type TcpMount } from './nfs-mount';
import { OntapNasBackend, type OntapNasOptions } from './ontap-nas-backend';
import { OntapNasFlexGroupBackend, type OntapNasFlexGroupOptions } from './ontap-nas-flexgroup-backend';
import { type StorageClassProps } from './storage-class';
import { type TridentBackend } from './trident-backend';
import { type TridentInstallation } from './trident-installation';

/** A network interface of the storage VM that nodes mount from. */
export interface DataLif {
  /** Short name, which becomes part of backend, class and claim names, for example `iface1`. */
  readonly name: string;
  /** Address or DNS name. */
  readonly address: string;
  /**
   * Whether the network supports RDMA to this interface; it then also gets a class over RDMA.
   * @default false
   */
  readonly rdma?: boolean;
}

type ClassOptions = Pick<StorageClassProps<TridentBackend>, 'reclaimPolicy' | 'allowVolumeExpansion' | 'volumeBindingMode'>;

/** FlexGroup backends and classes: training data. */
export interface FlexGroupOptions extends BackendOptions, OntapNasFlexGroupOptions, ClassOptions {
  /**
   * NFS over TCP of the classes; `none` leaves the mount to backend and nodes.
   * @default - NFS 4.1, nconnect=16, transfer size 262144
   */
  readonly nfs?: TcpMount | 'none';
  /**
   * NFS over RDMA of the classes of RDMA interfaces.
   * @default - NFS 4.1, max_connect=16, transfer size 262144
   */
  readonly rdma?: RdmaMount;
  /** Smallest claim that is accepted at synth. @default 800Gi */
  readonly minimumVolumeSize?: Capacity;
}

/** FlexVol backend and class: results, databases, applications. */
export interface FlexVolOptions extends BackendOptions, OntapNasOptions, ClassOptions {
  /** How nodes mount the volumes. @default - left to the nodes, as in the documents */
  readonly nfs?: NfsMount;
  /** Whether this is the default class of the cluster. @default true */
  readonly isDefaultClass?: boolean;
}

/** What the storage of a storage VM is made with. */
export interface AIPodStorageProps {
  /** Trident that serves the storage VM. */
  readonly trident: TridentInstallation;
  /**
   * Start of all backend and class names.
   * @default aipod
   */
  readonly prefix?: string;
  /** Storage VM (SVM) on the array. */
  readonly svm: string;
  /** Management LIF of the storage VM. */
  readonly managementLif: string;
  /** Data LIFs; each gets a FlexGroup backend and a class of its own. The FlexVol backend uses the first. */
  readonly dataLifs: readonly DataLif[];
  /** Login of the storage VM. */
  readonly credentials: OntapCredentials;
  /**
   * What the classes that are not made for one data LIF are pinned to: `ownBackends` of this storage VM, or `anyBackend` of the driver, which
   * is how the documents write them.
   * @default ownBackends
   */
  readonly generalClasses?: 'ownBackends' | 'anyBackend';
  /** Backends and classes for training data. @default - as documented */
  readonly flexGroup?: FlexGroupOptions;
  /** Backend and class for everything else. @default - as documented, and the default class of the cluster */
  readonly flexVol?: FlexVolOptions;
}

/** A data LIF with the backend and the classes that were made for it. */
export interface AIPodDataPath extends DataPath {
  /** Class over RDMA, where the interface supports it. */
  readonly rdmaClass?: FlexGroupStorageClass;
}

/**
 * Trident backends and storage classes of one AIPod storage VM: a FlexGroup backend and class per data LIF, a general FlexGroup class over all of
 * them, RDMA classes where the network has it, a FlexVol backend and class. Source: the documents' backend and StorageClass pages.
 */
export class AIPodStorage extends Construct {
  /** The storage VM (SVM). */
  public readonly svm: string;
  /** Its data LIFs. */
  public readonly dataLifs: readonly DataLif[];
  /** One entry per data LIF, in the given order. */
  public readonly paths: readonly AIPodDataPath[];
  /** FlexGroup class over all data LIFs; with one data LIF, the class of that. */
  public readonly flexGroupClass: FlexGroupStorageClass;
  /** Backend for results, databases and applications. */
  public readonly flexVolBackend: OntapNasBackend;
  /** Class for results, databases and applications. */
  public readonly flexVolClass: FlexVolStorageClass;

  constructor(scope: Construct, id: string, props: AIPodStorageProps) {
    super(scope, id);
    const { dataLifs, trident, svm, managementLif, credentials } = props;
    this.svm = svm;
    this.dataLifs = dataLifs;
    const prefix = props.prefix ?? 'aipod';
    const vm = { trident, svm, managementLif, credentials };
    const anyBackend = props.generalClasses === 'anyBackend';
    this.checkLifs(dataLifs);

    const { nfs = {}, rdma = { transport: 'rdma' as const }, minimumVolumeSize, ...flexGroup } = props.flexGroup ?? {};
    const mount = nfs === 'none' ? undefined : nfs;
    const className = `${prefix}-flexgroups-${retention(flexGroup)}`;
    const addClass = (name: string, backends: readonly OntapNasFlexGroupBackend[] | 'any', mountOfClass?: NfsMount) =>
      new FlexGroupStorageClass(this, name, { name, backends, nfs: mountOfClass, minimumVolumeSize, ...classOptions(flexGroup) });
    this.paths = uniqueByName(dataLifs).map(lif => {
      const name = `${prefix}-flexgroups-${lif.name}`;
      const backend = new OntapNasFlexGroupBackend(this, name, { ...vm, ...flexGroup, name, dataLif: lif.address });
      const ownName = dataLifs.length === 1 ? className : `${className}-${lif.name}`;
      return {
        lif: lif.name,
        backend,
        storageClass: addClass(ownName, [backend], mount),
        rdmaClass: lif.rdma ? addClass(`${ownName}-rdma`, [backend], rdma) : undefined,
      };
    });
    const [onlyPath] = this.paths;
    this.flexGroupClass = this.paths.length === 1 && onlyPath ? onlyPath.storageClass
      : addClass(className, anyBackend ? 'any' : this.paths.map(({ backend }) => backend), mount);

    const { nfs: flexVolNfs, isDefaultClass = true, ...flexVol } = props.flexVol ?? {};
    const name = `${prefix}-flexvols`;
    this.flexVolBackend = new OntapNasBackend(this, name, { ...vm, ...flexVol, name, dataLif: dataLifs[0]?.address });
    const flexVolClassName = `${name}-${retention(flexVol)}`;
    this.flexVolClass = new FlexVolStorageClass(this, flexVolClassName, {
      name: flexVolClassName, backends: anyBackend ? 'any' : [this.flexVolBackend], nfs: flexVolNfs, isDefaultClass, ...classOptions(flexVol),
    });
  }

  private checkLifs(dataLifs: readonly DataLif[]): void {
    check(this, dataLifs.length > 0, () => '`dataLifs` is empty: nodes could not mount anything. List the data LIFs of the storage VM.');
    checkUnique(this, 'dataLifs.address', dataLifs.map(({ address }) => address), 'A second path through the same interface adds no bandwidth: list each data LIF once.');
    checkUnique(this, 'dataLifs.name', dataLifs.map(({ name }) => name), 'Backends and classes are named after it: give each data LIF a name of its own.');
  }

  /** Every FlexGroup class: per data LIF, over RDMA, and over all of them. */
  get flexGroupClasses(): readonly FlexGroupStorageClass[] {
    return [...new Set([...this.paths.flatMap(({ storageClass, rdmaClass }) => [storageClass, ...rdmaClass ? [rdmaClass] : []]), this.flexGroupClass])];
  }

  /** Data paths over TCP or RDMA, for an ImportedDataset. */
  pathsOver(transport: 'tcp' | 'rdma'): readonly DataPath[] {
    if (transport === 'tcp') return this.paths;
    return this.paths.flatMap(({ lif, backend, rdmaClass }) => (rdmaClass ? [{ lif, backend, storageClass: rdmaClass }] : []));
  }
}

/** A name that is given twice is an error already; constructs need distinct names to get as far as reporting it. */
const uniqueByName = (lifs: readonly DataLif[]): DataLif[] => lifs.filter(({ name }, index) => lifs.findIndex(lif => lif.name === name) === index);

const retention = ({ reclaimPolicy = 'Retain' }: ClassOptions): string => reclaimPolicy.toLowerCase();

const classOptions = ({ reclaimPolicy, allowVolumeExpansion, volumeBindingMode }: ClassOptions): ClassOptions =>
  ({ reclaimPolicy, allowVolumeExpansion, volumeBindingMode });
