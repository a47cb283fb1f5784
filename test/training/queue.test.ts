import { HorovodCluster, ImagenetBenchmarkJob, type Json } from '../../lib';
import { type Built } from '../support';
import { buildTraining, ENGINES, MULTI, RUN } from './training-support';

const queue = { queueName: 'vision' };
const single = (): Built => buildTraining(layer => { new ImagenetBenchmarkJob(layer, 'single', { ...RUN, data: 'synthetic', queue }); });
const multi = (engine: (typeof ENGINES)[number], inQueue = true): Built =>
  buildTraining(layer => { new HorovodCluster(layer, 'multi', { ...MULTI, engine, data: 'synthetic', queue: inQueue ? queue : undefined }); });

/** What KAI Scheduler reads of each object that makes pods, and of the pods. */
function membersOf(built: Built): Json[] {
  return built.manifests.flatMap(({ metadata, spec }) => [{ metadata, spec: undefined }, ...spec.template ? [spec.template] : Object.values<Json>(spec.mpiReplicaSpecs).map(({ template }) => template)])
    .map(({ metadata: { labels }, spec }) => ({ queue: labels['kai.scheduler/queue'], priority: labels.priorityClassName, scheduler: spec?.schedulerName }));
}
const OWNER = { queue: 'vision', priority: 'train', scheduler: undefined };
const POD = { ...OWNER, scheduler: 'kai-scheduler' };

test('a benchmark in a queue is placed by KAI Scheduler, which may pre-empt it', () => {
  expect(single().problems).toEqual([]);
  expect(membersOf(single())).toEqual([OWNER, POD]);
});

test('so are all pods of a run on several nodes, and its Deployment; KAI would take that for a service that is never pre-empted', () => {
  for (const engine of ENGINES) expect(multi(engine).problems).toEqual([]);
  expect(membersOf(multi('host-network'))).toEqual([OWNER, POD, OWNER, POD]);
  expect(membersOf(multi('mpi-operator'))).toEqual([OWNER, POD, POD]);
});

test('a Job whose GPUs are taken back has not failed', () => {
  const policy = { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] };
  expect(single().one('Job').spec.podFailurePolicy).toEqual(policy);
  expect(multi('host-network').one('Job').spec.podFailurePolicy).toEqual(policy);
  expect(single().app.prerequisites().map(({ what }) => what)).toContain('KAI Scheduler 0.13 with its priority classes');
});

test('without a queue nothing of it is written', () => {
  for (const engine of ENGINES) expect(JSON.stringify(multi(engine, false).manifests)).not.toMatch(/kai|priorityClass|schedulerName|podFailurePolicy/);
});
