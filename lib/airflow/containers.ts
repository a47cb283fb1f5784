import { k8s } from 'cdk8s-plus-27';
import { type Resources } from './options';

/** Security context of every container of the stack: Pod Security `restricted`. */
export const CONTAINER_SECURITY: k8s.SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** Security context of a pod of one user. */
export const podSecurity = (user: number, group: number): k8s.PodSecurityContext => ({
  runAsNonRoot: true, runAsUser: user, runAsGroup: group, fsGroup: group, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' },
});

/** Requests of a container, and a memory limit where one is given. */
export function resourcesOf({ cpu, memory, memoryLimit }: Resources): k8s.ResourceRequirements {
  return {
    requests: { cpu: k8s.Quantity.fromString(String(cpu)), memory: k8s.Quantity.fromString(memory) },
    ...(memoryLimit ? { limits: { memory: k8s.Quantity.fromString(memoryLimit) } } : {}),
  };
}
