import { type Json, KatibExperiment } from '../../lib';
import { build, type Built, CLUSTER } from '../support';
import { PROPS, specOf } from './katib-support';
import { teamOf } from './notebook-support';
import { objectOf, pipeline, type Some, stepOf, TEST, TRAIN } from './pipeline-support';

const queue = { queueName: 'vision' };
const LABELS = { 'kai.scheduler/queue': 'vision', 'priorityClassName': 'train' };

describe('what asks for GPUs is in the queue of the team; otherwise its GPUs are counted against nobody', () => {
  const experiment = (gpus: number): Built => build(layer => {
    new KatibExperiment(layer, 'tune', { ...PROPS, team: { ...teamOf(layer), queue }, trial: { ...PROPS.trial, gpus } });
  }, { cluster: { ...CLUSTER, existing: [...CLUSTER.existing ?? [], { kind: 'Queue', name: 'vision' }] } });

  test('trials, by their pods: KAI Scheduler looks at the experiment first, and it has no such labels', () => {
    const built = experiment(1);
    expect(built.problems).toEqual([]);
    const { template } = specOf(built).trialTemplate.trialSpec.spec;
    expect(template.metadata.labels).toMatchObject(LABELS);
    expect(template.spec.schedulerName).toBe('kai-scheduler');
  });

  test('trials without GPUs are placed as before', () => {
    expect(JSON.stringify(experiment(0).manifests)).not.toContain('kai');
  });

  const steps = (props: Some): Built => pipeline({ queue, ...props });

  test('the steps of a pipeline that have some, and no others', () => {
    const built = steps({ train: { ...TRAIN, gpus: 1 } });
    expect(built.problems).toEqual([]);
    expect(stepOf(built, 'train')).toMatchObject({ metadata: { labels: LABELS }, schedulerName: 'kai-scheduler' });
    expect(stepOf(built, 'test')).not.toHaveProperty('schedulerName');
    expect(stepOf(built, 'test')).not.toHaveProperty('metadata');
    expect(stepOf(steps({ test: { ...TEST, gpus: 1 } }), 'test')).toMatchObject({ metadata: { labels: LABELS }, schedulerName: 'kai-scheduler' });
  });

  test('a PyTorchJob with all of its pods', () => {
    const built = steps({ train: { ...TRAIN, gpus: 2, pyTorchJob: { workers: 1 } } });
    expect(built.problems).toEqual([]);
    const { metadata, spec } = objectOf(built, 'train');
    expect(metadata.labels).toMatchObject(LABELS);
    for (const { template } of Object.values<Json>(spec.pytorchReplicaSpecs)) {
      expect(template.metadata.labels).toMatchObject(LABELS);
      expect(template.spec.schedulerName).toBe('kai-scheduler');
    }
  });

  test('a queue that nobody makes is a mistake', () => {
    expect(steps({ queue: { queueName: 'nowhere' }, train: { ...TRAIN, gpus: 1 } }).problems).toEqual([
      '[test/20-layer/pipeline] `metadata.labels["kai.scheduler/queue"]` is nowhere: no Queue nowhere is made in this environment or declared as existing. Make it, correct the name, or add it to `cluster.existing`.',
    ]);
  });

  test('without a queue of the team nothing of it is written', () => {
    expect(JSON.stringify(pipeline({ train: { ...TRAIN, gpus: 2, pyTorchJob: { workers: 1 } } }).manifests)).not.toContain('kai');
  });
});
