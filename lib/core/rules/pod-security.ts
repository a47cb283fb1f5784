import { containersOf, type Json, podTemplatesOf, type Rule } from '../model';

const LEVEL_LABEL = 'pod-security.kubernetes.io/enforce';
const RESTRICTED_VOLUMES = new Set(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret']);
const BASELINE_CAPABILITIES = new Set(['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']);

/** Pods that the Pod Security level of their namespace refuses: the Job would exist, and no pod of it ever would. */
export const podSecurity: Rule = ({ manifests }) => {
  const levels = new Map(manifests.filter(({ kind }) => kind === 'Namespace').map(({ name, json }) => [name, json.metadata.labels?.[LEVEL_LABEL] as string | undefined]));
  return manifests.flatMap(({ path, namespace, json }) => {
    const level = levels.get(namespace ?? 'default');
    if (level !== 'baseline' && level !== 'restricted') return [];
    return podTemplatesOf(json).flatMap(({ spec }) => (level === 'restricted' ? [...baseline(spec), ...restricted(spec)] : baseline(spec))).map(what => ({
      path,
      sentence: `${what}: namespace ${namespace ?? 'default'} enforces Pod Security "${level}", so the pod would be refused. Turn it off, or set \`podSecurity\` of the namespace to the level that allows it.`,
    }));
  });
};

function baseline(spec: Json): string[] {
  const found: string[] = [];
  if (spec.securityContext?.seccompProfile?.type === 'Unconfined') found.push('`seccompProfile` of the pod is Unconfined');
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) if (spec[field] === true) found.push(`\`${field}\` is true`);
  for (const volume of spec.volumes ?? []) if (volume.hostPath) found.push(`\`volumes["${volume.name}"]\` is a hostPath`);
  for (const { name, securityContext, ports } of containersOf(spec)) {
    if (securityContext?.privileged === true) found.push(`\`privileged\` is true for container ${name}`);
    if (securityContext?.seccompProfile?.type === 'Unconfined') found.push(`\`seccompProfile\` of container ${name} is Unconfined`);
    for (const added of addedCapabilities(securityContext)) if (!BASELINE_CAPABILITIES.has(added)) found.push(`\`capabilities.add\` of container ${name} has ${added}`);
    for (const port of ports ?? []) if (port.hostPort && !spec.hostNetwork) found.push(`\`hostPort\` of container ${name} is ${port.hostPort}`);
  }
  return found;
}

function restricted(spec: Json): string[] {
  const found: string[] = [];
  const pod = spec.securityContext ?? {};
  for (const volume of spec.volumes ?? []) {
    if (volume.hostPath) continue;
    for (const type of Object.keys(volume)) if (type !== 'name' && !RESTRICTED_VOLUMES.has(type)) found.push(`\`volumes["${volume.name}"]\` is of type ${type}`);
  }
  for (const { name, securityContext: own = {} } of containersOf(spec)) {
    if (own.allowPrivilegeEscalation !== false) found.push(`\`allowPrivilegeEscalation\` of container ${name} is not false`);
    if (!own.capabilities?.drop?.includes('ALL')) found.push(`\`capabilities.drop\` of container ${name} lacks ALL`);
    for (const added of addedCapabilities(own)) {
      if (added !== 'NET_BIND_SERVICE' && BASELINE_CAPABILITIES.has(added)) found.push(`\`capabilities.add\` of container ${name} has ${added}`);
    }
    if ((own.runAsNonRoot ?? pod.runAsNonRoot) !== true) found.push(`\`runAsNonRoot\` of container ${name} is not true`);
    if (own.runAsUser === 0 || pod.runAsUser === 0) found.push(`\`runAsUser\` of container ${name} is 0`);
    if (!['RuntimeDefault', 'Localhost'].includes((own.seccompProfile ?? pod.seccompProfile)?.type)) found.push(`\`seccompProfile\` of container ${name} is not RuntimeDefault`);
  }
  return found;
}

const addedCapabilities = (securityContext: Json): string[] => securityContext?.capabilities?.add ?? [];
