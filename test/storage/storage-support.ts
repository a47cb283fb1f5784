import { type Chart } from 'cdk8s';
import {
  type BackendOptions, type Cluster, FlexGroupStorageClass, type FlexGroupStorageClassProps, FlexVolStorageClass, type FlexVolStorageClassProps,
  OntapNasBackend, type OntapNasBackendProps, OntapNasFlexGroupBackend, type OntapNasFlexGroupBackendProps, type TridentInstallation,
} from '../../lib';
import { type Built, CLUSTER, trident } from '../support';

/** A storage VM where nothing is wrong. */
export const VM = { svm: 'svm1', managementLif: '10.0.1.1', credentials: { secret: 'svm1-login' } } as const;

/** A certificate in the form that Trident reads; there is no key to it. */
export const CERTIFICATE = Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n').toString('base64');

/** The cluster of the tests without a default class of its own. */
export const NO_DEFAULT_CLASS: Cluster = { ...CLUSTER, existing: [{ kind: 'Namespace', name: 'team' }] };

/** The one Trident of a layer. */
export const tridentOf = (layer: Chart): TridentInstallation => (layer.node.tryFindChild('trident') as TridentInstallation | undefined) ?? trident(layer);

export const nas = (layer: Chart, props: Partial<OntapNasBackendProps> = {}): OntapNasBackend =>
  new OntapNasBackend(layer, props.name ?? 'nas', { trident: props.trident ?? tridentOf(layer), name: 'nas', ...VM, ...props });

export const flexGroups = (layer: Chart, props: Partial<OntapNasFlexGroupBackendProps> = {}): OntapNasFlexGroupBackend =>
  new OntapNasFlexGroupBackend(layer, props.name ?? 'fg', { trident: props.trident ?? tridentOf(layer), name: 'fg', ...VM, ...props });

export const flexVolClass = (layer: Chart, props: Partial<FlexVolStorageClassProps> = {}): FlexVolStorageClass =>
  new FlexVolStorageClass(layer, props.name ?? 'vol-class', { name: 'vol-class', backends: 'any', ...props });

export const flexGroupClass = (layer: Chart, props: Partial<FlexGroupStorageClassProps> = {}): FlexGroupStorageClass =>
  new FlexGroupStorageClass(layer, props.name ?? 'fg-class', { name: 'fg-class', backends: 'any', ...props });

/** Every option that the two drivers share. */
export const ALL_OPTIONS = (cloneSplitDelay: BackendOptions['cloneSplitDelay'] & object): Required<BackendOptions> => ({
  useRest: true,
  storagePrefix: 'prod_',
  nfsMountOptions: ['vers=4.1', 'hard'],
  autoExport: { cidrs: ['10.0.0.0/16', 'fd00::/8'] },
  labels: { site: 'lab' },
  region: 'eu',
  zone: 'rack-1',
  supportedTopologies: [{ 'topology.kubernetes.io/zone': 'rack-1' }],
  cloneSplitDelay,
  defaults: { size: '50Gi' },
  pools: [{ labels: { tier: 'gold' }, region: 'eu-west', zone: 'rack-2', defaults: { snapshotDir: true } }],
  deletionPolicy: 'retain',
});

/** The sentences of all prerequisites of an area. */
export const needs = (built: Built, area: string): string[] => built.app.prerequisites().filter(need => need.area === area).map(({ what }) => what);
