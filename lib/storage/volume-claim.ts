import { Construct } from 'constructs';
import { checkUnique } from '../core/checks';
import { type AccessMode } from '../core/cluster';
import { type ObjectOf } from '../core/kinds';
import { addObject } from '../core/manifest-object';
import { check } from '../core/problems';
import { type Capacity, parseQuantity } from '../core/quantity';
import { type Claim, type Dataset } from './claim';
import { FlexGroupStorageClass } from './flexgroup-storage-class';
import { type StorageClassReference } from './storage-class';

/** What a claim is made with. */
export interface VolumeClaimProps {
  /** Name of the claim. */
  readonly name: string;
  /** Namespace of the claim and of the pods that mount it. */
  readonly namespace: string;
  /** Size to ask for. */
  readonly size: Capacity;
  /**
   * How many nodes may mount it, and how.
   * @default ReadWriteMany
   */
  readonly accessMode?: AccessMode;
  /**
   * Class to provision from.
   * @default - the default class of the cluster
   */
  readonly storageClass?: StorageClassReference;
  /** Annotations, for example Trident's per-volume overrides. @default - none */
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * Other namespaces that may mount the same volume, each with a SharedVolume. Trident only, NFS only.
   * @default - none
   */
  readonly shareWith?: readonly string[];
}

/** Details of claims that are not made empty; for the constructs of this folder. */
export interface ClaimOrigin {
  readonly component: string;
  readonly dataSource?: { readonly apiGroup?: string; readonly kind: 'PersistentVolumeClaim' | 'VolumeSnapshot'; readonly name: string };
  /** Whether the data exists already, so that the class's minimum size does not apply. */
  readonly existingData?: boolean;
}

/** A claim that Kubernetes makes a volume for. */
export class VolumeClaim extends Construct implements Claim, Dataset {
  /** Name of the claim. */
  public readonly claimName: string;
  /** Namespace of the claim. */
  public readonly namespace: string;
  /** How many nodes may mount it, and how. */
  public readonly accessMode: AccessMode;
  /** Size that it asks for. */
  public readonly size: Capacity;
  /** Class that it is provisioned from; none for the cluster's default. */
  public readonly storageClass?: StorageClassReference;
  /** Other namespaces that may mount the same volume. */
  public readonly sharedWith: readonly string[];
  /** The claim itself: a dataset with one path. */
  public readonly claims: readonly Claim[] = [this];

  constructor(scope: Construct, id: string, props: VolumeClaimProps, origin: ClaimOrigin = { component: 'claim' }) {
    super(scope, id);
    this.claimName = props.name;
    this.namespace = props.namespace;
    this.accessMode = props.accessMode ?? 'ReadWriteMany';
    this.size = props.size;
    this.storageClass = props.storageClass;
    this.sharedWith = props.shareWith ?? [];
    this.checkShares();
    if (!origin.existingData) checkMinimumSize(this, 'size', this.size, this.storageClass);
    if (origin.component === 'claim') this.checkAnnotations(props.annotations ?? {});
    addObject(this, 'Resource', { name: 'volume', instance: props.name, component: origin.component, partOf: 'storage' }, claimManifest(this, { ...origin, annotations: this.annotationsOf(props) }));
  }

  private annotationsOf({ annotations, shareWith = [] }: VolumeClaimProps): VolumeClaimProps['annotations'] {
    return shareWith.length === 0 ? annotations : { ...annotations, 'trident.netapp.io/shareToNamespace': shareWith.join(',') };
  }

  private checkShares(): void {
    checkUnique(this, 'shareWith', this.sharedWith, 'List each namespace once.');
    for (const namespace of this.sharedWith) {
      check(this, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace), () =>
        `\`shareWith\` has "${namespace}": not the name of a namespace. List the namespaces one by one.`);
    }
  }

  private checkAnnotations(annotations: Readonly<Record<string, string>>): void {
    if (!(this.storageClass instanceof FlexGroupStorageClass)) return;
    const { className } = this.storageClass;
    for (const key of NOT_FOR_FLEXGROUPS.filter(name => name in annotations)) {
      check(this, false, () =>
        `\`annotations\` has ${key}: class ${className} makes FlexGroups, and Trident can do that with FlexVols only. Use a FlexVol class, or leave it out.`);
    }
  }
}

/** Checks that a volume is not smaller than its class can make it; `key` is the prop that holds the size. */
export function checkMinimumSize(scope: Construct, key: string, size: Capacity, storageClass: StorageClassReference | undefined): void {
  if (!(storageClass instanceof FlexGroupStorageClass)) return;
  const { className, minimumVolumeSize } = storageClass;
  check(scope, (parseQuantity(size) ?? Infinity) >= (parseQuantity(minimumVolumeSize) ?? 0), () =>
    `\`${key}\` is ${size}: class ${className} makes FlexGroups, and the smallest is ${minimumVolumeSize}. Ask for that, use a FlexVol class, or set \`minimumVolumeSize\` of the class to what your array can do.`);
}

/** Trident's annotations that its FlexGroup driver does not act on, without a word. Source: Trident, ontap_nas_flexgroup.go. */
const NOT_FOR_FLEXGROUPS = ['trident.netapp.io/readOnlyClone', 'trident.netapp.io/mirrorRelationship'];

/** What a claim manifest is made of. */
export interface ClaimManifestProps extends Claim {
  readonly size: Capacity;
  readonly storageClass?: StorageClassReference;
}

/** The manifest of a claim; also used for claim files that are not applied. */
export function claimManifest(
  claim: ClaimManifestProps, { annotations, dataSource, volumeName }: { annotations?: Readonly<Record<string, string>>; volumeName?: string } & Partial<ClaimOrigin> = {},
): ObjectOf<'PersistentVolumeClaim'> {
  return {
    apiVersion: 'v1', kind: 'PersistentVolumeClaim',
    metadata: { name: claim.claimName, namespace: claim.namespace, annotations },
    spec: {
      accessModes: [claim.accessMode],
      storageClassName: claim.storageClass?.className,
      resources: { requests: { storage: claim.size } },
      dataSource,
      volumeName,
    },
  };
}
