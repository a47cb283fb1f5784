import { GPU_RESOURCE, totalGpus } from '../cluster';
import { containersOf, type Json, type Manifest, type Model, podTemplatesOf, type Rule } from '../model';
import { type Finding } from '../problems';
import { parseQuantity } from '../quantity';

/** Pods that no node can take, and workloads that run for ever on more GPUs than there are. */
export const gpus: Rule = model => [...pods(model), ...standing(model)];

const HOST_NAME_LABEL = 'kubernetes.io/hostname';

/** GPUs that the scheduler sets aside for one pod: the larger of all containers together and any single init container. */
function gpusOfPod(spec: Json): number {
  const of = (container: Json) => parseQuantity(container.resources?.limits?.[GPU_RESOURCE] ?? 0) ?? 0;
  const sum = ((spec.containers ?? []) as Json[]).reduce<number>((total, container) => total + of(container), 0);
  return Math.max(sum, ...containersOf(spec).map(of));
}

/** Node names that the node selector or required node affinity allows, or undefined where all are allowed. */
function pinnedTo(spec: Json): string[] | undefined {
  if (spec.nodeSelector?.[HOST_NAME_LABEL]) return [spec.nodeSelector[HOST_NAME_LABEL]];
  const terms: Json[] = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const hostNames = terms.map(term => ((term.matchExpressions ?? []) as Json[]).find(({ key, operator }) => key === HOST_NAME_LABEL && operator === 'In')?.values as string[] | undefined);
  // One matching term is enough, so a term without names allows every node.
  return hostNames.length === 0 || hostNames.includes(undefined) ? undefined : hostNames.flatMap(names => names ?? []);
}

function pods({ manifests, cluster: { nodes } }: Model): Finding[] {
  return manifests.flatMap(({ path, json }) => podTemplatesOf(json).flatMap(({ spec }) => {
    const needed = gpusOfPod(spec);
    const pinned = pinnedTo(spec);
    const unknown = (pinned ?? []).filter(name => !nodes.some(node => node.name === name));
    const candidates = nodes.filter(({ name }) => pinned?.includes(name) ?? true);
    const largest = Math.max(0, ...candidates.map(node => node.gpus));
    return [
      ...unknown.map(name => ({
        path, sentence: `\`hosts\` has ${name}: \`cluster.nodes\` has no node of that name. Correct the name, or add the node with its GPUs.`,
      })),
      ...(needed > largest && unknown.length === 0 ? [{
        path, sentence: `\`resources.limits["${GPU_RESOURCE}"]\` is ${needed} for one pod: the largest node it may run on has ${largest} GPUs, so it would wait for ever. `
          + 'Ask for fewer, or correct `cluster.nodes`.',
      }] : []),
    ];
  }));
}

/** Deployments and StatefulSets never give their GPUs back, so their sum must fit, on all nodes and on those they are pinned to. */
function standing({ manifests, cluster: { nodes } }: Model): Finding[] {
  // A pod that fits nowhere, or is pinned to an unknown node, is reported as such.
  const fits = ({ perPod, on }: { perPod: number; on: string[] }) => on.every(name => nodes.some(node => node.name === name))
    && nodes.some(node => on.includes(node.name) && node.gpus >= perPod);
  const workloads = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet').map(manifest => {
    const spec = manifest.json.spec?.template?.spec ?? {};
    const perPod = gpusOfPod(spec);
    return { manifest, perPod, gpus: perPod * (manifest.json.spec?.replicas ?? 1), on: pinnedTo(spec) ?? nodes.map(({ name }) => name) };
  }).filter(workload => workload.gpus > 0 && fits(workload));
  const pools = new Map(workloads.map(({ on }) => [[...on].sort().join(', '), on]));
  return [...pools].flatMap(([pool, on]) => {
    const inside = workloads.filter(workload => workload.on.every(name => on.includes(name)));
    const sum = inside.reduce((total, workload) => total + workload.gpus, 0);
    const capacity = totalGpus(nodes.filter(({ name }) => on.includes(name)));
    const last: Manifest | undefined = inside.at(-1)?.manifest;
    return sum <= capacity || !last ? [] : [{
      path: last.path,
      sentence: `\`replicas\` x GPUs of the workloads that never end on ${pool} is ${sum} (${inside.map(({ manifest, gpus: count }) => `${manifest.name} ${count}`).join(', ')}): `
        + `there are ${capacity} GPUs. Suspend one of them, or give them different hosts.`,
    }];
  });
}
