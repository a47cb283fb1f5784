import { Construct } from 'constructs';
import { type AccessMode } from '../core/cluster';
import { addObject } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { type Capacity, parseQuantity } from '../core/quantity';
import { type Claim, type Dataset } from './claim';
import { type StorageClassReference, TridentStorageClass } from './storage-class';
import { type TridentBackend } from './trident-backend';
import { claimManifest, type VolumeClaim } from './volume-claim';

/** What a share of a volume is made with. */
export interface SharedVolumeProps {
  /**
   * Claim of another namespace that lists this one in `shareWith`. Trident shares what it has made itself: an ImportedDataset, an NfsDataset, or a
   * SharedVolume does not compile.
   */
  readonly source: VolumeClaim;
  /** Namespace of the share and of the pods that mount it. */
  readonly namespace: string;
  /**
   * Name of the claim.
   * @default - that of the source
   */
  readonly name?: string;
  /**
   * Size that the claim shows; not more than the source has.
   * @default - that of the source
   */
  readonly size?: Capacity;
  /**
   * How many nodes may mount it, and how; `ReadOnlyMany` is mounted read-only.
   * @default ReadWriteMany
   */
  readonly accessMode?: AccessMode;
}

/** First release that has TridentVolumeReference. */
const SHARES_SINCE = '22.10';

/**
 * The volume of a claim of another namespace, mounted here too: the same files, not a copy. Trident calls it a subordinate volume. The volume is there
 * until its claim and all shares are deleted. Source: Trident, "Share an NFS volume across namespaces", and orchestrator_core.go.
 */
export class SharedVolume extends Construct implements Claim, Dataset {
  /** Name of the claim. */
  public readonly claimName: string;
  /** Namespace of the claim. */
  public readonly namespace: string;
  /** How many nodes may mount it, and how. */
  public readonly accessMode: AccessMode;
  /** Size that it shows. */
  public readonly size: Capacity;
  /** Class of the source; none for the cluster's default. */
  public readonly storageClass?: StorageClassReference;
  /** Trident snapshots the source, not its shares. */
  public readonly unmanaged = 'a share of the volume of another claim';
  /** The claim itself: a dataset with one path. */
  public readonly claims: readonly Claim[] = [this];

  constructor(scope: Construct, id: string, props: SharedVolumeProps) {
    super(scope, id);
    const { source } = props;
    this.claimName = props.name ?? source.claimName;
    this.namespace = props.namespace;
    this.accessMode = props.accessMode ?? 'ReadWriteMany';
    this.size = props.size ?? source.size;
    this.storageClass = source.storageClass;
    this.checkSource(source);
    this.checkTrident(source);
    const identity = (component: string) => ({ name: 'volume', instance: this.claimName, component, partOf: 'storage' });
    addObject(this, 'Reference', identity('volume-reference'), {
      apiVersion: 'trident.netapp.io/v1', kind: 'TridentVolumeReference',
      metadata: { name: this.claimName, namespace: this.namespace },
      spec: { pvcName: source.claimName, pvcNamespace: source.namespace },
    });
    addObject(this, 'Resource', identity('shared-claim'), claimManifest(this, {
      annotations: { 'trident.netapp.io/shareFromPVC': `${source.namespace}/${source.claimName}` },
    }));
  }

  private checkSource(source: VolumeClaim): void {
    const { claimName, namespace, accessMode, size, sharedWith } = source;
    check(this, namespace !== this.namespace, () =>
      `\`namespace\` is ${namespace}, which claim ${claimName} is in already: there is nothing to share. Mount the claim itself.`);
    check(this, namespace === this.namespace || sharedWith.includes(this.namespace), () =>
      `\`source\` is claim ${claimName} of namespace ${namespace}, which is shared with ${sharedWith.join(', ') || 'nobody'}: Trident would refuse namespace ${this.namespace}. Add it to \`shareWith\` of that claim.`);
    check(this, accessMode === 'ReadWriteMany', () =>
      `\`source\` is claim ${claimName} with access mode ${accessMode}: Trident shares ReadWriteMany volumes. Make the claim with that, and give the share \`accessMode: ReadOnlyMany\` if it is only read.`);
    check(this, (parseQuantity(this.size) ?? 0) <= (parseQuantity(size) ?? Infinity), () =>
      `\`size\` is ${this.size}: a share cannot be larger than its source ${claimName}, ${size}. Ask for that at most, or leave \`size\` out.`);
  }

  private checkTrident({ storageClass, claimName, namespace }: VolumeClaim): void {
    const backends: readonly TridentBackend[] = storageClass instanceof TridentStorageClass ? storageClass.backends as readonly TridentBackend[] : [];
    for (const { version } of new Set(backends.map(({ trident }) => trident).filter(trident => !trident.has(SHARES_SINCE)))) {
      check(this, false, () => `\`trident.version\` is ${version}: shared volumes need Trident ${SHARES_SINCE} or newer. Upgrade Trident, or read the export with \`NfsDataset\`.`);
    }
    if (backends.length > 0) return;
    declarePrerequisite(this, {
      area: 'Cluster',
      what: `Trident ${SHARES_SINCE} or newer, with an NFS driver, serves the class of claim ${namespace}/${claimName}`,
      commands: ['kubectl get storageclass', 'kubectl get tridentversion --all-namespaces'],
    });
  }
}
