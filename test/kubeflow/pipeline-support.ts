import { type Chart } from 'cdk8s';
import {
  ExistingClaim, type Json, KubeflowInstallation, type KubeflowVersion, type TeamNamespace, TrainingPipeline, type TrainingPipelineProps, type TrainOptions, VolumeSnapshotClass, type WorkloadOptions,
} from '../../lib';
import { build, type Built, CLUSTER } from '../support';

export const DATA = new ExistingClaim('team', 'mnist-data', 'ReadWriteMany');
export const MODELS = new ExistingClaim('team', 'models', 'ReadWriteMany');
/** The cluster that it is applied to. */
export const EXISTING = { cluster: { ...CLUSTER, existing: [
  ...CLUSTER.existing ?? [], { kind: 'Queue' as const, name: 'vision' }, ...['mnist-data', 'models'].map(name => ({ kind: 'PersistentVolumeClaim' as const, namespace: 'team', name })),
] } };
export const TRAIN: TrainOptions = { image: 'registry.example.com/mnist:1.0', command: ['python', 'train_mnist.py'] };
export const TEST: WorkloadOptions = { image: 'registry.example.com/mnist:1.0', command: ['python', 'test_mnist.py'] };

/** What a test may set, and what it need not. */
export type Some = Partial<Omit<TrainingPipelineProps, 'snapshot'>> & { snapshot?: Partial<TrainingPipelineProps['snapshot']>; version?: KubeflowVersion; queue?: TeamNamespace['queue'] };

export function add(layer: Chart, { version = '26.03', snapshot, queue, ...props }: Some = {}): TrainingPipeline {
  const team: TeamNamespace = { namespace: 'team', kubeflow: new KubeflowInstallation(layer, 'kubeflow', { version }), queue };
  const snapshotClass = new VolumeSnapshotClass(layer, 'class');
  return new TrainingPipeline(layer, 'pipeline', { team, name: 'mnist', dataset: { claim: DATA }, train: TRAIN, test: TEST, ...props, snapshot: { class: snapshotClass, ...snapshot } });
}
/** An environment with one pipeline. */
export const pipeline = (props: Some = {}): Built => build(layer => { add(layer, props); }, EXISTING);
export const specOf = (built: Built): Json => built.one('WorkflowTemplate').spec;
/** A template of the pipeline. */
export const stepOf = (built: Built, name: string): Json => specOf(built).templates.find((template: Json) => template.name === name);
/** The object that a step makes. */
export const objectOf = (built: Built, name: string): Json => JSON.parse(stepOf(built, name).resource.manifest);
/** Tasks as `dependencies>name:template`. */
export const orderOf = (built: Built): string[] => stepOf(built, 'pipeline').dag.tasks.map(({ name, template, dependencies = [] }: Json) => `${dependencies.join('+')}>${name}:${template}`);
export const environmentOf = (container: Json): Json => Object.fromEntries(container.env.map(({ name, value }: Json) => [name, value]));
/** Where all mistakes of the pipeline are. */
export const HERE = '[test/20-layer/pipeline] ';
