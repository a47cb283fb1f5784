import { Construct } from 'constructs';
import { checkAddress, checkNotEmpty, checkUnique } from '../core/checks';
import { addObject } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { type Capacity } from '../core/quantity';
import { type DataLif } from './aipod-storage';
import { type Claim, type Dataset } from './claim';
import { checkNfsMount, declareNfsNeeds, type NfsMount, renderNfsMount } from './nfs-mount';
import { claimManifest } from './volume-claim';

/** What a dataset that is read from an NFS export is made with. */
export interface NfsDatasetProps {
  /** Storage VM (SVM) that exports the data. Only the prerequisites name it. */
  readonly svm: string;
  /** Junction path of the volume, or a folder below one, for example `/pb_fg_all`. */
  readonly path: string;
  /** Data LIFs of the storage VM to read through; one claim is made for each. */
  readonly dataLifs: readonly DataLif[];
  /** Size that the claims show. Nothing is allocated: the data exists. */
  readonly size: Capacity;
  /** Namespace of the claims and of the pods that mount them. */
  readonly namespace: string;
  /**
   * How nodes mount it; `none` leaves that to the nodes.
   * @default - NFS 4.1, nconnect=16, transfer size 262144, as the FlexGroup classes
   */
  readonly nfs?: NfsMount | 'none';
  /**
   * Start of the claim names; `-<lif>` is appended.
   * @default - the path in lower case, with "-" for whatever a name cannot have
   */
  readonly claimName?: string;
}

/**
 * Data on the array that one namespace reads straight from its NFS export, as one read-only claim per data LIF. Trident has no part in it, so any number
 * of namespaces can have the same data. Deleting the claims never touches it.
 */
export class NfsDataset extends Construct implements Dataset {
  /** One claim per data LIF, in the given order. */
  public readonly claims: readonly Claim[];

  constructor(scope: Construct, id: string, props: NfsDatasetProps) {
    super(scope, id);
    const { svm, path, dataLifs, size, namespace, nfs = {} } = props;
    this.checkProps(props);
    const base = props.claimName ?? path.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
    const options = nfs === 'none' ? [] : renderNfsMount(nfs);
    const lifs = dataLifs.filter(({ name }, index) => dataLifs.findIndex(lif => lif.name === name) === index);
    this.claims = lifs.map(({ name: lif, address }) => {
      const claim = { claimName: `${base}-${lif}`, namespace, accessMode: 'ReadOnlyMany' as const, size, unmanaged: 'an NFS export' };
      const identity = { name: 'volume', instance: claim.claimName, component: 'nfs-dataset', partOf: 'storage' };
      const volumeName = `${namespace}-${claim.claimName}`;
      addObject(this, `${lif}-volume`, identity, {
        apiVersion: 'v1', kind: 'PersistentVolume',
        metadata: { name: volumeName },
        spec: {
          capacity: { storage: size },
          accessModes: [claim.accessMode],
          persistentVolumeReclaimPolicy: 'Retain',
          claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claim.claimName },
          // The kubelet does not look at `nfs.readOnly` of a PersistentVolume; the mount option is what counts. Source: Kubernetes, pkg/volume/nfs/nfs.go.
          mountOptions: [...options, 'ro'],
          nfs: { server: address, path, readOnly: true },
        },
      });
      // The empty class keeps the default class from being filled in, which would make a new, empty volume.
      addObject(this, `${lif}-claim`, identity, claimManifest({ ...claim, storageClass: { className: '' } }, { volumeName }));
      return claim;
    });
    if (nfs !== 'none') declareNfsNeeds(this, svm, nfs);
    declarePrerequisite(this, {
      area: 'Array',
      what: `Path ${path} of storage VM ${svm}, which the nodes may read through data LIF ${lifs.map(({ address }) => address).join(', ')}: the export policies of its volume and of the volumes above it allow them`,
      commands: [`volume show -vserver ${svm} -fields junction-path,policy   # ONTAP command line`, `export-policy rule show -vserver ${svm}   # ONTAP command line`],
    });
  }

  private checkProps({ svm, path, dataLifs, nfs = {} }: NfsDatasetProps): void {
    checkNotEmpty(this, 'svm', svm);
    check(this, /^(\/(?!\.{1,2}(\/|$))[^/\s]+)+$/.test(path), () =>
      `\`path\` is "${path}": it must be the junction path of a volume, or a folder below one, without "." and ".." and spaces. Write for example /pb_fg_all.`);
    check(this, dataLifs.length > 0, () => '`dataLifs` is empty: the dataset could not be mounted. Give at least one data LIF.');
    checkUnique(this, 'dataLifs.address', dataLifs.map(({ address }) => address), 'A second path through the same interface adds no bandwidth: list each data LIF once.');
    checkUnique(this, 'dataLifs.name', dataLifs.map(({ name }) => name), 'Claims are named after it: give each data LIF a name of its own.');
    for (const { address } of dataLifs) checkAddress(this, 'dataLifs.address', address);
    if (nfs === 'none') return;
    checkNfsMount(this, nfs);
    for (const { name } of dataLifs.filter(({ rdma }) => nfs.transport === 'rdma' && rdma !== true)) {
      check(this, false, () => `\`nfs.transport\` is rdma: data LIF ${name} has no \`rdma: true\`, so the mount would fail. Leave it out, use TCP, or correct the data LIF.`);
    }
  }
}
