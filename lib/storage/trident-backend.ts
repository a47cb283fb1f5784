import { isIPv6 } from 'node:net';
import { Construct } from 'constructs';
import { TridentBackendConfig, type TridentBackendConfigSpec } from '../../imports/trident.netapp.io';
import { checkAddress, checkNotEmpty } from '../core/checks';
import { addObject } from '../core/manifest-object';
import { declarePrerequisite, requireSecret } from '../core/prerequisites';
import { check } from '../core/problems';
import { type BackendOptions, type OntapCredentials, OPTION_SINCE } from './backend-options';
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
type DriverSpec = Partial<Pick<TridentBackendConfigSpec,
  'aggregate' | 'limitVolumeSize' | 'limitAggregateUsage' | 'replicationPolicy' | 'replicationSchedule' | 'flexgroupAggregateList' | 'useBalancedPlacement'>>;

/** Name that no other character of Trident's matching language can be part of. */
const BACKEND_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** A TridentBackendConfig of one ONTAP NAS driver; use OntapNasBackend or OntapNasFlexGroupBackend. */
export abstract class TridentBackend extends Construct {
  /** Name that StorageClasses match. */
  public readonly name: string;
  public readonly trident: TridentInstallation;
  public readonly svm: string;
  /** Labels of the backend and of its virtual pools, which selectors may use. */
  public readonly poolLabels: ReadonlySet<string>;

  /** Trident's name of the driver. */
  public abstract readonly driver: 'ontap-nas' | 'ontap-nas-flexgroup';

  protected constructor(scope: Construct, id: string, driver: TridentBackend['driver'], props: TridentBackendProps, driverSpec: DriverSpec) {
    super(scope, id);
    this.name = props.name;
    this.trident = props.trident;
    this.svm = props.svm;
    this.poolLabels = new Set([...Object.keys(props.labels ?? {}), ...(props.pools ?? []).flatMap(({ labels }) => Object.keys(labels))]);
    this.checkProps(props);
    this.declareNeeds(props);
    const { credentials } = props;
    addObject(this, 'Resource', { name: 'trident', instance: props.name, component: 'backend', partOf: 'storage' }, TridentBackendConfig.manifest({
      metadata: { name: props.name, namespace: props.trident.namespace },
      spec: {
        version: 1,
        storageDriverName: driver as TridentBackendConfigSpec['storageDriverName'],
        backendName: props.name,
        managementLif: bracketed(props.managementLif),
        dataLif: props.dataLif && bracketed(props.dataLif),
        svm: props.svm,
        credentials: { name: credentials.secret },
        ...('clientCertificate' in credentials ? { clientCertificate: credentials.clientCertificate, trustedCaCertificate: credentials.trustedCaCertificate } : {}),
        useRest: props.useRest,
        storagePrefix: props.storagePrefix,
        nfsMountOptions: props.nfsMountOptions?.join(','),
        autoExportPolicy: props.autoExport && true,
        autoExportCidRs: props.autoExport && [...props.autoExport.cidrs],
        labels: props.labels,
        region: props.region,
        zone: props.zone,
        supportedTopologies: props.supportedTopologies?.map(topology => ({ ...topology })),
        cloneSplitDelay: props.cloneSplitDelay && String(props.cloneSplitDelay.toSeconds()),
        deletionPolicy: props.deletionPolicy as TridentBackendConfigSpec['deletionPolicy'],
        defaults: props.defaults && renderVolumeDefaults(props.defaults),
        storage: props.pools?.map(({ defaults, ...pool }) => ({ ...pool, defaults: defaults && renderVolumeDefaults(defaults) })),
        ...driverSpec,
      },
    }));
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
      check(this, /^[0-9a-fA-F.:]+\/\d{1,3}$/.test(cidr), () => `\`autoExport.cidrs\` has "${cidr}": not a network in CIDR notation. Write for example 10.61.218.0/24.`);
    }
    check(this, props.autoExport === undefined || props.autoExport.cidrs.length > 0, () =>
      '`autoExport.cidrs` is empty: Trident would then export to every address. List the networks of the nodes.');
    check(this, props.autoExport === undefined || props.defaults?.exportPolicy === undefined, () =>
      `\`defaults.exportPolicy\` is ${props.defaults?.exportPolicy} together with \`autoExport\`: Trident would ignore it. Leave one of the two out.`);
    for (const name of ['useRest', 'cloneSplitDelay'] as const) this.trident.requireVersion(this, name, props[name], OPTION_SINCE[name]);
    checkVolumeDefaults(this, 'defaults', this.trident, props.defaults ?? {});
    for (const [index, { defaults }] of (props.pools ?? []).entries()) checkVolumeDefaults(this, `pools[${index}].defaults`, this.trident, defaults ?? {});
    for (const label of this.poolLabels) {
      check(this, /^[\w-]+$/.test(label), () =>
        `\`labels\` has the key "${label}": a selector can only name letters, digits, "_" and "-". Rename it.`);
    }
  }

  private declareNeeds({ credentials, svm, managementLif, dataLif }: TridentBackendProps): void {
    const keys = 'clientCertificate' in credentials ? ['clientPrivateKey'] : ['username', 'password'];
    requireSecret(this, { namespace: this.trident.namespace, name: credentials.secret, keys, purpose: `login of storage VM ${svm}; use an account of the storage VM, not of the cluster` });
    declarePrerequisite(this, {
      area: 'Array',
      what: `Storage VM ${svm} with NFS enabled, reachable for Trident at ${managementLif}${dataLif ? ` and for the nodes at data LIF ${dataLif}` : ''}`,
    });
  }
}

/** Trident wants IPv6 addresses in brackets. */
const bracketed = (address: string): string => (isIPv6(address) ? `[${address}]` : address);
