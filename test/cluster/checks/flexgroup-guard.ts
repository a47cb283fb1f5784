import { type Json } from '../../../lib';
import { type BuiltEnvironment } from '../harness/built';
import { type Kubectl } from '../harness/kubectl';

/** A claim, and what the server must have against it; nothing, if it must be accepted. */
interface Case {
  readonly claim: Json;
  readonly refusal?: string;
}

/** Claims of FlexGroup classes that are too small, or too many for a team, are refused; those that are fine or make no new volume are not. */
export async function flexGroupClaimsAreGuarded(kubectl: Kubectl, built: BuiltEnvironment): Promise<number> {
  const cases = built.ofKind('StorageClass').filter(({ json }) => json.parameters.backendType === 'ontap-nas-flexgroup').flatMap(({ json: { metadata } }) => casesOf(metadata.name, built));
  const wrong: string[] = [];
  for (const { claim, refusal } of cases) {
    const { ok, stderr } = await kubectl.try(['create', '--dry-run=server', '-f', '-'], JSON.stringify(claim));
    const asExpected = refusal === undefined ? ok : !ok && stderr.includes(refusal);
    if (!asExpected) wrong.push(`${JSON.stringify(claim)} should be ${refusal === undefined ? 'accepted' : `refused: ${refusal}`}\n${ok ? 'It is accepted.' : stderr}`);
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return cases.length;
}

function casesOf(className: string, built: BuiltEnvironment): Case[] {
  const claim = (namespace: string, storage: string, annotations?: object): Json => ({
    apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'guarded', namespace, annotations },
    spec: { storageClassName: className, accessModes: ['ReadWriteMany'], resources: { requests: { storage } } },
  });
  const bySize = built.ofKind('ValidatingAdmissionPolicy').flatMap((): Case[] => [
    { claim: claim('default', '5Gi'), refusal: `spec.resources.requests.storage is 5Gi: class ${className} makes FlexGroups, and the smallest is 800Gi. Ask for that, or use a FlexVol class.` },
    { claim: claim('default', '800Gi') },
    { claim: claim('default', '5Gi', { 'trident.netapp.io/importOriginalName': 'data' }) },
  ]);
  const byNumber = built.ofKind('ResourceQuota').filter(({ json }) => json.metadata.name === 'flexgroup-claims').map(({ json }): Case =>
    ({ claim: claim(json.metadata.namespace, '800Gi'), refusal: 'exceeded quota: flexgroup-claims' }));
  return [...bySize, ...byNumber];
}
