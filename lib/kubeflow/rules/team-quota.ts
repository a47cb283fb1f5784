import { GPU_RESOURCE, totalGpus } from '../../core/cluster';
import { byNamespace, containersOf, type Json, type Manifest, type Model, podTemplatesOf, type Rule } from '../../core/model';
import { gpusOfPod, STANDING_KINDS } from '../../core/placement';
import { type Finding } from '../../core/problems';
import { parseQuantity } from '../../core/quantity';

/** A quota of a namespace: of a Profile, whose controller makes it, or a ResourceQuota. */
interface Quota {
  readonly path: string;
  readonly namespace: string;
  readonly hard: Readonly<Record<string, string | number>>;
}

/** Teams that can never have what their quota promises, and what is written for a team but does not fit its quota. */
export const teamQuota: Rule = model => {
  const namespaces = byNamespace(model.manifests);
  return quotasOf(model).flatMap(quota => {
    const inside = namespaces.get(quota.namespace) ?? [];
    return [...beyondCluster(quota, model), ...gpus(quota, inside), ...claims(quota, inside), ...containers(quota, inside)];
  });
};

function quotasOf({ manifests }: Model): Quota[] {
  return manifests.flatMap(({ path, kind, name, namespace, json }) => {
    if (kind === 'Profile') return [{ path, namespace: name, hard: json.spec?.resourceQuotaSpec?.hard ?? {} }];
    const everyPod = json.spec?.scopes === undefined && json.spec?.scopeSelector === undefined;
    return kind === 'ResourceQuota' && everyPod ? [{ path, namespace: namespace ?? 'default', hard: json.spec?.hard ?? {} }] : [];
  });
}

const GPU_QUOTA = `requests.${GPU_RESOURCE}`;
/** The limit of a quota, or none. */
const limitOf = ({ hard }: Quota, key: string): number => parseQuantity(hard[key] ?? Infinity) ?? Infinity;

function beyondCluster(quota: Quota, { cluster: { nodes } }: Model): Finding[] {
  const limit = limitOf(quota, GPU_QUOTA);
  return Number.isFinite(limit) && limit > totalGpus(nodes) ? [{
    path: quota.path,
    sentence: `\`quota.gpus\` of ${quota.namespace} is ${limit}: the cluster has ${totalGpus(nodes)} GPUs, so the team could never use it. Lower it, or correct \`cluster.nodes\`.`,
  }] : [];
}

function gpus(quota: Quota, manifests: readonly Manifest[]): Finding[] {
  const limit = limitOf(quota, GPU_QUOTA);
  const pods = manifests.flatMap(manifest => podTemplatesOf(manifest.json).map(({ spec }) => ({ manifest, perPod: gpusOfPod(spec), pods: Number(manifest.json.spec?.replicas ?? 1) })));
  const tooLarge = pods.filter(({ perPod }) => perPod > limit).map(({ manifest: { path, kind, name }, perPod }) => ({
    path, sentence: `One pod of ${kind} ${name} asks for ${perPod} GPUs: the quota of namespace ${quota.namespace} is ${limit}, so it would be refused. Ask for fewer, or raise \`quota.gpus\`.`,
  }));
  const standing = pods.filter(({ manifest: { kind }, perPod }) => STANDING_KINDS.has(kind) && perPod > 0 && perPod <= limit)
    .map(({ manifest: { name }, perPod, pods: count }) => ({ name, amount: perPod * count }));
  const sum = standing.reduce((total, { amount }) => total + amount, 0);
  return sum <= limit ? tooLarge : [...tooLarge, {
    path: quota.path,
    sentence: `\`quota.gpus\` of ${quota.namespace} is ${limit}: what stays there until someone stops it asks for ${sum} (${standing.map(({ name, amount }) => `${name} ${amount}`).join(', ')}), `
      + 'so the last pod would be refused. Raise it, or ask for fewer.',
  }];
}

const ALL_CLAIMS = 'persistentvolumeclaims';
const CLAIMS_OF_CLASS = `.storageclass.storage.k8s.io/${ALL_CLAIMS}`;

function claims(quota: Quota, manifests: readonly Manifest[]): Finding[] {
  return Object.keys(quota.hard).filter(key => key === ALL_CLAIMS || key.endsWith(CLAIMS_OF_CLASS)).flatMap(key => {
    const className = key.slice(0, -CLAIMS_OF_CLASS.length);
    const counted = manifests.filter(({ kind, json }) => kind === 'PersistentVolumeClaim' && (key === ALL_CLAIMS || json.spec?.storageClassName === className));
    return counted.length <= limitOf(quota, key) ? [] : [{
      path: quota.path,
      sentence: `\`${key}\` of namespace ${quota.namespace} is ${quota.hard[key]}: ${counted.length} such claims are made there (${counted.map(({ name }) => name).join(', ')}), and the last would be refused. `
        + `Raise \`${key === ALL_CLAIMS ? 'quota.claims' : 'flexGroupClaims'}\`, or make fewer.`,
    }];
  });
}

/** What a quota counts, and what each container then has to say. */
const COUNTED: readonly (readonly [key: string, field: 'requests' | 'limits', resource: string])[] = [
  ['requests.cpu', 'requests', 'cpu'], ['cpu', 'requests', 'cpu'], ['limits.cpu', 'limits', 'cpu'],
  ['requests.memory', 'requests', 'memory'], ['memory', 'requests', 'memory'], ['limits.memory', 'limits', 'memory'],
];

function containers({ namespace, hard }: Quota, manifests: readonly Manifest[]): Finding[] {
  const ranges = manifests.filter(({ kind }) => kind === 'LimitRange').flatMap(({ json }) => (json.spec?.limits ?? []) as Json[]).filter(({ type }) => type === 'Container');
  const defaultOf = (field: 'requests' | 'limits', resource: string): string | undefined =>
    ranges.map(range => (field === 'limits' ? undefined : range.defaultRequest?.[resource]) ?? range.default?.[resource]).find(value => value !== undefined);
  const all = manifests.flatMap(({ path, kind, name, json }) => podTemplatesOf(json).flatMap(({ spec }) => containersOf(spec)).map(container => ({ path, title: `${kind} ${name}`, container })));
  return all.flatMap(({ path, title, container: { name, resources = {} } }) => {
    const missing = COUNTED.filter(([key, field, resource]) =>
      hard[key] !== undefined && (resources[field]?.[resource] ?? resources.limits?.[resource] ?? defaultOf(field, resource)) === undefined);
    const asked = resources.requests?.memory;
    const limit = resources.limits?.memory ?? defaultOf('limits', 'memory');
    const above = resources.limits?.memory === undefined && (parseQuantity(asked ?? 0) ?? 0) > (parseQuantity(limit ?? Infinity) ?? Infinity);
    return [
      ...missing.map(([key, field, resource]) => ({
        path,
        sentence: `\`resources.${field}.${resource}\` of container ${name} of ${title} is missing: the quota of namespace ${namespace} counts ${key}, so the pod would be refused. `
          + 'Set it, or give the namespace a LimitRange with a default.',
      })),
      ...(above ? [{
        path,
        sentence: `\`resources.requests.memory\` of container ${name} of ${title} is ${asked}, without a limit: namespace ${namespace} gives it a limit of ${limit}, `
          + 'below the request, and the pod would be refused. Set a limit, or raise `quota.containerDefaults.memoryLimit`.',
      }] : []),
    ];
  });
}
