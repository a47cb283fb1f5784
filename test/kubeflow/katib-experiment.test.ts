import { ApiObject, JsonPatch } from 'cdk8s';
import { type JobNaming, KatibExperiment, type KatibExperimentProps, type TrialOptions } from '../../lib';
import { type Built } from '../support';
import { buildKatib, type Changes, containerOf, DATA, PROPS, RESULTS, saying, sentences, specOf, tune } from './katib-support';

const LABELS = {
  'app.kubernetes.io/name': 'katib-experiment', 'app.kubernetes.io/instance': 'mnist-pytorch', 'app.kubernetes.io/component': 'experiment',
  'app.kubernetes.io/part-of': 'kubeflow', 'app.kubernetes.io/managed-by': 'cdk8s-aipod',
};

/** The documents' experiment, with the step of `lr` that a grid needs. */
const mnist = (version?: '1.7' | '26.03'): Built => buildKatib((layer, team) => {
  new KatibExperiment(layer, 'mnist', {
    team,
    name: 'mnist-pytorch',
    objective: { type: 'maximize', metric: 'Validation-accuracy', goal: 0.9, additionalMetrics: ['Train-accuracy'] },
    search: {
      algorithm: 'grid',
      parameters: {
        lr: { type: 'double', min: 0.01, max: 0.03, step: 0.005 },
        'num-layers': { type: 'int', min: 1, max: 64 },
        optimizer: { type: 'categorical', values: ['sgd', 'adam', 'ftrl'] },
      },
    },
    trials: { max: 12, parallel: 3, maxFailed: 3 },
    metricsCollector: { kind: 'File', path: '/var/log/katib/metrics.log' },
    trial: {
      image: 'registry.example.com/pytorch-mnist:1.0',
      command: ({ lr, 'num-layers': layers, optimizer }) => ['python3', '/opt/mnist.py', '--epochs=1', `--lr=${lr}`, `--num-layers=${layers}`, `--optimizer=${optimizer}`],
      mounts: [{ dataset: DATA, mountPath: '/mnt/data/' }],
    },
    naming: 'fixed',
  });
}, version);

describe('the documents\' experiment mnist-pytorch', () => {
  test.each(['1.7', '26.03'] as const)('field by field, on Kubeflow %s', version => {
    const built = mnist(version);
    expect(built.problems).toEqual([]);
    expect(built.manifests).toEqual([{
      apiVersion: 'kubeflow.org/v1beta1',
      kind: 'Experiment',
      metadata: { name: 'mnist-pytorch', namespace: 'team', labels: LABELS },
      spec: {
        objective: { type: 'maximize', goal: 0.9, objectiveMetricName: 'Validation-accuracy', additionalMetricNames: ['Train-accuracy'] },
        algorithm: { algorithmName: 'grid' },
        maxTrialCount: 12,
        parallelTrialCount: 3,
        maxFailedTrialCount: 3,
        parameters: [
          { name: 'lr', parameterType: 'double', feasibleSpace: { min: '0.01', max: '0.03', step: '0.005' } },
          { name: 'num-layers', parameterType: 'int', feasibleSpace: { min: '1', max: '64' } },
          { name: 'optimizer', parameterType: 'categorical', feasibleSpace: { list: ['sgd', 'adam', 'ftrl'] } },
        ],
        metricsCollectorSpec: { collector: { kind: 'File' }, source: { fileSystemPath: { kind: 'File', path: '/var/log/katib/metrics.log' } } },
        trialTemplate: {
          primaryContainerName: 'training-container',
          trialParameters: [{ name: 'lr', reference: 'lr' }, { name: 'num-layers', reference: 'num-layers' }, { name: 'optimizer', reference: 'optimizer' }],
          trialSpec: {
            apiVersion: 'batch/v1',
            kind: 'Job',
            spec: {
              template: {
                metadata: { labels: { ...LABELS, 'sidecar.istio.io/inject': 'false' } },
                spec: {
                  automountServiceAccountToken: false,
                  restartPolicy: 'Never',
                  securityContext: {
                    runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' },
                  },
                  volumes: [{ name: 'mnist-data', persistentVolumeClaim: { claimName: 'mnist-data', readOnly: true } }],
                  containers: [{
                    name: 'training-container',
                    image: 'registry.example.com/pytorch-mnist:1.0',
                    command: [
                      'python3', '/opt/mnist.py', '--epochs=1', '--lr=${trialParameters.lr}', '--num-layers=${trialParameters.num-layers}', '--optimizer=${trialParameters.optimizer}',
                    ],
                    resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '2Gi' } },
                    volumeMounts: [{ name: 'mnist-data', mountPath: '/mnt/data/', readOnly: true }],
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
                  }],
                },
              },
            },
          },
        },
      },
    }]);
  });

  test('without the step of lr it does not compile: Katib would refuse the experiment after it was made', () => {
    buildKatib((layer, team) => {
      new KatibExperiment(layer, 'mnist', {
        ...PROPS,
        team,
        // @ts-expect-error a grid of doubles has no end
        search: { algorithm: 'grid', parameters: { lr: { type: 'double', min: 0.01, max: 0.03 } } },
      });
    });
  });
});

const ALL_TRIAL: Required<TrialOptions<'lr'>> = {
  image: 'registry.example.com/train:2.0', command: ({ lr }, trialName) => ['train', lr, `/results/${trialName}`], environment: ({ lr }) => ({ RATE: lr }), cpu: '500m', memory: '8Gi', gpus: 2,
  sharedMemory: '4Gi', mounts: [{ dataset: RESULTS, mountPath: '/results' }], runAsUser: 1234, backoffLimit: 1, retain: true,
};
const ALL: Required<Omit<KatibExperimentProps<'lr'>, 'team'>> = {
  name: 'all', objective: { type: 'minimize', metric: 'loss', goal: 0.001, additionalMetrics: ['accuracy'] },
  search: { algorithm: 'random', parameters: { lr: { type: 'double', min: 1e-7, max: 0.1, distribution: 'logUniform' } }, settings: { random_state: 7 } },
  trials: { max: 20, parallel: 5, maxFailed: 0 }, trial: ALL_TRIAL, metricsCollector: { kind: 'StdOut', filters: ['(\\w+): ([0-9.]+)'] },
  earlyStopping: { kind: 'medianstop', minTrials: 2, startStep: 6 }, resumePolicy: 'LongRunning', naming: 'fixed',
};

describe('every prop reaches the manifest; otherwise a user sets it and nothing happens', () => {
  test('of the experiment', () => {
    const built = tune(ALL);
    expect(built.problems).toEqual([]);
    expect(built.one('Experiment').metadata).toMatchObject({ name: 'all', namespace: 'team' });
    const { trialTemplate, ...spec } = specOf(built);
    expect(spec).toEqual({
      objective: { type: 'minimize', goal: 0.001, objectiveMetricName: 'loss', additionalMetricNames: ['accuracy'] },
      algorithm: { algorithmName: 'random', algorithmSettings: [{ name: 'random_state', value: '7' }] },
      parameters: [{ name: 'lr', parameterType: 'double', feasibleSpace: { min: '1e-7', max: '0.1', distribution: 'logUniform' } }],
      maxTrialCount: 20, parallelTrialCount: 5, maxFailedTrialCount: 0, resumePolicy: 'LongRunning',
      metricsCollectorSpec: { collector: { kind: 'StdOut' }, source: { filter: { metricsFormat: ['(\\w+): ([0-9.]+)'] } } },
      earlyStopping: { algorithmName: 'medianstop', algorithmSettings: [{ name: 'min_trials_required', value: '2' }, { name: 'start_step', value: '6' }] },
    });
    expect(trialTemplate).toMatchObject({
      retain: true, trialParameters: [{ name: 'lr', reference: 'lr' }, { name: 'trialName', reference: '${trialSpec.Name}' }], trialSpec: { spec: { backoffLimit: 1 } },
    });
  });

  test('of the trial', () => {
    const built = tune(ALL);
    expect(containerOf(built)).toMatchObject({
      image: 'registry.example.com/train:2.0',
      command: ['train', '${trialParameters.lr}', '/results/${trialParameters.trialName}'],
      env: [{ name: 'RATE', value: '${trialParameters.lr}' }],
      resources: { requests: { cpu: '500m', memory: '8Gi' }, limits: { memory: '8Gi', 'nvidia.com/gpu': 2 } },
      volumeMounts: [{ name: 'dshm', mountPath: '/dev/shm' }, { name: 'results', mountPath: '/results' }],
    });
    expect(specOf(built).trialTemplate.trialSpec.spec.template.spec.securityContext.runAsUser).toBe(1234);
  });

  test('and nothing else is written: Katib sets its own defaults', () => {
    const spec = specOf(tune());
    expect(Object.keys(spec).sort()).toEqual(['algorithm', 'maxFailedTrialCount', 'maxTrialCount', 'objective', 'parallelTrialCount', 'parameters', 'trialTemplate']);
    expect(spec.objective).toEqual({ type: 'maximize', objectiveMetricName: 'accuracy' });
    expect(Object.keys(spec.trialTemplate).sort()).toEqual(['primaryContainerName', 'trialParameters', 'trialSpec']);
    expect(Object.keys(spec.trialTemplate.trialSpec.spec)).toEqual(['template']);
    expect(spec.trialTemplate.trialParameters).toEqual([{ name: 'lr', reference: 'lr' }]);
  });

  test('and what it needs is declared', () => {
    expect(tune().app.prerequisites().map(({ what }) => what)).toEqual(expect.arrayContaining([
      'Kubeflow 26.03 with Katib (experiments.kubeflow.org/v1beta1)', 'registry.example.com/train:1.0 can be pulled in namespace team',
    ]));
  });
});

describe('the number of trials', () => {
  test.each([[1, 1, 1], [2, 2, 2], [3, 3, 3], [100, 3, 3]])('of %i: %i at once and %i failures, where not said otherwise', (max, parallel, maxFailed) => {
    const built = tune({ trials: { max } });
    expect(built.problems).toEqual([]);
    expect(specOf(built)).toMatchObject({ maxTrialCount: max, parallelTrialCount: parallel, maxFailedTrialCount: maxFailed });
  });

  test.each<[Changes['trials'], string]>([
    [{ max: 0 }, '`trials.max` is 0: it must be a whole number of at least 1. Choose a value in that range.'],
    [{ max: 4, parallel: 5 }, '`trials.parallel` is 5: it must be a whole number from 1 to 4. Choose a value in that range.'],
    [{ max: 4, parallel: 0 }, '`trials.parallel` is 0: it must be a whole number from 1 to 4. Choose a value in that range.'],
    [{ max: 4, maxFailed: 5 }, '`trials.maxFailed` is 5: it must be a whole number from 0 to 4. Choose a value in that range.'],
    [{ max: 4, maxFailed: -1 }, '`trials.maxFailed` is -1: it must be a whole number from 0 to 4. Choose a value in that range.'],
  ])('%j is refused by Katib\'s webhook', (trials, sentence) => {
    expect(sentences({ trials })).toEqual(saying(sentence));
  });
});

describe('the name', () => {
  test.each<[string, string, JobNaming]>([
    ['a'.repeat(41), 'at most 40 characters', 'fixed'], ['a'.repeat(32), 'at most 31 characters before its hash', 'contentHash'],
    ['1a', 'at most 40 characters', 'fixed'], ['a-', 'at most 40 characters', 'fixed'],
  ])('%s is refused: services are named after it', (name, most, naming) => {
    expect(sentences({ name, naming })[0]).toBe(saying(
      `\`name\` is "${name}": an experiment with random needs ${most}: a-z, 0-9 and "-", starting with a letter and ending with a letter or digit. Rename it.`)[0]);
  });

  test.each<[string, JobNaming]>([['a'.repeat(40), 'fixed'], ['a'.repeat(31), 'contentHash'], ['a', 'fixed']])('%s is taken', (name, naming) => {
    expect(sentences({ name, naming })).toEqual([]);
  });

  const nameOf = (changes: Changes): string => tune({ naming: undefined, ...changes }).one('Experiment').metadata.name;

  test('has a hash of the content; otherwise Katib refuses a changed experiment', () => {
    expect(nameOf({})).toMatch(/^tune-[0-9a-f]{8}$/);
    expect(nameOf({})).toBe(nameOf({}));
    expect(nameOf({ objective: { type: 'minimize', metric: 'accuracy' } })).not.toBe(nameOf({}));
    expect(nameOf({ trial: { ...PROPS.trial, image: 'registry.example.com/train:1.1' } })).not.toBe(nameOf({}));
  });

  test('changes with the counts; otherwise Katib refuses them once the experiment ended', () => {
    expect(nameOf({ trials: { max: 13 } })).not.toBe(nameOf({}));
    expect(nameOf({ resumePolicy: 'Never', trials: { max: 13 } })).not.toBe(nameOf({ resumePolicy: 'Never' }));
  });

  test.each(['LongRunning', 'FromVolume'] as const)('stays with %s; otherwise more trials would start from nothing', resumePolicy => {
    const name = nameOf({ resumePolicy });
    expect(nameOf({ resumePolicy, trials: { max: 24, parallel: 4, maxFailed: 1 } })).toBe(name);
    expect(nameOf({ resumePolicy, earlyStopping: { kind: 'medianstop' } })).not.toBe(name);
  });
});

test('a JSON patch changes the trial; otherwise a queue or a node could not be asked for', () => {
  const label = '/spec/trialTemplate/trialSpec/spec/template/metadata/labels/kai.scheduler~1queue';
  const built = buildKatib((layer, team) => {
    const experiment = new KatibExperiment(layer, 'tune', { ...PROPS, team });
    ApiObject.of(experiment).addJsonPatch(JsonPatch.add(label, 'team-a'));
  });
  expect(specOf(built).trialTemplate.trialSpec.spec.template.metadata.labels['kai.scheduler/queue']).toBe('team-a');
});
