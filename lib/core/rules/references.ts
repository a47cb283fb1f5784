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

function referencesOf(manifest: Manifest): Reference[] {
  const { json } = manifest;
  const namespace = manifest.namespace ?? 'default';
  const inPods = podTemplatesOf(json).flatMap(({ spec }) => podReferences(spec, namespace));
  const own: Reference[] = [{ field: 'metadata.namespace', kind: 'Namespace', name: namespace }];
  for (const queue of queuesOf(json)) own.push({ field: `metadata.labels["${QUEUE_LABEL}"]`, kind: 'Queue', name: queue });
  if (manifest.kind === 'Queue') own.push(...optional('spec.parentQueue', 'Queue', json.spec?.parentQueue));
  if (manifest.kind === 'PersistentVolumeClaim') own.push(...claimReferences('spec', json.spec, namespace));
  for (const [index, template] of (json.spec?.volumeClaimTemplates ?? []).entries()) {
    own.push(...claimReferences(`spec.volumeClaimTemplates[${index}].spec`, template.spec, namespace));
  }
  if (manifest.kind === 'VolumeSnapshot') {
    own.push(...optional('spec.volumeSnapshotClassName', 'VolumeSnapshotClass', json.spec?.volumeSnapshotClassName));
    own.push(...optional('spec.source.persistentVolumeClaimName', 'PersistentVolumeClaim', json.spec?.source?.persistentVolumeClaimName, namespace));
  }
  if (manifest.kind === 'TridentBackendConfig') own.push(...optional('spec.credentials.name', 'Secret', json.spec?.credentials?.name, namespace));
  if (manifest.kind === 'TridentMirrorRelationship') {
    own.push(...(json.spec?.volumeMappings ?? []).flatMap((mapping: Json, index: number) =>
      optional(`spec.volumeMappings[${index}].localPVCName`, 'PersistentVolumeClaim', mapping.localPVCName, namespace)));
  }
  // What it adds to pods has the fields of a pod.
  if (manifest.kind === 'PodDefault') own.push(...podReferences(json.spec ?? {}, namespace));
  if (manifest.kind === 'Ingress') own.push(...ingressReferences(json.spec, namespace));
  if (manifest.kind === 'StatefulSet') own.push(...optional('spec.serviceName', 'Service', json.spec?.serviceName, namespace));
  for (const subject of json.subjects ?? []) {
    if (subject.kind === 'ServiceAccount') own.push(...optional('subjects', 'ServiceAccount', subject.name, subject.namespace ?? namespace));
  }
  if (json.roleRef?.kind) own.push(...optional('roleRef', json.roleRef.kind, json.roleRef.name, json.roleRef.kind === 'Role' ? namespace : undefined));
  return [...own, ...inPods];
}

function ingressReferences(spec: Json, namespace: string): Reference[] {
  const backends = [spec?.defaultBackend, ...(spec?.rules ?? []).flatMap((rule: Json) => (rule.http?.paths ?? []).map((path: Json) => path.backend))];
  return [
    ...(spec?.tls ?? []).flatMap((tls: Json) => optional('spec.tls.secretName', 'Secret', tls.secretName, namespace)),
    ...backends.flatMap((backend: Json) => optional('spec.rules.backend.service.name', 'Service', backend?.service?.name, namespace)),
  ];
}

function claimReferences(field: string, spec: Json, namespace: string): Reference[] {
  return [
    ...optional(`${field}.storageClassName`, 'StorageClass', spec?.storageClassName),
    ...(spec?.dataSource?.kind ? optional(`${field}.dataSource`, spec.dataSource.kind, spec.dataSource.name, namespace) : []),
  ];
}

function podReferences(spec: Json, namespace: string): Reference[] {
  const inVolumes = (spec.volumes ?? []).flatMap((volume: Json) => {
    const sources = [volume, ...(volume.projected?.sources ?? [])];
    return [
      ...optional(`volumes["${volume.name}"].persistentVolumeClaim.claimName`, 'PersistentVolumeClaim', volume.persistentVolumeClaim?.claimName, namespace),
      ...sources.flatMap((source: Json) => [
        ...optional(`volumes["${volume.name}"].secret`, 'Secret', required(source.secret, source.secret?.secretName ?? source.secret?.name), namespace),
        ...optional(`volumes["${volume.name}"].configMap`, 'ConfigMap', required(source.configMap, source.configMap?.name), namespace),
      ]),
    ];
  });
  const inContainers = containersOf(spec).flatMap(container => [...(container.envFrom ?? []), ...(container.env ?? []).map((env: Json) => env.valueFrom ?? {})]
    .flatMap((source: Json) => {
      const secret = source.secretRef ?? source.secretKeyRef;
      const configMap = source.configMapRef ?? source.configMapKeyRef;
      return [
        ...optional(`containers["${container.name}"].env`, 'Secret', required(secret, secret?.name), namespace),
        ...optional(`containers["${container.name}"].env`, 'ConfigMap', required(configMap, configMap?.name), namespace),
      ];
    }));
  return [
    ...inVolumes,
    ...inContainers,
    ...optional('serviceAccountName', 'ServiceAccount', spec.serviceAccountName, namespace),
    ...(spec.imagePullSecrets ?? []).flatMap((secret: Json) => optional('imagePullSecrets', 'Secret', secret.name, namespace)),
  ];
}

/** The name, unless the source says that it may be missing. */
const required = (source: Json, name: string | undefined): string | undefined => (source?.optional === true ? undefined : name);

function optional(field: string, kind: string, name: string | undefined, namespace?: string): Reference[] {
  return name === undefined || name === '' ? [] : [{ field, kind, name, namespace }];
}
