import { Construct } from 'constructs';
import { checkAddress, checkCidr, checkInteger, checkNotEmpty, isIPv6Address } from '../core/checks';
import { type ObjectOf } from '../core/kinds';
import { addObject } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { type BackendOptions, type OntapCredentials, OPTION_SINCE, type VolumeDefaults } from './backend-options';
import { combinesRdmaWithNconnect } from './nfs-mount';
import { requireSecret } from '../core/secret-requirements';
import { type TridentInstallation } from './trident-installation';
import { checkVolumeDefaults, renderVolumeDefaults } from './volume-defaults';

export interface TridentBackendProps extends BackendOptions {
  /** Trident that serves the backend. */
  readonly trident: TridentInstallation;
  /** Name of the backend and of its TridentBackendConfig. StorageClasses are pinned to it. */
  readonly name: string;
  /** Storage VM (SVM) on the array. */
  readonly svm: string;
  /** Management LIF: address or DNS name of the interface that Trident sends its commands to. */
  readonly managementLif: string;
  /**
   * Data LIF: address or DNS name of the interface that nodes mount volumes from.
   * @default - the first NFS LIF of the storage VM that Trident finds
   */
  readonly dataLif?: string;
  /** Login of the storage VM. */
  readonly credentials: OntapCredentials;
}

/** Options that only one of the two drivers has. */
type DriverSpec = Partial<Pick<ObjectOf<'TridentBackendConfig'>['spec'],
  'aggregate' | 'limitVolumeSize' | 'limitAggregateUsage' | 'replicationPolicy' | 'replicationSchedule' | 'flexgroupAggregateList' | 'useBalancedPlacement'>>;

/** Name that no other character of Trident's matching language can be part of. */
const BACKEND_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** A TridentBackendConfig of one ONTAP NAS driver; use OntapNasBackend or OntapNasFlexGroupBackend. */
export abstract class TridentBackend extends Construct {
  /** Name that StorageClasses match. */
  public readonly name: string;
  /** Trident that serves the backend. */
  public readonly trident: TridentInstallation;
  /** Storage VM on the array. */
  public readonly svm: string;
  /** Labels of each virtual pool, those of the backend included, which selectors may use. */
  public readonly poolLabels: readonly Readonly<Record<string, string>>[];

  /** Trident's name of the driver. */
  public abstract readonly driver: 'ontap-nas' | 'ontap-nas-flexgroup';

  protected constructor(scope: Construct, id: string, driver: TridentBackend['driver'], props: TridentBackendProps, driverSpec: DriverSpec) {
    super(scope, id);
    this.name = props.name;
    this.trident = props.trident;
    this.svm = props.svm;
    this.poolLabels = (props.pools ?? [{ labels: {} }]).map(({ labels }) => ({ ...props.labels, ...labels }));
    this.checkProps(props);
    this.declareNeeds(props);
    const { credentials } = props;
    addObject(this, 'Resource', { name: 'trident', instance: props.name, component: 'backend', partOf: 'storage' }, {
      apiVersion: 'trident.netapp.io/v1', kind: 'TridentBackendConfig',
      metadata: { name: props.name, namespace: props.trident.namespace },
      spec: {
        version: 1,
        storageDriverName: driver,
        backendName: props.name,
        managementLIF: bracketed(props.managementLif),
        dataLIF: props.dataLif && bracketed(props.dataLif),
        svm: props.svm,
        credentials: { name: credentials.secret },
        clientCertificate: credentials.clientCertificate,
        trustedCACertificate: credentials.trustedCaCertificate,
        useREST: props.useRest,
        storagePrefix: props.storagePrefix,
        nfsMountOptions: props.nfsMountOptions?.join(','),
        autoExportPolicy: props.autoExport && true,
        autoExportCIDRs: props.autoExport && [...props.autoExport.cidrs],
        labels: props.labels,
        region: props.region,
        zone: props.zone,
        supportedTopologies: props.supportedTopologies?.map(topology => ({ ...topology })),
        cloneSplitDelay: props.cloneSplitDelay && String(props.cloneSplitDelay.toSeconds({ integral: false })),
        deletionPolicy: props.deletionPolicy,
        defaults: props.defaults && renderVolumeDefaults(props.defaults),
        storage: props.pools?.map(({ defaults, ...pool }) => ({ ...pool, defaults: defaults && renderVolumeDefaults(defaults) })),
        ...driverSpec,
      },
    });
  }

  private checkProps(props: TridentBackendProps): void {
    check(this, BACKEND_NAME.test(props.name), () =>
      `\`name\` of the backend is "${props.name}": StorageClasses match it as a regular expression, so it may have only a-z, 0-9 and "-". Rename it.`);
    checkNotEmpty(this, 'svm', props.svm);
    checkAddress(this, 'managementLif', props.managementLif);
    if (props.dataLif !== undefined) checkAddress(this, 'dataLif', props.dataLif);
    check(this, props.storagePrefix === undefined || /^$|^[a-zA-Z_.-][a-zA-Z0-9_.-]*$/.test(props.storagePrefix), () =>
      `\`storagePrefix\` is "${props.storagePrefix}": it starts with a letter, "_", "." or "-" and goes on with these or digits. Write for example prod_.`);
    for (const cidr of props.autoExport?.cidrs ?? []) {
      checkCidr(this, 'autoExport.cidrs', cidr);
    }
    check(this, props.autoExport === undefined || props.autoExport.cidrs.length > 0, () =>
      '`autoExport.cidrs` is empty: Trident would then export to every address. List the networks of the nodes.');
    check(this, !combinesRdmaWithNconnect(props.nfsMountOptions ?? []), () =>
      '`nfsMountOptions` has proto=rdma and nconnect: the two cannot be combined, and pods would not start. Use max_connect with RDMA, or TCP.');
    for (const name of ['useRest', 'cloneSplitDelay'] as const) this.trident.requireVersion(this, name, props[name], OPTION_SINCE[name]);
    checkInteger(this, 'cloneSplitDelay in seconds', props.cloneSplitDelay?.toSeconds({ integral: false }), 1);
    this.checkDefaults('defaults', props.defaults ?? {}, props);
    for (const [index, { defaults }] of (props.pools ?? []).entries()) this.checkDefaults(`pools[${index}].defaults`, defaults ?? {}, props);
    for (const key of ['clientCertificate', 'trustedCaCertificate'] as const) this.checkCertificate(key, props.credentials[key]);
    for (const label of new Set(this.poolLabels.flatMap(labels => Object.keys(labels)))) {
      check(this, /^[\w-]+$/.test(label), () =>
        `\`labels\` has the key "${label}": a selector can only name letters, digits, "_" and "-". Rename it.`);
    }
  }

  private checkDefaults(place: string, defaults: VolumeDefaults, { autoExport }: TridentBackendProps): void {
    check(this, autoExport === undefined || defaults.exportPolicy === undefined, () =>
      `\`${place}.exportPolicy\` is ${defaults.exportPolicy} together with \`autoExport\`: Trident would ignore it. Leave one of the two out.`);
    checkVolumeDefaults(this, place, this.trident, defaults);
  }

  /** Also keeps a private key from being given, and written, as a certificate. */
  private checkCertificate(key: string, value: string | undefined): void {
    check(this, value === undefined || /^-----BEGIN CERTIFICATE-----(?![^]*PRIVATE KEY)/m.test(Buffer.from(value, 'base64').toString()), () =>
      `\`credentials.${key}\` is not a certificate in base64: Trident would refuse the backend, and a private key belongs in the Secret. Give what \`base64 -w0\` prints for the PEM file.`);
  }

  private declareNeeds({ credentials, svm, managementLif, dataLif }: TridentBackendProps): void {
    const keys = credentials.clientCertificate === undefined ? ['username', 'password'] : ['clientPrivateKey'];
    requireSecret(this, { namespace: this.trident.namespace, name: credentials.secret, keys, purpose: `login of storage VM ${svm}; use an account of the storage VM, not of the cluster` });
    declarePrerequisite(this, {
      area: 'Array',
      what: `Storage VM ${svm} with NFS enabled, reachable for Trident at ${managementLif}${dataLif ? ` and for the nodes at data LIF ${dataLif}` : ''}`,
    });
  }
}

/** Trident wants IPv6 addresses in brackets. */
const bracketed = (address: string): string => (isIPv6Address(address) ? `[${address}]` : address);
