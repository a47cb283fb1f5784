import { type ClusterNode, GPU_RESOURCE, totalGpus } from '../cluster';
import { type Model, podTemplatesOf, type Rule } from '../model';
import { type Demand, gpusOfPod, overcommitted, pinnedTo, STANDING_KINDS } from '../placement';
import { type Finding } from '../problems';

/** Pods that no node can take, workloads that run for ever on more GPUs than there are, and jobs that such workloads leave no room for. */
export const gpus: Rule = model => [...pods(model), ...standing(model), ...starved(model)];

function pods({ manifests, cluster: { nodes } }: Model): Finding[] {
  const largestNode = Math.max(0, ...nodes.map(node => node.gpus));
  return manifests.flatMap(({ path, json }) => podTemplatesOf(json).flatMap(({ spec }) => {
    const needed = gpusOfPod(spec);
    const pinned = pinnedTo(spec);
    if (pinned === undefined && needed <= largestNode) return [];
    // No host at all is an error of its own.
    if (pinned?.length === 0) return [];
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

/** GPUs of workloads that never give them back. A pod that fits nowhere, or is pinned to an unknown node, is reported as such. */
function standingDemands({ manifests, cluster: { nodes } }: Model): Demand[] {
  return manifests.filter(({ kind }) => STANDING_KINDS.has(kind)).flatMap(manifest => {
    const spec = manifest.json.spec?.template?.spec ?? {};
    const perPod = gpusOfPod(spec);
    const on = pinnedTo(spec) ?? nodes.map(({ name }) => name);
    const amount = perPod * (manifest.json.spec?.replicas ?? 1);
    const fits = on.every(name => nodes.some(node => node.name === name)) && nodes.some(node => on.includes(node.name) && node.gpus >= perPod);
    return amount > 0 && fits ? [{ manifest, amount, on }] : [];
  });
}

function standing(model: Model): Finding[] {
  const { nodes } = model.cluster;
  return overcommitted(standingDemands(model), names => totalGpus(nodes.filter(({ name }) => names.includes(name)))).map(({ nodes: names, demands, sum, capacity }) => ({
    path: demands.at(-1)!.manifest.path,
    sentence: `\`replicas\` x GPUs of the workloads that never end on ${names.join(', ')} is ${sum} (${demands.map(({ manifest, amount }) => `${manifest.name} ${amount}`).join(', ')}): `
      + `there are ${capacity} GPUs. Suspend one of them, or give them different hosts.`,
  }));
}

/** Jobs that are pinned to nodes whose GPUs are held by workloads that never end and can be nowhere else. */
function starved(model: Model): Finding[] {
  const demands = standingDemands(model);
  if (demands.length === 0) return [];
  const heldOn = (node: ClusterNode) => demands.filter(({ on }) => on.length === 1 && on[0] === node.name);
  const free = (node: ClusterNode) => node.gpus - heldOn(node).reduce((total, { amount }) => total + amount, 0);
  return model.manifests.filter(({ kind, json }) => kind === 'Job' && json.spec?.suspend !== true).flatMap(({ path, name, json }) => {
    const spec = json.spec?.template?.spec ?? {};
    const needed = gpusOfPod(spec);
    const candidates = model.cluster.nodes.filter(node => pinnedTo(spec)?.includes(node.name) ?? false);
    const holders = candidates.flatMap(heldOn);
    if (needed === 0 || holders.length === 0 || candidates.some(node => node.gpus < needed || free(node) >= needed)) return [];
    return [{
      path,
      sentence: `\`hosts\` of Job ${name} has ${candidates.map(node => node.name).join(', ')}, where it needs ${needed} GPUs: ${holders.map(({ manifest }) => manifest.name).join(', ')} `
        + `${holders.length === 1 ? 'holds' : 'hold'} them and never end${holders.length === 1 ? 's' : ''}, so it would wait for ever. Suspend one of them, or give them different hosts.`,
    }];
  });
}
