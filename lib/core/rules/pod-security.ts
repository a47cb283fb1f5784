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
    return podTemplatesOf(json).flatMap(({ spec }) => [...baseline(spec), ...(level === 'restricted' ? restricted(spec) : [])]).map(what => ({
      path,
      sentence: `${what}: namespace ${namespace ?? 'default'} enforces Pod Security "${level}", so the pod would be refused. Turn it off, or set \`podSecurity\` of the namespace to the level that allows it.`,
    }));
  });
};

function baseline(spec: Json): string[] {
  return [
    ...(spec.securityContext?.seccompProfile?.type === 'Unconfined' ? ['`seccompProfile` of the pod is Unconfined'] : []),
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter(field => spec[field] === true).map(field => `\`${field}\` is true`),
    ...(spec.volumes ?? []).filter((volume: Json) => volume.hostPath).map((volume: Json) => `\`volumes["${volume.name}"]\` is a hostPath`),
    ...containersOf(spec).flatMap(container => [
      ...(container.securityContext?.privileged === true ? [`\`privileged\` is true for container ${container.name}`] : []),
      ...(container.securityContext?.seccompProfile?.type === 'Unconfined' ? [`\`seccompProfile\` of container ${container.name} is Unconfined`] : []),
      ...addedCapabilities(container.securityContext).filter(name => !BASELINE_CAPABILITIES.has(name)).map(name => `\`capabilities.add\` of container ${container.name} has ${name}`),
      ...(container.ports ?? []).filter((port: Json) => port.hostPort && !spec.hostNetwork).map((port: Json) => `\`hostPort\` of container ${container.name} is ${port.hostPort}`),
    ]),
  ];
}

function restricted(spec: Json): string[] {
  const pod = spec.securityContext ?? {};
  const volumes = (spec.volumes ?? []).filter((volume: Json) => !volume.hostPath)
    .flatMap((volume: Json) => Object.keys(volume).filter(key => key !== 'name' && !RESTRICTED_VOLUMES.has(key)).map(type => `\`volumes["${volume.name}"]\` is of type ${type}`));
  return [...volumes, ...containersOf(spec).flatMap(({ name, securityContext: own = {} }) => [
    ...(own.allowPrivilegeEscalation === false ? [] : [`\`allowPrivilegeEscalation\` of container ${name} is not false`]),
    ...(own.capabilities?.drop?.includes('ALL') ? [] : [`\`capabilities.drop\` of container ${name} lacks ALL`]),
    ...addedCapabilities(own).filter(added => added !== 'NET_BIND_SERVICE' && BASELINE_CAPABILITIES.has(added)).map(added => `\`capabilities.add\` of container ${name} has ${added}`),
    ...((own.runAsNonRoot ?? pod.runAsNonRoot) === true ? [] : [`\`runAsNonRoot\` of container ${name} is not true`]),
    ...(own.runAsUser === 0 || pod.runAsUser === 0 ? [`\`runAsUser\` of container ${name} is 0`] : []),
    ...(['RuntimeDefault', 'Localhost'].includes((own.seccompProfile ?? pod.seccompProfile)?.type) ? [] : [`\`seccompProfile\` of container ${name} is not RuntimeDefault`]),
  ])];
}

const addedCapabilities = (securityContext: Json): string[] => securityContext?.capabilities?.add ?? [];
