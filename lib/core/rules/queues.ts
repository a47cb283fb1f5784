import { totalGpus } from '../cluster';
import { FRACTION_ANNOTATION, queuesOf } from '../gpu-queue';
import { type Json, type Manifest, type Model, podTemplatesOf, type Rule } from '../model';
import { gpusOfPod, STANDING_KINDS } from '../placement';
import { type Finding } from '../problems';

/** Queues of KAI Scheduler: guarantees that do not add up to the cluster, and workloads that their queue would never start. */
export const queues: Rule = model => {
  const made = model.manifests.filter(({ kind, apiVersion }) => kind === 'Queue' && apiVersion.startsWith('scheduling.run.ai/'));
  const users = model.manifests.filter(({ json }) => queuesOf(json).length > 0);
  return made.length === 0 && users.length === 0 ? [] : [...guarantees(made, model), ...limits(made, users), ...parents(made, users), ...standing(made, users), ...halves(users)];
};

const gpusOf = ({ json }: Manifest): Json => json.spec?.resources?.gpu ?? {};
const quotaOf = (queue: Manifest): number => gpusOf(queue).quota ?? 0;
const parentOf = ({ json }: Manifest): string | undefined => json.spec?.parentQueue;

/** GPUs that are guaranteed to the queues that workloads run in. What queues of the cluster guarantee, which are not made here, is not known. */
function guarantees(made: readonly Manifest[], { cluster: { nodes }, existing }: Model): Finding[] {
  const leaves = made.filter(({ name }) => !made.some(queue => parentOf(queue) === name)).filter(queue => quotaOf(queue) > 0);
  const sum = leaves.reduce((total, queue) => total + quotaOf(queue), 0);
  const gpus = totalGpus(nodes);
  const last = leaves.at(-1);
  if (last === undefined || sum === gpus || (sum < gpus && existing.some(({ kind }) => kind === 'Queue'))) return [];
  const { path } = made.find(({ name }) => name === parentOf(last)) ?? last;
  return [{
    path,
    sentence: `\`gpus\` guaranteed to the queues are ${leaves.map(queue => quotaOf(queue)).join(' + ')} = ${sum} (${leaves.map(queue => `${queue.name} ${quotaOf(queue)}`).join(', ')}): the cluster has ${gpus}. `
      + (sum > gpus ? `Take ${sum - gpus} away, since not all guarantees could be kept, or correct \`cluster.nodes\`.` : `Give the other ${gpus - sum} to a team, or correct \`cluster.nodes\`.`),
  }];
}

/** GPUs of each pod of a workload, with parts of one. The annotation of a Notebook is its own; its controller copies it. */
const gpusOfPods = ({ json }: Manifest): number[] => podTemplatesOf(json).map(({ metadata, spec }) => gpusOfPod(spec) + fractionOf(metadata ?? json.metadata));
const fractionOf = (metadata: Json): number => Number(metadata?.annotations?.[FRACTION_ANNOTATION] ?? 0);

function limits(made: readonly Manifest[], users: readonly Manifest[]): Finding[] {
  return made.flatMap(queue => {
    const limit: number = gpusOf(queue).limit ?? 0;
    return limit < 0 ? [] : usersOf(queue, users).flatMap(user => gpusOfPods(user).filter(gpus => gpus > limit).map(gpus => ({
      path: user.path,
      sentence: `One pod of ${user.kind} ${user.name} asks for ${gpus} GPUs: queue ${queue.name} may have ${limit}, so it would wait for ever. Ask for fewer, or raise \`maxGpus\` of the queue.`,
    })));
  });
}

const usersOf = ({ name }: Manifest, users: readonly Manifest[]): Manifest[] => users.filter(({ json }) => queuesOf(json).includes(name));

function parents(made: readonly Manifest[], users: readonly Manifest[]): Finding[] {
  return made.flatMap(queue => {
    const children = made.filter(other => parentOf(other) === queue.name).map(({ name }) => name);
    return children.length === 0 ? [] : usersOf(queue, users).map(({ path, kind, name }) => ({
      path, sentence: `${kind} ${name} is in queue ${queue.name}, which has queues below it: KAI Scheduler starts nothing there. Use one of ${children.join(', ')}.`,
    }));
  });
}

/** KAI's priority classes that are never pre-empted. Source: KAI Scheduler, docs/priority. */
const NEVER_PREEMPTED = ['build', 'inference'];
const DEFAULT_PRIORITY: Readonly<Record<string, string>> = { Deployment: 'inference', Notebook: 'build' };

function isPreemptible({ kind, json }: Manifest): boolean {
  const labels: Json = { ...podTemplatesOf(json)[0]?.metadata?.labels, ...json.metadata.labels };
  const said = labels['kai.scheduler/preemptibility'];
  return said === undefined ? !NEVER_PREEMPTED.includes(labels.priorityClassName ?? DEFAULT_PRIORITY[kind]) : said === 'preemptible';
}

/** What is never pre-empted has to fit into the guarantee, so that there is always something to take back for others. Source: KAI Scheduler, quota_check.go. */
function standing(made: readonly Manifest[], users: readonly Manifest[]): Finding[] {
  const kept = users.filter(user => (STANDING_KINDS.has(user.kind) || (user.kind === 'Job' && user.json.spec?.suspend !== true)) && !isPreemptible(user));
  return made.filter(queue => quotaOf(queue) >= 0).flatMap(queue => {
    const demands = usersOf(queue, kept).map(({ name, json, ...user }) => ({ name, gpus: (json.spec?.replicas ?? 1) * Math.max(0, ...gpusOfPods({ name, json, ...user })) })).filter(({ gpus }) => gpus > 0);
    const sum = Number(demands.reduce((total, { gpus }) => total + gpus, 0).toFixed(6));
    return sum <= quotaOf(queue) ? [] : [{
      path: queue.path,
      sentence: `\`gpus\` of queue ${queue.name} is ${quotaOf(queue)}: its workloads that are never pre-empted ask for ${sum} (${demands.map(({ name, gpus }) => `${name} ${gpus}`).join(', ')}), `
        + 'and may not go beyond that, so the last would wait for ever. Raise it, or ask for fewer.',
    }];
  });
}

/** KAI's webhook refuses a pod that asks for both. */
function halves(users: readonly Manifest[]): Finding[] {
  return users.flatMap(({ path, kind, name, json }) => podTemplatesOf(json).filter(({ metadata, spec }) => fractionOf(metadata ?? json.metadata) > 0 && gpusOfPod(spec) > 0).map(() => ({
    path, sentence: `${kind} ${name} asks for a part of a GPU by \`${FRACTION_ANNOTATION}\` and for whole ones: KAI Scheduler refuses such a pod. Leave one of them out.`,
  })));
}
