import { type Duration } from 'cdk8s';
import { type Capacity } from '../core/quantity';
import { type TridentVersion } from './trident-installation';

/** How Trident logs in to ONTAP. The values are in a Secret in Trident's namespace; none is ever written into a manifest. */
export type OntapCredentials =
  /** A user of the storage VM: the Secret has the keys `username` and `password`. */
  | { readonly secret: string; readonly clientCertificate?: never; readonly trustedCaCertificate?: never }
  /** A client certificate: the Secret has the key `clientPrivateKey`. Certificates are PEM files in base64, as `base64 -w0 client.pem` prints them. */
  | { readonly secret: string; readonly clientCertificate: string; readonly trustedCaCertificate?: string };

/** QoS of new volumes: a fixed or an adaptive policy group, never both. */
export type QosPolicy = { readonly policy: string; readonly adaptivePolicy?: never } | { readonly adaptivePolicy: string; readonly policy?: never };

/**
 * Settings of new volumes; a claim's annotations may override some of them.
 * Trident reads every one of them as text: `false` is written as "false".
 * Source: Trident, storage_drivers/types.go and ontap_common.go.
 */
export interface VolumeDefaults {
  /** Size where a claim gives none, at least 20Mi. @default - Trident's 1G */
  readonly size?: Capacity;
  /** Go template of the volume name on the array; Trident 24.06. @default - the storage prefix and the name of the PersistentVolume */
  readonly nameTemplate?: string;
  /** Thin (`none`) or thick (`volume`) provisioning. @default - none */
  readonly spaceReserve?: 'none' | 'volume';
  /** ONTAP snapshot policy. @default - none */
  readonly snapshotPolicy?: string;
  /** Percent of the volume set aside for snapshots, 0-90. @default - 5 where there is a snapshot policy, else none */
  readonly snapshotReserve?: number;
  /** Whether `.snapshot` is visible in the volume. @default - false */
  readonly snapshotDir?: boolean;
  /** Mode of the volume's root directory, octal. @default - Trident's 0777; who may mount is decided by the export policy */
  readonly unixPermissions?: string;
  /** ONTAP export policy; not together with `autoExport`. @default - default */
  readonly exportPolicy?: string;
  /** ONTAP security style. @default - unix */
  readonly securityStyle?: 'unix' | 'mixed';
  /** Whether a clone is split from its parent at once, which takes space and time. @default - false */
  readonly splitOnClone?: boolean;
  /** Whether a deleted volume skips ONTAP's recovery queue; Trident 25.02. @default - false */
  readonly skipRecoveryQueue?: boolean;
  /** NetApp Volume Encryption. @default - what the array does by itself */
  readonly encryption?: boolean;
  /** FabricPool tiering policy. @default - none */
  readonly tieringPolicy?: 'snapshot-only' | 'auto' | 'none' | 'backup' | 'all';
  /** QoS policy group. @default - none */
  readonly qos?: QosPolicy;
}

/** A virtual pool: volumes with settings of their own, chosen by the `selector` of a StorageClass. */
export interface VirtualPool {
  /** Labels that a class selects by. Neither keys nor values may have dots or slashes. */
  readonly labels: Readonly<Record<string, string>>;
  /** Region of the pool. @default - that of the backend */
  readonly region?: string;
  /** Zone of the pool. @default - that of the backend */
  readonly zone?: string;
  /** Settings of new volumes in this pool. @default - those of the backend */
  readonly defaults?: VolumeDefaults;
}

/** Options that every NAS backend has. Source: Trident, storage_drivers/types.go. */
export interface BackendOptions {
  /**
   * `true` for ONTAP's REST interface, `false` for ZAPI; Trident 21.07.
   * @default - Trident decides by the ONTAP release: REST from 9.15.1
   */
  readonly useRest?: boolean;
  /** What the names of new volumes on the array start with; an empty text for none. @default - trident_ */
  readonly storagePrefix?: string;
  /**
   * NFS mount options where the StorageClass gives none.
   * @default - none
   */
  readonly nfsMountOptions?: readonly string[];
  /**
   * Lets Trident keep the export policy equal to the addresses of the nodes inside these networks; others cannot mount.
   * @default - the export policy of the volume defaults
   */
  readonly autoExport?: { readonly cidrs: readonly string[] };
  /** Labels of the backend, which a StorageClass can select by. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Region of the backend. @default - none */
  readonly region?: string;
  /** Zone of the backend. @default - none */
  readonly zone?: string;
  /** Where volumes of this backend can be reached from, as `topology.kubernetes.io/...` labels. @default - everywhere */
  readonly supportedTopologies?: readonly Readonly<Record<string, string>>[];
  /** How long a clone with dependants waits until it is split; Trident 24.02. @default - 24 hours */
  readonly cloneSplitDelay?: Duration;
  /** Settings of new volumes. @default - Trident's */
  readonly defaults?: VolumeDefaults;
  /** Virtual pools. @default - none */
  readonly pools?: readonly VirtualPool[];
  /**
   * Whether deleting the TridentBackendConfig also removes the backend from Trident (never its volumes).
   * @default delete
   */
  readonly deletionPolicy?: 'delete' | 'retain';
}

/** First Trident release of the options that came after 21.04. */
export const OPTION_SINCE = {
  useRest: '21.07',
  replication: '21.07',
  flexGroupAggregates: '23.01',
  cloneSplitDelay: '24.02',
  'defaults.nameTemplate': '24.06',
  'defaults.skipRecoveryQueue': '25.02',
  balancedPlacement: '26.06',
} as const satisfies Record<string, TridentVersion>;
