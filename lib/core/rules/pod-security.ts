import { containersOf, type Json, podTemplatesOf, type Rule } from '../model';

const LEVEL_LABEL = 'pod-security.kubernetes.io/enforce';
const BASELINE_CAPABILITIES = new Set(['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']);

/** Pods that the Pod Security level of their namespace refuses: the Job would exist, and no pod of it ever would. */
export const podSecurity: Rule = ({ manifests }) => {
  const levels = new Map(manifests.filter(({ kind }) => kind === 'Namespace').map(({ name, json }) => [name, json.metadata.labels?.[LEVEL_LABEL] as string | undefined]));
  return manifests.flatMap(({ path, namespace, json }) => {
    const level = levels.get(namespace ?? 'default');
    if (level !== 'baseline' && level !== 'restricted') return [];
    return podTemplatesOf(json).flatMap(({ spec }) => [...baseline(spec), ...(level === 'restricted' ? restricted(spec) : [])]).map(what => ({
      path,
      sentence: `${what}: namespace ${namespace} enforces Pod Security "${level}", so the pod would be refused. Turn it off, or set \`podSecurity\` of the namespace to the level that allows it.`,
    }));
  });
};

function baseline(spec: Json): string[] {
  const added = (container: Json): string[] => container.securityContext?.capabilities?.add ?? [];
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter(field => spec[field] === true).map(field => `\`${field}\` is true`),
    ...(spec.volumes ?? []).filter((volume: Json) => volume.hostPath).map((volume: Json) => `\`volumes["${volume.name}"]\` is a hostPath`),
    ...containersOf(spec).flatMap(container => [
      ...(container.securityContext?.privileged === true ? [`\`privileged\` is true for container ${container.name}`] : []),
      ...added(container).filter(name => !BASELINE_CAPABILITIES.has(name)).map(name => `\`capabilities.add\` of container ${container.name} has ${name}`),
      ...(container.ports ?? []).filter((port: Json) => port.hostPort && !spec.hostNetwork).map((port: Json) => `\`hostPort\` of container ${container.name} is ${port.hostPort}`),
    ]),
  ];
}

function restricted(spec: Json): string[] {
  const pod = spec.securityContext ?? {};
  return containersOf(spec).flatMap(({ name, securityContext: own = {} }) => [
    ...(own.allowPrivilegeEscalation === false ? [] : [`\`allowPrivilegeEscalation\` of container ${name} is not false`]),
    ...(own.capabilities?.drop?.includes('ALL') ? [] : [`\`capabilities.drop\` of container ${name} lacks ALL`]),
    ...((own.runAsNonRoot ?? pod.runAsNonRoot) === true ? [] : [`\`runAsNonRoot\` of container ${name} is not true`]),
    ...((own.runAsUser ?? pod.runAsUser) === 0 ? [`\`runAsUser\` of container ${name} is 0`] : []),
    ...(['RuntimeDefault', 'Localhost'].includes((own.seccompProfile ?? pod.seccompProfile)?.type) ? [] : [`\`seccompProfile\` of container ${name} is not RuntimeDefault`]),
  ]);
}
