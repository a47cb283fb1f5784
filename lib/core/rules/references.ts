import { QUEUE_LABEL, queuesOf } from '../gpu-queue';
import { containersOf, type Json, type Manifest, type Model, objectId, podTemplatesOf, type Rule } from '../model';
import { type ObjectReference } from '../prerequisites';

/** A reference from one manifest to another object, and the field that holds it. */
interface Reference extends ObjectReference {
  readonly field: string;
}

/** What every cluster has. */
const BUILT_IN: readonly string[] = [
  'Namespace default', 'Namespace kube-system', 'Namespace kube-public', 'Namespace kube-node-lease',
  'ClusterRole cluster-admin', 'ClusterRole admin', 'ClusterRole edit', 'ClusterRole view',
];

/** What every namespace has, and the roles of the control plane itself. */
const isBuiltIn = ({ kind, name }: ObjectReference): boolean =>
  (kind === 'ServiceAccount' && name === 'default') || (kind === 'ConfigMap' && name === 'kube-root-ca.crt') || (kind.endsWith('Role') && name.startsWith('system:'));

/** Claims, classes, namespaces, Secrets, ConfigMaps and ServiceAccounts that nobody makes and nobody declares. */
export const references: Rule = model => {
  const known = knownObjects(model);
  // A missing namespace is one mistake, however many objects are in it.
  const saidNamespaces = new Set<string>();
  const isSaid = ({ kind, name }: ObjectReference): boolean => {
    if (kind !== 'Namespace') return false;
    const said = saidNamespaces.has(name);
    saidNamespaces.add(name);
    return said;
  };
  return model.manifests.flatMap(manifest => referencesOf(manifest)
    .filter(reference => !known.has(objectId(reference)) && !isBuiltIn(reference) && !isSaid(reference))
    .map(reference => ({
      path: manifest.path,
      sentence: `\`${reference.field}\` is ${reference.name}: no ${objectId(reference)} is made in this environment or declared as existing. `
        + `Make it, correct the name, or add it to \`cluster.existing\`${hint(reference, model)}.`,
    })));
};

function knownObjects({ manifests, existing }: Model): Set<string> {
  // An object without a namespace is applied to `default`, unless its kind has none.
  const inDefault = manifests.filter(({ namespace }) => namespace === undefined).map(({ kind, name }) => objectId({ kind, namespace: 'default', name }));
  return new Set([...BUILT_IN, ...manifests.map(objectId), ...inDefault, ...existing.map(objectId)]);
}

/** Points at an object of the same kind and name in another namespace, the most frequent slip. */
function hint(reference: Reference, { manifests, existing }: Model): string {
  const elsewhere = [...manifests, ...existing].find(({ kind, name }) => kind === reference.kind && name === reference.name);
  return elsewhere ? ` (there is one in namespace ${elsewhere.namespace ?? 'default'})` : '';
}

/** Notes a reference, unless there is no name. */
type Add = (field: string, kind: string, name: string | undefined, namespace?: string) => void;

function referencesOf(manifest: Manifest): Reference[] {
  const { json, kind } = manifest;
  const namespace = manifest.namespace ?? 'default';
  const found: Reference[] = [{ field: 'metadata.namespace', kind: 'Namespace', name: namespace }];
  const add: Add = (field, kindOfOther, name, namespaceOfOther) => {
    if (name !== undefined && name !== '') found.push({ field, kind: kindOfOther, name, namespace: namespaceOfOther });
  };
  for (const queue of queuesOf(json)) add(`metadata.labels["${QUEUE_LABEL}"]`, 'Queue', queue);
  if (kind === 'Queue') add('spec.parentQueue', 'Queue', json.spec?.parentQueue);
  if (kind === 'PersistentVolumeClaim') addOfClaim(add, 'spec', json.spec, namespace);
  for (const [index, template] of (json.spec?.volumeClaimTemplates ?? []).entries()) addOfClaim(add, `spec.volumeClaimTemplates[${index}].spec`, template.spec, namespace);
  if (kind === 'VolumeSnapshot') {
    add('spec.volumeSnapshotClassName', 'VolumeSnapshotClass', json.spec?.volumeSnapshotClassName);
    add('spec.source.persistentVolumeClaimName', 'PersistentVolumeClaim', json.spec?.source?.persistentVolumeClaimName, namespace);
  }
  if (kind === 'TridentBackendConfig') add('spec.credentials.name', 'Secret', json.spec?.credentials?.name, namespace);
  if (kind === 'TridentMirrorRelationship') {
    for (const [index, mapping] of (json.spec?.volumeMappings ?? []).entries()) add(`spec.volumeMappings[${index}].localPVCName`, 'PersistentVolumeClaim', mapping.localPVCName, namespace);
  }
  // What it adds to pods has the fields of a pod.
  if (kind === 'PodDefault') addOfPod(add, json.spec ?? {}, namespace);
  if (kind === 'Ingress') addOfIngress(add, json.spec, namespace);
  if (kind === 'StatefulSet') add('spec.serviceName', 'Service', json.spec?.serviceName, namespace);
  for (const subject of json.subjects ?? []) if (subject.kind === 'ServiceAccount') add('subjects', 'ServiceAccount', subject.name, subject.namespace ?? namespace);
  if (json.roleRef?.kind) add('roleRef', json.roleRef.kind, json.roleRef.name, json.roleRef.kind === 'Role' ? namespace : undefined);
  for (const { spec } of podTemplatesOf(json)) addOfPod(add, spec, namespace);
  return found;
}

function addOfIngress(add: Add, spec: Json, namespace: string): void {
  const backends = [spec?.defaultBackend, ...(spec?.rules ?? []).flatMap((rule: Json) => (rule.http?.paths ?? []).map((path: Json) => path.backend))];
  for (const tls of spec?.tls ?? []) add('spec.tls.secretName', 'Secret', tls.secretName, namespace);
  for (const backend of backends) add('spec.rules.backend.service.name', 'Service', backend?.service?.name, namespace);
}

function addOfClaim(add: Add, field: string, spec: Json, namespace: string): void {
  add(`${field}.storageClassName`, 'StorageClass', spec?.storageClassName);
  if (spec?.dataSource?.kind) add(`${field}.dataSource`, spec.dataSource.kind, spec.dataSource.name, namespace);
}

function addOfPod(add: Add, spec: Json, namespace: string): void {
  for (const volume of spec.volumes ?? []) {
    if (volume.persistentVolumeClaim) add(`volumes["${volume.name}"].persistentVolumeClaim.claimName`, 'PersistentVolumeClaim', volume.persistentVolumeClaim.claimName, namespace);
    for (const { secret, configMap } of [volume, ...volume.projected?.sources ?? []]) {
      if (secret) add(`volumes["${volume.name}"].secret`, 'Secret', required(secret, secret.secretName ?? secret.name), namespace);
      if (configMap) add(`volumes["${volume.name}"].configMap`, 'ConfigMap', required(configMap, configMap.name), namespace);
    }
  }
  for (const container of containersOf(spec)) {
    for (const source of [...container.envFrom ?? [], ...(container.env ?? []).map((env: Json) => env.valueFrom ?? {})]) {
      const secret = source.secretRef ?? source.secretKeyRef;
      const configMap = source.configMapRef ?? source.configMapKeyRef;
      if (secret) add(`containers["${container.name}"].env`, 'Secret', required(secret, secret.name), namespace);
      if (configMap) add(`containers["${container.name}"].env`, 'ConfigMap', required(configMap, configMap.name), namespace);
    }
  }
  add('serviceAccountName', 'ServiceAccount', spec.serviceAccountName, namespace);
  for (const secret of spec.imagePullSecrets ?? []) add('imagePullSecrets', 'Secret', secret.name, namespace);
}

/** The name, unless the source says that it may be missing. */
const required = (source: Json, name: string | undefined): string | undefined => (source?.optional === true ? undefined : name);
