import { type Environment } from '../../../apps/environment';
import { type Json } from '../../../lib';
import { BuiltEnvironment, type BuiltObject } from '../harness/built';
import { type ControlPlane } from '../harness/control-plane';
import { apply, refusedOf } from './apply';
import { everyWorkloadIsReady } from './workloads';

/** The next version of an environment: other images, larger claims where their class allows it, the hosts of a run in another order. */
export function nextVersion(environment: Environment, canGrow: boolean): Environment {
  const { airflow, data, ...changed } = otherImages(environment) as Environment;
  return {
    ...changed,
    data: data && { ...data, results: { ...data.results, size: canGrow ? doubled(data.results.size) : data.results.size } },
    airflow: airflow && { ...airflow, image: 'registry.example.com/airflow:next' },
    training: changed.training && {
      ...changed.training, multiNode: changed.training.multiNode && { ...changed.training.multiNode, hosts: changed.training.multiNode.hosts.toReversed() },
    },
  };
}

const doubled = (size: string) => size.replace(/^\d+/, digits => String(Number(digits) * 2)) as `${number}Gi`;

/** Every `image` gets another tag, wherever it is. */
function otherImages(value: Json): Json {
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== (Array.isArray(value) ? Array.prototype : Object.prototype)) return value;
  if (Array.isArray(value)) return value.map(otherImages);
  return Object.fromEntries(Object.entries(value as Record<string, Json>).map(([key, inner]) => [key, key === 'image' && typeof inner === 'string' ? `${inner}-next` : otherImages(inner)]));
}

/** Whether an object is a Job that has a fixed name because its environment asks for that; no other Job may need to be deleted. */
const isFixedJob = ({ training, scheduling }: Environment) => ({ json: { kind, metadata } }: BuiltObject): boolean => {
  const { 'app.kubernetes.io/part-of': system, 'kai.scheduler/queue': queue, 'app.kubernetes.io/instance': name } = metadata.labels;
  if (kind !== 'Job') return false;
  if (system === 'training') return [training?.singleNode?.naming, training?.multiNode?.naming].includes('fixed');
  if (system !== 'scheduling') return false;
  const { jobs = {}, sessions = {} } = scheduling!.teams[queue]!;
  // A session with a time limit is one, too.
  return name in sessions || jobs[name]!.naming === 'fixed';
};

/** Applies the next version over this one. Jobs of a fixed name are deleted before, as the guide says, and as the server demands. */
export async function nextVersionApplies(plane: ControlPlane, built: BuiltEnvironment): Promise<number> {
  const { kubectl } = plane;
  const next = new BuiltEnvironment(nextVersion(built.environment, resultsCanGrow(built)), plane.folder);
  const now = new Map(built.objects.map(({ id, json }) => [id, JSON.stringify(json)]));
  const changed = next.objects.filter(({ id, json }) => now.get(id) !== JSON.stringify(json));
  if (changed.length === 0) throw new Error('The next version is the same as this one');

  for (const job of changed.filter(isFixedJob(built.environment)).filter(({ id }) => now.has(id))) {
    const [refusal] = await refusedOf(kubectl, [job], '--dry-run=server');
    if (refusal?.message.includes('field is immutable') !== true) throw new Error(`${job.id} need not be deleted before it is applied: ${refusal?.message ?? 'it is accepted'}`);
    await kubectl.run(['delete', job.json.kind, job.json.metadata.name, '-n', job.json.metadata.namespace]);
  }
  await apply(kubectl, next);
  await everyWorkloadIsReady(plane, next);
  return changed.length;
}

function resultsCanGrow({ environment, objects }: BuiltEnvironment): boolean {
  const name = environment.data?.results.claim;
  const claim = objects.find(({ json }) => json.kind === 'PersistentVolumeClaim' && json.metadata.name === name);
  return objects.some(({ json }) => json.kind === 'StorageClass' && json.metadata.name === claim?.json.spec.storageClassName && json.allowVolumeExpansion === true);
}

/** Changes that the guide calls impossible are refused; otherwise the check of the next version cannot fail. */
export async function immutableFieldsAreRefused(kubectl: ControlPlane['kubectl'], built: BuiltEnvironment): Promise<number> {
  const changes: readonly (readonly [string, (json: Json) => void])[] = [
    ['Job', json => { json.spec.template.spec.containers[0].image = 'image:other'; }],
    ['Deployment', json => { json.spec.selector.matchLabels = { other: 'label' }; json.spec.template.metadata.labels = { other: 'label' }; }],
    ['StatefulSet', json => { json.spec.volumeClaimTemplates[0].spec.resources.requests.storage = '999Gi'; }],
    ['PersistentVolumeClaim', json => { json.spec.storageClassName = 'other'; }],
    ['StorageClass', json => { json.reclaimPolicy = json.reclaimPolicy === 'Retain' ? 'Delete' : 'Retain'; }],
  ];
  const wrong = changes.flatMap(([kind, change]) => built.ofKind(kind).filter(({ json }) => kind !== 'StatefulSet' || json.spec.volumeClaimTemplates).slice(0, 1).map(object => {
    const json = structuredClone(object.json);
    change(json);
    return { ...object, json };
  }));
  const refused = await refusedOf(kubectl, wrong, '--dry-run=server');
  const accepted = wrong.filter(object => !refused.some(refusal => refusal.object === object));
  if (accepted.length > 0) throw new Error(`A change of what cannot be changed is accepted: ${accepted.map(({ id }) => id).join(', ')}`);
  return wrong.length;
}
