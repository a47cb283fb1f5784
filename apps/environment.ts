import {
  type AIPodStorageProps, type AirflowStackProps, type Capacity, type AccessMode, type Cluster, type DefaultsTeamOptions, type GpuJobProps, type GpuProjectsProps, type GpuSessionProps,
  type GpuTeamOptions, type HomeOptions, type HorovodClusterProps, type HubDatabase, type ImagenetBenchmarkJobProps, type JupyterHubStackProps, type KatibExperimentProps,
  type KubeflowInstallationProps, type MlflowStackProps, type NotebookWorkspaceProps, type PipelineDataset, type PipelineSnapshotOptions, type PlatformNamespaceProps,
  type TensorBoardProps, type TracedTrainingJobProps, type TrainingPipelineProps, type TridentInstallationProps, type VolumeSnapshotClassProps,
} from '../lib';

/** One environment: data only. A system that an environment does not have is a key that is missing. */
export interface Environment {
  /** Name of the folder in dist/. */
  readonly name: string;
  readonly cluster: Cluster;
  /** Namespaces that are made; others must exist. */
  readonly namespaces?: readonly PlatformNamespaceProps[];
  readonly storage?: StorageSettings;
  readonly data?: DataSettings;
  readonly scheduling?: SchedulingSettings;
  readonly training?: TrainingSettings;
  readonly airflow?: AirflowSettings;
  readonly kubeflow?: KubeflowSettings;
  readonly jupyterhub?: JupyterHubSettings;
  readonly mlflow?: MlflowSettings;
}

/** Trident backends and classes, by storage VM. */
export interface StorageSettings {
  readonly trident: TridentInstallationProps;
  /** AIPod storage by its name prefix. */
  readonly aipods: Readonly<Record<string, Omit<AIPodStorageProps, 'trident' | 'prefix'>>>;
  readonly snapshotClass?: VolumeSnapshotClassProps;
}

/** Volumes that several systems use. */
export interface DataSettings {
  readonly namespace: string;
  /** Training data. */
  readonly dataset: ImportedData | ProvisionedData;
  /** Claim for training results. */
  readonly results: ProvisionedData;
  /** Snapshots of the results claim, by name. */
  readonly snapshots?: readonly string[];
  /** Clones of the results claim or of one of its snapshots. */
  readonly clones?: readonly { readonly name: string; readonly ofSnapshot?: string }[];
  /** Volumes that are mirrored in from another array. */
  readonly mirrors?: readonly {
    readonly name: string;
    readonly size: Capacity;
    readonly aipod: string;
    readonly source: { readonly svm: string; readonly volume: string };
    readonly state?: 'established' | 'promoted' | 'reestablished';
  }[];
}

/** A volume that exists on the array, reached through every data LIF of an AIPod storage. */
export interface ImportedData {
  readonly import: string;
  readonly size: Capacity;
  /** Prefix of the AIPod storage. */
  readonly aipod: string;
  readonly transport?: 'tcp' | 'rdma';
  readonly backendUuids?: Readonly<Record<string, string>>;
}

/** A new, empty volume. */
export interface ProvisionedData {
  readonly claim: string;
  readonly size: Capacity;
  readonly accessMode?: AccessMode;
  /** Prefix of the AIPod storage whose FlexVol class is used; without it, the default class of the cluster. */
  readonly aipod?: string;
}

/** Teams that share the GPUs, and what each of them runs. Everything is named by its key. */
export interface SchedulingSettings extends Omit<GpuProjectsProps, 'teams'> {
  readonly teams: Readonly<Record<string, Omit<GpuTeamOptions, 'nodes'> & {
    /** Names of nodes in `cluster.nodes`. */
    readonly nodes?: readonly string[];
    readonly jobs?: Readonly<Record<string, WithDataMounts<GpuJobProps>>>;
    readonly sessions?: Readonly<Record<string, WithDataMounts<GpuSessionProps>>>;
  }>>;
}

type WithDataMounts<Props> = Omit<Props, 'team' | 'name' | 'mounts'> & { /** Volumes of the data layer, by their mount paths. */ readonly mounts?: Readonly<Record<string, DataVolume>> };

type SharedBenchmarkKeys = 'namespace' | 'data' | 'results' | 'suspend' | 'name';

/** The documents' four benchmarks: those that are listed are made; `suspended` ones wait to be started by hand. */
export interface TrainingSettings {
  readonly namespace: string;
  readonly singleNode?: Omit<ImagenetBenchmarkJobProps, SharedBenchmarkKeys> & BenchmarkRuns;
  readonly multiNode?: Omit<HorovodClusterProps, SharedBenchmarkKeys | 'hosts'> & BenchmarkRuns & {
    /** Names of nodes in `cluster.nodes`. */
    readonly hosts: readonly string[];
  };
}

interface BenchmarkRuns {
  readonly imagenet?: 'run' | 'suspended';
  readonly synthetic?: 'run' | 'suspended';
}

/** Airflow; tasks may be given rights on the volumes of the data layer. */
export interface AirflowSettings extends Omit<AirflowStackProps, 'dataManagement'> {
  /** Volumes that tasks may snapshot, and those they may clone. */
  readonly dataManagement?: { readonly snapshot?: readonly DataVolume[]; readonly clone?: readonly DataVolume[] };
}

/** A volume of the data layer. */
export type DataVolume = 'dataset' | 'results';

/** Kubeflow: the teams that work with it, by the names of their profiles. Its own installation is none of this. */
export interface KubeflowSettings extends KubeflowInstallationProps {
  readonly teams: Readonly<Record<string, TeamSettings>>;
}

/** A team, its volumes, and what it works with. Everything is named by its key. */
export interface TeamSettings extends Omit<DefaultsTeamOptions, 'datasets' | 'dataManagement'> {
  /** New volumes. */
  readonly volumes?: Readonly<Record<string, Omit<ProvisionedData, 'claim'>>>;
  /** Data that is read straight from the array, by the junction path of its volume. */
  readonly exports?: Readonly<Record<string, { readonly size: Capacity; readonly aipod: string; readonly transport?: 'tcp' | 'rdma' }>>;
  /** Data that users may tick in the form for notebooks. */
  readonly datasets?: Readonly<Record<string, { readonly data: TeamVolume; readonly mountPath: string }>>;
  /** Volumes that pods with the label `netapp-dataops` may snapshot, and those they may clone. */
  readonly dataManagement?: { readonly snapshot?: readonly TeamVolume[]; readonly clone?: readonly TeamVolume[] };
  readonly notebooks?: Readonly<Record<string, Omit<NotebookWorkspaceProps, 'team' | 'name' | 'datasets' | 'podDefaults' | 'workspace'> & {
    readonly mounts?: TeamMounts;
    readonly podDefaults?: readonly string[];
  }>>;
  readonly experiments?: Readonly<Record<string, Omit<KatibExperimentProps, 'team' | 'name' | 'trial'> & { readonly trial: WithMounts<KatibExperimentProps['trial']> }>>;
  readonly pipelines?: Readonly<Record<string, Omit<TrainingPipelineProps, 'team' | 'name' | 'dataset' | 'train' | 'test' | 'snapshot'> & {
    readonly dataset: Omit<PipelineDataset, 'claim'> & { readonly volume: TeamVolume };
    readonly train: WithMounts<TrainingPipelineProps['train']>;
    readonly test?: WithMounts<NonNullable<TrainingPipelineProps['test']>>;
    readonly snapshot?: Omit<PipelineSnapshotOptions, 'class'>;
  }>>;
  readonly tensorBoards?: Readonly<Record<string, Pick<TensorBoardProps, 'path'> & { readonly logs: TeamVolume }>>;
}

/** A key of `volumes` or `exports` of the team. */
export type TeamVolume = string;

/** Data in a pod, by its mount path. */
export type TeamMounts = Readonly<Record<string, TeamVolume>>;

type WithMounts<Options> = Omit<Options, 'mounts'> & { readonly mounts?: TeamMounts };

/** JupyterHub; volumes are provisioned from the FlexVol classes of the AIPod storages. */
export interface JupyterHubSettings extends Omit<JupyterHubStackProps, 'home' | 'database' | 'shared' | 'datasets' | 'dataManagement'> {
  readonly home: Omit<HomeOptions, 'storageClass'> & FromAipod;
  readonly database: Extract<HubDatabase, { kind: 'postgresql' }> | (Omit<Extract<HubDatabase, { kind: 'sqlite' }>, 'storageClass'> & FromAipod);
  /** The volume that all users share. */
  readonly shared?: ProvisionedData;
  /** Further volumes, by their mount paths. */
  readonly datasets?: Readonly<Record<string, ProvisionedData>>;
  /** Snapshots from notebooks; `documented` is the documents' ClusterRole for the ServiceAccount `default`. */
  readonly dataManagement?: 'own' | 'documented';
  /** Whether notebooks may connect to the MLflow of this environment, and find its address in `MLFLOW_TRACKING_URI`. */
  readonly mlflow?: boolean;
}

/** Where a volume is provisioned. */
interface FromAipod {
  /** Prefix of the AIPod storage whose FlexVol class is used; without it, the default class of the cluster. */
  readonly aipod?: string;
}

/** MLflow, and training jobs that are traced to the snapshots of their data, by name. */
export interface MlflowSettings extends MlflowStackProps {
  readonly trainingJobs?: Readonly<Record<string, Omit<TracedTrainingJobProps, 'name' | 'server' | 'dataset' | 'snapshot'> & {
    /** The results claim of the data layer is the only one of it that Trident manages. */
    readonly dataset: Omit<TracedTrainingJobProps['dataset'], 'claim'> & { readonly volume: 'results' };
    readonly snapshot?: Omit<TracedTrainingJobProps['snapshot'], 'class'>;
  }>>;
}
