import { Construct } from 'constructs';
import { EnvironmentApp } from '../core/environment-app';
import { addObject } from '../core/manifest-object';
import { check } from '../core/problems';
import { checkNfsMount, declareNfsNeeds, type NfsMount, renderNfsMount } from './nfs-mount';
import { TRIDENT_PROVISIONER } from './provisioner';
import { tridentClasses } from './rules/trident-classes';
import { type TridentBackend } from './trident-backend';

/** Something that claims can name as their class. */
export interface StorageClassReference {
  /** Name of the class. */
  readonly className: string;
}

/** Props of a StorageClass of Trident; `Backend` is the kind of backend that its driver has. */
export interface StorageClassProps<Backend extends TridentBackend> {
  /** Name of the class. */
  readonly name: string;
  /**
   * Backends that volumes may be made on. `any` lets Trident choose among all backends of the driver, whatever their storage VM.
   */
  readonly backends: readonly Backend[] | 'any';
  /**
   * How nodes mount volumes of the class. Baked into a volume when it is made: a change does not reach existing ones.
   * @default - no mount options: the backend's, else those of the nodes
   */
  readonly nfs?: NfsMount;
  /**
   * Picks virtual pools by their labels. All must match.
   * @default - any pool of the backends
   */
  readonly selector?: Readonly<Record<string, string>>;
  /**
   * What happens to a volume when its claim is deleted.
   * @default Retain
   */
  readonly reclaimPolicy?: 'Retain' | 'Delete';
  /**
   * Whether a claim may be grown later.
   * @default - not written; Kubernetes takes that as no
   */
  readonly allowVolumeExpansion?: boolean;
  /**
   * When a volume is made. The DataOps Toolkit and ReadWriteMany claims want `Immediate`.
   * @default - not written; Kubernetes takes that as Immediate
   */
  readonly volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
}

/** What the two kinds of class do not share. */
interface ClassDetails {
  readonly driver: TridentBackend['driver'];
  readonly annotations?: Record<string, string>;
}

/** A StorageClass that Trident serves; use FlexGroupStorageClass or FlexVolStorageClass. */
export abstract class TridentStorageClass<Backend extends TridentBackend> extends Construct implements StorageClassReference {
  /** Name of the class. */
  public readonly className: string;
  /** Backends that the class is pinned to; none for `any`. */
  public readonly backends: readonly Backend[];
  /** How nodes mount its volumes, where the class says so. */
  public readonly nfs?: NfsMount;
  /** What happens to a volume when its claim is deleted. */
  public readonly reclaimPolicy: 'Retain' | 'Delete';

  protected constructor(scope: Construct, id: string, props: StorageClassProps<Backend>, details: ClassDetails) {
    super(scope, id);
    this.className = props.name;
    this.backends = props.backends === 'any' ? [] : props.backends;
    this.nfs = props.nfs;
    this.reclaimPolicy = props.reclaimPolicy ?? 'Retain';
    EnvironmentApp.find(this)?.addRule(tridentClasses);
    this.checkProps(props);
    for (const svm of new Set(this.backends.map(backend => backend.svm))) if (props.nfs) declareNfsNeeds(this, svm, props.nfs);
    addObject(this, 'Resource', { name: 'trident', instance: props.name, component: 'storage-class', partOf: 'storage' }, {
      apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass',
      metadata: { name: props.name, annotations: details.annotations },
      provisioner: TRIDENT_PROVISIONER,
      parameters: {
        backendType: details.driver,
        ...(props.backends === 'any' ? {} : { storagePools: this.backends.map(({ name }) => `${name}:.*`).join(';') }),
        ...(props.selector ? { selector: Object.entries(props.selector).map(([key, value]) => `${key}=${value}`).join('; ') } : {}),
      },
      mountOptions: props.nfs && renderNfsMount(props.nfs),
      reclaimPolicy: this.reclaimPolicy,
      allowVolumeExpansion: props.allowVolumeExpansion,
      volumeBindingMode: props.volumeBindingMode,
    });
  }

  private checkProps({ nfs, selector, backends }: StorageClassProps<Backend>): void {
    if (nfs) checkNfsMount(this, nfs);
    check(this, backends === 'any' || backends.length > 0, () =>
      '`backends` is empty: the class would match no backend. List at least one, or write `any`.');
    for (const [key, value] of Object.entries(selector ?? {})) {
      check(this, /^[\w-]+$/.test(key) && /^[\w-]+$/.test(value), () =>
        `\`selector\` has "${key}=${value}": Trident selectors know letters, digits, "_" and "-" only. Rename the label of the pool.`);
    }
    const wanted = Object.entries(selector ?? {});
    check(this, wanted.length === 0 || backends === 'any' || backends.some(({ poolLabels }) => poolLabels.some(labels => wanted.every(([key, value]) => labels[key] === value))), () =>
      `\`selector\` asks for ${wanted.map(([key, value]) => `${key}=${value}`).join(' and ')}: no backend of the class has a pool with that, so no claim would ever be served. Add it to \`labels\` of a pool, or correct it.`);
  }
}
