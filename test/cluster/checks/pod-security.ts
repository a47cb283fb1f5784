import { type Json } from '../../../lib';
import { containersOf, podTemplatesOf } from '../../../lib/core/model';
import { type BuiltEnvironment, type BuiltObject, expectNone, type Refusal } from '../harness/built';
import { type Kubectl } from '../harness/kubectl';
import { until } from '../harness/processes';

const RESTRICTED = 'restricted-for-test';

/** Whether a pod says that it needs more than `restricted` allows: all of a node, or its network. */
const declaresPrivilege = (spec: Json): boolean => spec.hostNetwork === true || containersOf(spec).some(({ securityContext }) => securityContext?.privileged === true);

/** The pods of an object, as its controller would make them. */
function podsOf({ json }: BuiltObject): Json[] {
  const claims = (json.spec?.volumeClaimTemplates ?? []).map(({ metadata }: Json) => ({ name: metadata.name, persistentVolumeClaim: { claimName: metadata.name } }));
  return podTemplatesOf(json).map(({ spec }) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod' }, spec: { ...spec, volumes: [...(spec.volumes ?? []), ...claims] } }));
}

/**
 * Every pod is admitted to its own namespace, and to one that enforces `restricted` unless it declares a privilege, by itself or by the
 * level of its namespace; those that declare one themselves are refused there, so the level is enforced.
 */
export async function podSecurityHolds(kubectl: Kubectl, built: BuiltEnvironment): Promise<number> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await kubectl.create([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: RESTRICTED, labels } }]);
  await until('its default ServiceAccount is there', async () => (await kubectl.try(['get', 'serviceaccount', 'default', '-n', RESTRICTED])).ok || 'missing');
  const privileged = built.ofKind('Namespace').filter(({ json }) => json.metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'privileged').map(({ json }) => json.metadata.name);
  const refusals: Refusal[] = [];
  let count = 0;
  for (const object of built.objects) {
    for (const pod of podsOf(object)) {
      const { serviceAccountName: _, ...spec } = pod.spec;
      const [own, restricted] = await Promise.all([
        refusal(kubectl, pod, object.json.metadata.namespace), refusal(kubectl, { ...pod, spec }, RESTRICTED),
      ]);
      if (own !== undefined) refusals.push({ object, message: own });
      const expected = declaresPrivilege(spec);
      if (!expected && restricted !== undefined && !privileged.includes(object.json.metadata.namespace)) refusals.push({ object, message: restricted });
      if (expected && restricted?.includes('violates PodSecurity') !== true) refusals.push({ object, message: `A privileged pod is not refused by a restricted namespace: ${restricted ?? 'admitted'}` });
      count += 2;
    }
  }
  expectNone(refusals);
  return count;
}

/** A privileged pod is refused by every namespace of the environment that is to be restricted. */
export async function restrictedIsEnforced(kubectl: Kubectl, { environment }: BuiltEnvironment): Promise<number> {
  const namespaces = (environment.namespaces ?? []).filter(({ podSecurity = 'restricted' }) => podSecurity === 'restricted').map(({ name }) => name);
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod' }, spec: { containers: [{ name: 'pod', image: 'image:1', securityContext: { privileged: true } }] } };
  for (const namespace of namespaces) {
    const message = await refusal(kubectl, pod, namespace);
    if (message?.includes('violates PodSecurity') !== true) throw new Error(`Namespace ${namespace} does not refuse a privileged pod: ${message ?? 'admitted'}`);
  }
  return namespaces.length;
}

/** What the API server has against a pod; nothing is made. */
async function refusal(kubectl: Kubectl, pod: Json, namespace: string): Promise<string | undefined> {
  const { ok, stderr } = await kubectl.try(['create', '--dry-run=server', '-n', namespace, '-f', '-'], JSON.stringify(pod));
  return ok ? undefined : stderr;
}
