import { type Chart } from 'cdk8s';
import { ExistingClaim, type Json, KatibExperiment, type KatibExperimentProps, KubeflowInstallation, type KubeflowVersion, type TeamNamespace } from '../../lib';
import { build, type Built, CLUSTER } from '../support';

export const DATA = new ExistingClaim('team', 'mnist-data', 'ReadOnlyMany');
export const RESULTS = new ExistingClaim('team', 'results', 'ReadWriteMany');

/** What a test changes of an experiment. */
export type Changes = Partial<Omit<KatibExperimentProps<'lr'>, 'team'>>;

/** What an experiment has beside its parameters and what it does with them. */
export const BASE: Pick<KatibExperimentProps, 'name' | 'objective' | 'trials' | 'naming'> = {
  name: 'tune', objective: { type: 'maximize', metric: 'accuracy' }, trials: { max: 12 }, naming: 'fixed',
};
export const IMAGE = 'registry.example.com/train:1.0';

/** An experiment in which nothing but the change under test can be wrong. */
export const PROPS: Omit<KatibExperimentProps<'lr'>, 'team'> = {
  ...BASE,
  search: { algorithm: 'random', parameters: { lr: { type: 'double', min: 0.01, max: 0.03 } } },
  trial: { image: IMAGE, command: ({ lr }) => ['python3', '/opt/train.py', `--lr=${lr}`] },
};

/** Builds a layer in a cluster with the claims above. */
export function buildKatib(add: (layer: Chart, team: TeamNamespace) => void, version: KubeflowVersion = '26.03'): Built {
  const existing = [DATA, RESULTS].map(({ namespace, claimName }) => ({ kind: 'PersistentVolumeClaim' as const, namespace, name: claimName }));
  return build(layer => { add(layer, { namespace: 'team', kubeflow: new KubeflowInstallation(layer, 'kubeflow', { version }) }); },
    { cluster: { ...CLUSTER, existing: [...CLUSTER.existing ?? [], ...existing] } });
}

/** One experiment with one parameter, `lr`. */
export const tune = (changes: Changes = {}, version?: KubeflowVersion): Built =>
  buildKatib((layer, team) => { new KatibExperiment(layer, 'tune', { ...PROPS, ...changes, team }); }, version);

/** The sentences about an experiment, without those of other constructs. */
export const sentences = (changes: Changes, version?: KubeflowVersion): string[] => tune(changes, version).problems;

/** `[test/20-layer/tune] sentence`, as it is shown. */
export const saying = (sentence: string): string[] => [`[test/20-layer/tune] ${sentence}`];

/** Spec of the one Experiment. */
export const specOf = (built: Built): Json => built.one('Experiment').spec;

/** The one container of a trial. */
export const containerOf = (built: Built): Json => specOf(built).trialTemplate.trialSpec.spec.template.spec.containers[0];
