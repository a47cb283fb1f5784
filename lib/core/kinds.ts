import { type k8s } from 'cdk8s-plus-27';
import { type WorkflowProps, type WorkflowTemplateProps } from '../../imports/argoproj.io';
import { type ExperimentProps, type MpiJobProps, type NotebookProps, type PodDefaultProps, type ProfileProps, type PyTorchJobProps } from '../../imports/kubeflow.org';
import { type QueueProps } from '../../imports/scheduling.run.ai';
import { type VolumeSnapshotClassProps, type VolumeSnapshotProps } from '../../imports/snapshot.storage.k8s.io';
import { type TensorboardProps } from '../../imports/tensorboard.kubeflow.org';
import { type TridentBackendConfigProps, type TridentMirrorRelationshipProps, type TridentVolumeReferenceProps } from '../../imports/trident.netapp.io';

/** Field names that the generated types spell in another way than Kubernetes does. */
export const SPELLING = {
  autoExportCidRs: 'autoExportCIDRs', clientIp: 'clientIP', clusterIp: 'clusterIP', dataLif: 'dataLIF', datasetUuid: 'datasetUUID', diskUri: 'diskURI',
  downwardApi: 'downwardAPI', externalId: 'externalID', hostIp: 'hostIP', hostIpc: 'hostIPC', hostPid: 'hostPID', insecureSkipTlsVerify: 'insecureSkipTLSVerify',
  launcher: 'Launcher', loadBalancerIp: 'loadBalancerIP', localPvcName: 'localPVCName', managementLif: 'managementLIF', master: 'Master', nodeId: 'nodeID',
  nonResourceUrLs: 'nonResourceURLs', openApiv3Schema: 'openAPIV3Schema', pdId: 'pdID', podCidr: 'podCIDR', podCidRs: 'podCIDRs', providerId: 'providerID', scaleIo: 'scaleIO',
  setHostnameAsFqdn: 'setHostnameAsFQDN', storagePolicyId: 'storagePolicyID', targetCpuUtilizationPercentage: 'targetCPUUtilizationPercentage',
  targetWwNs: 'targetWWNs', trustedCaCertificate: 'trustedCACertificate', useRest: 'useREST', volumeId: 'volumeID', worker: 'Worker',
} as const;

/**
 * A generated type in the form in which it stands in a manifest: fields as Kubernetes spells them, and text or numbers where the generated classes wrap
 * them (Quantity, IntOrString, enums). What is written in code is then what is written to the file, and nothing has to be converted.
 */
export type AsWritten<T> =
  unknown extends T ? T
    : T extends Date ? string
      : T extends string ? `${T}`
        : T extends number ? NumberOf<`${T}`>
        : T extends readonly (infer Item)[] ? AsWritten<Item>[]
          : T extends object ? [keyof T] extends ['value'] ? string | number
            : { readonly [Key in keyof T as Key extends keyof typeof SPELLING ? (typeof SPELLING)[Key] : Key]: AsWritten<T[Key]> }
            : T;

/** Numbers in place of an enum of numbers. */
type NumberOf<Text> = Text extends `${infer Value extends number}` ? Value : never;

/** `apiVersion` and fields of every kind that the library writes; types of Kubernetes itself are those of cdk8s-plus, others are made from `crds/`. */
interface Kinds {
  ClusterRole: ['rbac.authorization.k8s.io/v1', k8s.KubeClusterRoleProps];
  ConfigMap: ['v1', k8s.KubeConfigMapProps];
  CronJob: ['batch/v1', k8s.KubeCronJobProps];
  Deployment: ['apps/v1', k8s.KubeDeploymentProps];
  Experiment: ['kubeflow.org/v1beta1', ExperimentProps];
  Ingress: ['networking.k8s.io/v1', k8s.KubeIngressProps];
  Job: ['batch/v1', k8s.KubeJobProps];
  LimitRange: ['v1', k8s.KubeLimitRangeProps];
  MPIJob: ['kubeflow.org/v2beta1', MpiJobProps];
  Namespace: ['v1', k8s.KubeNamespaceProps];
  NetworkPolicy: ['networking.k8s.io/v1', k8s.KubeNetworkPolicyProps];
  Notebook: ['kubeflow.org/v1', NotebookProps];
  PersistentVolume: ['v1', k8s.KubePersistentVolumeProps];
  PersistentVolumeClaim: ['v1', k8s.KubePersistentVolumeClaimProps];
  Pod: ['v1', k8s.KubePodProps];
  PodDefault: ['kubeflow.org/v1alpha1', PodDefaultProps];
  Profile: ['kubeflow.org/v1', ProfileProps];
  PyTorchJob: ['kubeflow.org/v1', PyTorchJobProps];
  Queue: ['scheduling.run.ai/v2', QueueProps];
  ResourceQuota: ['v1', k8s.KubeResourceQuotaProps];
  Role: ['rbac.authorization.k8s.io/v1', k8s.KubeRoleProps];
  RoleBinding: ['rbac.authorization.k8s.io/v1', k8s.KubeRoleBindingProps];
  Service: ['v1', k8s.KubeServiceProps];
  ServiceAccount: ['v1', k8s.KubeServiceAccountProps];
  StatefulSet: ['apps/v1', k8s.KubeStatefulSetProps];
  StorageClass: ['storage.k8s.io/v1', k8s.KubeStorageClassProps];
  Tensorboard: ['tensorboard.kubeflow.org/v1alpha1', TensorboardProps];
  TridentBackendConfig: ['trident.netapp.io/v1', TridentBackendConfigProps];
  TridentMirrorRelationship: ['trident.netapp.io/v1', TridentMirrorRelationshipProps];
  TridentVolumeReference: ['trident.netapp.io/v1', TridentVolumeReferenceProps];
  ValidatingAdmissionPolicy: ['admissionregistration.k8s.io/v1', AdmissionPolicyProps];
  ValidatingAdmissionPolicyBinding: ['admissionregistration.k8s.io/v1', AdmissionPolicyBindingProps];
  VolumeSnapshot: ['snapshot.storage.k8s.io/v1', VolumeSnapshotProps];
  VolumeSnapshotClass: ['snapshot.storage.k8s.io/v1', VolumeSnapshotClassProps];
  Workflow: ['argoproj.io/v1alpha1', WorkflowProps];
  WorkflowTemplate: ['argoproj.io/v1alpha1', WorkflowTemplateProps];
}

/** A manifest of one kind. */
export type ObjectOf<Kind extends keyof Kinds> = { readonly apiVersion: Kinds[Kind][0]; readonly kind: Kind } & AsWritten<Kinds[Kind][1]>;

/** A manifest of any kind that the library writes. */
export type KnownObject = { [Kind in keyof Kinds]: ObjectOf<Kind> }[keyof Kinds];

/** A ValidatingAdmissionPolicy is newer than the generated types; the fields that are used here. */
interface AdmissionPolicyProps {
  readonly metadata: k8s.ObjectMeta;
  readonly spec: {
    readonly failurePolicy: 'Fail';
    readonly matchConstraints: {
      readonly matchPolicy: 'Equivalent';
      readonly namespaceSelector: k8s.LabelSelector;
      readonly objectSelector: k8s.LabelSelector;
      readonly resourceRules: { readonly apiGroups: string[]; readonly apiVersions: string[]; readonly operations: string[]; readonly resources: string[]; readonly scope: '*' }[];
    };
    readonly variables: { readonly name: string; readonly expression: string }[];
    readonly matchConditions: { readonly name: string; readonly expression: string }[];
    readonly validations: { readonly expression: string; readonly messageExpression: string }[];
  };
}

interface AdmissionPolicyBindingProps {
  readonly metadata: k8s.ObjectMeta;
  readonly spec: { readonly policyName: string; readonly validationActions: 'Deny'[] };
}
