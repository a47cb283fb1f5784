/** Parts of manifests, as they are written. Nothing is loaded for them: they are types only. */
import { type k8s } from 'cdk8s-plus-27';
import { type AsWritten } from './kinds';

export interface Container extends AsWritten<k8s.Container> {}
export interface EnvVar extends AsWritten<k8s.EnvVar> {}
export interface NetworkPolicyEgressRule extends AsWritten<k8s.NetworkPolicyEgressRule> {}
export interface NetworkPolicyIngressRule extends AsWritten<k8s.NetworkPolicyIngressRule> {}
export interface NetworkPolicyPort extends AsWritten<k8s.NetworkPolicyPort> {}
export interface PodSecurityContext extends AsWritten<k8s.PodSecurityContext> {}
export interface PodSpec extends AsWritten<k8s.PodSpec> {}
export interface PodTemplateSpec extends AsWritten<k8s.PodTemplateSpec> {}
export interface PolicyRule extends AsWritten<k8s.PolicyRule> {}
export interface Probe extends AsWritten<k8s.Probe> {}
export interface ResourceRequirements extends AsWritten<k8s.ResourceRequirements> {}
export interface SecurityContext extends AsWritten<k8s.SecurityContext> {}
export interface ServiceSpec extends AsWritten<k8s.ServiceSpec> {}
export interface Toleration extends AsWritten<k8s.Toleration> {}
export interface Volume extends AsWritten<k8s.Volume> {}
export interface VolumeMount extends AsWritten<k8s.VolumeMount> {}
export interface VolumeProjection extends AsWritten<k8s.VolumeProjection> {}
