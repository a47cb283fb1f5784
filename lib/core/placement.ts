import { GPU_RESOURCE } from './cluster';
import { type Json, type Manifest } from './model';
import { parseQuantity } from './quantity';

const HOST_NAME_LABEL = 'kubernetes.io/hostname';

/** Node names that the node selector or required node affinity allows, or undefined where all are allowed. */
export function pinnedTo(spec: Json): string[] | undefined {
  if (spec.nodeSelector?.[HOST_NAME_LABEL]) return [spec.nodeSelector[HOST_NAME_LABEL]];
  const terms: Json[] = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const hostNames = terms.map(term => ((term.matchExpressions ?? []) as Json[]).find(({ key, operator }) => key === HOST_NAME_LABEL && operator === 'In')?.values as string[] | undefined);
  // One matching term is enough, so a term without names allows every node.
  return hostNames.length === 0 || hostNames.includes(undefined) ? undefined : hostNames.flatMap(names => names ?? []);
}

/** Affinity of pods that may run on these nodes only; what `pinnedTo` reads. */
export const onNodes = (names: readonly string[]) => ({
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: HOST_NAME_LABEL, operator: 'In', values: [...names] }] }] } },
});

/** What the pods of a workload take of something that nodes have a limited number of. */
export interface Demand {
  readonly manifest: Manifest;
  /** All of its pods together. */
  readonly amount: number;
  /** Names of the nodes that they may run on. */
  readonly on: readonly string[];
}

/** A set of nodes, and the demands that cannot go anywhere else but are more than the nodes have. */
export interface Overcommitment {
  readonly nodes: readonly string[];
  readonly demands: readonly Demand[];
  readonly sum: number;
  readonly capacity: number;
}

/** Where demands do not fit: on the nodes of one of them, or on those of several that overlap. */
export function overcommitted(demands: readonly Demand[], capacityOf: (nodes: readonly string[]) => number): Overcommitment[] {
  return nodeSets(demands).map(nodes => {
    const inside = demands.filter(({ on }) => on.every(name => nodes.includes(name)));
    return { nodes, demands: inside, sum: inside.reduce((total, { amount }) => total + amount, 0), capacity: capacityOf(nodes) };
  }).filter(({ sum, capacity }) => sum > capacity);
}

/** More sets than this do not come up in practice; the limit keeps the check linear for many overlapping workloads. */
const MOST_SETS = 200;

/** The node sets of the demands, and the unions of those that overlap. */
function nodeSets(demands: readonly Demand[]): (readonly string[])[] {
  const sets = new Map<string, readonly string[]>();
  const add = (nodes: readonly string[]) => {
    const sorted = [...new Set(nodes)].sort();
    sets.set(sorted.join(), sorted);
  };
  for (const { on } of demands) add(on);
  for (const one of sets.values()) {
    for (const other of [...sets.values()]) {
      if (sets.size < MOST_SETS && one.some(name => other.includes(name))) add([...one, ...other]);
    }
  }
  return [...sets.values()];
}

/** Kinds whose pods stay. A Notebook stays until its user stops it. */
export const STANDING_KINDS = new Set(['Deployment', 'StatefulSet', 'Notebook']);

/** GPUs that the scheduler sets aside for one pod: the larger of all containers together and any single init container. */
export function gpusOfPod(spec: Json): number {
  const of = (container: Json) => parseQuantity(container.resources?.limits?.[GPU_RESOURCE] ?? 0) ?? 0;
  const sum = ((spec.containers ?? []) as Json[]).reduce<number>((total, container) => total + of(container), 0);
  return ((spec.initContainers ?? []) as Json[]).reduce<number>((most, container) => Math.max(most, of(container)), sum);
}
