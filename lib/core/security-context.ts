import type * as k8s from './k8s';

/** What Pod Security `restricted` asks of each container. */
export const RESTRICTED_CONTAINER: k8s.SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** What Pod Security `restricted` asks of a pod, all of whose containers run as one user. */
export const restrictedPod = (user: number, group: number): k8s.PodSecurityContext => ({
  runAsNonRoot: true, runAsUser: user, runAsGroup: group, fsGroup: group, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' },
});
