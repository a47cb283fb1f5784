/**
 * Constructs for AI platforms on Kubernetes with NetApp storage.
 * @packageDocumentation
 */

// Core: environments, their checks, and what they expect of a cluster.
export { type CheckedEnvironment, EnvironmentApp, type EnvironmentAppProps } from './core/environment-app';
export { type ApplyOrder } from './core/apply-order';
export { synthAll } from './core/synth-all';
export { type AccessMode, type Cluster, type ClusterNode, type ExistingObject, type ExistingStorageClass } from './core/cluster';
export { PlatformNamespace, type PlatformNamespaceProps, type PodSecurityLevel } from './core/platform-namespace';
export { type Finding, ValidationError } from './core/problems';
export { type Json, type Manifest, type Model, type Rule } from './core/model';
export {
  declarePrerequisite, type DeclaredPrerequisite, type ObjectReference, type Prerequisite, type PrerequisiteArea,
} from './core/prerequisites';
export { requireSecret, type SecretKey, type SecretRequirement } from './core/secret-requirements';
export { prerequisitesTable } from './core/prerequisites-table';
export { type GpuFraction, type GpuQueue } from './core/gpu-queue';
export { type JobNaming } from './core/manifest-object';
export { type Capacity, type CpuQuantity } from './core/quantity';
export { type NetworkPeer } from './core/network-peer';

// Storage: Trident backends, classes, claims, imports, snapshots, clones, mirrors.
export {
  AIPodStorage, type AIPodDataPath, type AIPodStorageProps, type DataLif, type FlexGroupOptions, type FlexVolOptions,
} from './storage/aipod-storage';
export { TridentInstallation, type TridentInstallationProps, type TridentVersion } from './storage/trident-installation';
export { TridentBackend, type TridentBackendProps } from './storage/trident-backend';
export { type BackendOptions, type OntapCredentials, type QosPolicy, type VirtualPool, type VolumeDefaults } from './storage/backend-options';
export { OntapNasBackend, type OntapNasBackendProps, type OntapNasOptions, type ReplicationOptions } from './storage/ontap-nas-backend';
export {
  type FlexGroupPlacement, OntapNasFlexGroupBackend, type OntapNasFlexGroupBackendProps, type OntapNasFlexGroupOptions,
} from './storage/ontap-nas-flexgroup-backend';
export { type NfsMount, type RdmaMount, type TcpMount } from './storage/nfs-mount';
export { type StorageClassProps, type StorageClassReference, TridentStorageClass } from './storage/storage-class';
export { FlexGroupStorageClass, type FlexGroupStorageClassProps } from './storage/flexgroup-storage-class';
export { FlexVolStorageClass, type FlexVolStorageClassProps } from './storage/flexvol-storage-class';
export { type Claim, type Dataset, ExistingClaim } from './storage/claim';
export { type DatasetMount } from './storage/mounts';
export { VolumeClaim, type VolumeClaimProps } from './storage/volume-claim';
export { type DataPath, ImportedDataset, type ImportedDatasetProps } from './storage/imported-dataset';
export { VolumeSnapshotClass, type VolumeSnapshotClassProps } from './storage/volume-snapshot-class';
export { ExistingSnapshot, VolumeSnapshot, type VolumeSnapshotProps } from './storage/volume-snapshot';
export { VolumeClone, type VolumeCloneProps } from './storage/volume-clone';
export { MirroredVolume, type MirroredVolumeProps } from './storage/mirrored-volume';
export { NfsDataset, type NfsDatasetProps } from './storage/nfs-dataset';
export { SharedVolume, type SharedVolumeProps } from './storage/shared-volume';

export { type EveryClaim, VolumeAccess, type VolumeAccessProps, type VolumeRight } from './storage/volume-access';
export { SnapshotClusterRole } from './storage/snapshot-cluster-role';

// Services: what several products run or offer.
export { type InClusterDatabase } from './services/postgresql';
export { type Resources, type VolumeOptions } from './services/resources';
export { type WebExposure } from './services/web-exposure';
export { type WorkloadOptions } from './services/workload';

// Airflow: the documents' deployment, without Helm.
export { AirflowStack, type AirflowStackProps } from './airflow/airflow-stack';
export { type AirflowVersion } from './airflow/upstream';
export {
  type AdminUser, type Dags, type DataManagement, type Executor, type ExternalBroker, type ExternalDatabase, type FlowerOptions, type GitSsh, type InClusterBroker, type LogOptions,
  type SchedulerOptions, type WebOptions, type WorkerOptions,
} from './airflow/options';

// JupyterHub: the documents' deployment, without Helm.
export { JupyterHubStack, type JupyterHubStackProps } from './jupyterhub/jupyterhub-stack';
export { type JupyterHubVersion } from './jupyterhub/upstream';
export { type AllowedPeople, type Authentication, type GitHubLogin, type NativeAccounts, type OidcLogin, type SharedPassword } from './jupyterhub/authentication';
export {
  type HomeOptions, type HubDatabase, type HubKeys, type HubOptions, type IdleCulling, type JupyterHubConfig, type NetworkOptions, type NotebookDataManagement, type NotebookOptions,
  type NotebookProfile, type NotebookResources, type ProxyOptions,
} from './jupyterhub/options';

// Training: the documents' benchmarks, on one node and on several.
export { ImagenetBenchmarkJob, type ImagenetBenchmarkJobProps } from './training/imagenet-benchmark-job';
export { HorovodCluster, type HorovodClusterProps, type HostNetworkOptions, type MpiOperatorOptions } from './training/horovod-cluster';
export { type BenchmarkData, type ImagePaths, type TrainingOptions } from './training/benchmark';

// Scheduling: teams that share GPUs, in queues of KAI Scheduler.
export { GpuProjects, type GpuProjectsProps } from './scheduling/gpu-projects';
export { GpuTeam, type GpuTeamOptions, type GpuTeamProps, type GpuTeamReference, type TeamNamespaceChoice } from './scheduling/gpu-team';
export { type GpuWorkloadOptions } from './scheduling/gpu-workload';
export { GpuJob, type GpuJobProps } from './scheduling/gpu-job';
export { GpuSession, type GpuSessionProps, type SessionPortOptions } from './scheduling/gpu-session';
export { fairShare, type FairShareQueue } from './scheduling/fair-share';

// Kubeflow: what teams need around it.
export { KubeflowInstallation, type KubeflowInstallationProps } from './kubeflow/kubeflow-installation';
export { type TeamNamespace } from './kubeflow/team-namespace';
export { type KubeflowVersion } from './kubeflow/upstream';
export {
  type DefaultsTeamOptions, type FlexGroupGuard, KubeflowDefaults, type KubeflowDefaultsProps, type KubeflowTeams,
} from './kubeflow/kubeflow-defaults';
export { KubeflowTeam, type KubeflowTeamOptions, type KubeflowTeamProps, type TeamOwner } from './kubeflow/kubeflow-team';
export { type ContainerDefaults, type TeamQuota } from './kubeflow/team-quota';
export { type TeamDataManagement, type TeamDataset } from './kubeflow/team-pod-defaults';
export { type PodDefaultReference, type PodDefaultVolume, TeamPodDefault, type TeamPodDefaultProps } from './kubeflow/pod-default';
export { type GpuShare, type NotebookDataset, NotebookWorkspace, type NotebookWorkspaceProps, type WorkspaceOptions } from './kubeflow/notebook-workspace';
export { TensorBoard, type TensorBoardProps } from './kubeflow/tensorboard';
export {
  type PipelineDataset, type PipelineSnapshotOptions, TrainingPipeline, type TrainingPipelineProps, type TrainOptions,
} from './kubeflow/training-pipeline';
export { KatibExperiment, type KatibExperimentProps, type TrialCounts } from './kubeflow/katib-experiment';
export { type KatibObjective, type MedianStop, type MetricsCollector } from './kubeflow/katib-metrics';
export {
  type CategoricalParameter, type DiscreteParameter, type Distributed, type DoubleParameter, type DrawnParameter, type IntParameter, type KatibParameter, type RangeParameter,
  type SteppedDoubleParameter, type SteppedParameter,
} from './kubeflow/katib-parameters';
export {
  type BayesianOptimizationSearch, type BayesianOptimizationSettings, type CmaesSearch, type CmaesSettings, type GridSearch, type HyperbandSearch, type HyperbandSettings, type KatibSearch,
  type MultivariateTpeSearch, type MultivariateTpeSettings, type PbtSearch, type PbtSettings, type RandomSearch, type SeedSettings, type SobolSearch, type TpeSearch, type TpeSettings,
} from './kubeflow/katib-search';
export { type FromParameters, type TrialOptions } from './kubeflow/katib-trial';

// MLflow: the documents' tracking server, without Helm.
export { MlflowStack, type MlflowStackProps } from './mlflow/mlflow-stack';
export { type MlflowVersion } from './mlflow/upstream';
export { type ArtifactStore, type BasicAuth, type ExternalPostgresql, type MlflowWebOptions, type S3Store, type ServerOptions } from './mlflow/options';
export { type TrackingServer } from './mlflow/tracking';
export { TracedTrainingJob, type TracedTrainingJobProps } from './mlflow/traced-training-job';
