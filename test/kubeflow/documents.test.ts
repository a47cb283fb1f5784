import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type Json } from '../../lib';

/** What lab writes, read back from the files. */
const LAB = join(__dirname, '../../dist/lab');
const manifests: Json[] = readdirSync(LAB).filter(file => file.endsWith('.yaml')).flatMap(file => parseAllDocuments(readFileSync(join(LAB, file), 'utf8')).map(document => document.toJS()));
const only = (kind: string): Json => {
  const found = manifests.filter(manifest => manifest.kind === kind);
  expect(found).toHaveLength(1);
  return found[0];
};

describe('lab is the documents\' Kubeflow; otherwise a team that follows the documents gets something else', () => {
  test('the experiment: objective, counts, parameters, algorithm, metrics in a file, the dataset in each trial', () => {
    const { metadata, spec } = only('Experiment');
    expect(metadata.name).toBe('mnist-pytorch');
    expect(spec.objective).toEqual({ type: 'maximize', goal: 0.9, objectiveMetricName: 'Validation-accuracy', additionalMetricNames: ['Train-accuracy'] });
    expect({ max: spec.maxTrialCount, parallel: spec.parallelTrialCount, failed: spec.maxFailedTrialCount }).toEqual({ max: 12, parallel: 3, failed: 3 });
    expect(spec.algorithm).toEqual({ algorithmName: 'grid' });
    // The documents show no step, without which Katib's grid does not start: that is the one thing added.
    expect(spec.parameters).toEqual([
      { name: 'lr', parameterType: 'double', feasibleSpace: { min: '0.01', max: '0.03', step: '0.005' } },
      { name: 'num-layers', parameterType: 'int', feasibleSpace: { min: '1', max: '64' } },
      { name: 'optimizer', parameterType: 'categorical', feasibleSpace: { list: ['sgd', 'adam', 'ftrl'] } },
    ]);
    expect(spec.metricsCollectorSpec).toMatchObject({ collector: { kind: 'File' }, source: { fileSystemPath: { kind: 'File' } } });
    expect(spec.trialTemplate.trialSpec.spec.template.spec.volumes).toContainEqual({ name: 'mnist-data', persistentVolumeClaim: { claimName: 'mnist-data' } });
  });

  test('the pipeline: train, then test and a snapshot of the dataset, which is mounted at /mnt/data', () => {
    const { templates } = only('WorkflowTemplate').spec;
    const step = (name: string): Json => templates.find((template: Json) => template.name === name);
    expect(step('pipeline').dag.tasks).toEqual([
      { name: 'train', template: 'train' }, { name: 'test', template: 'test', dependencies: ['train'] }, { name: 'dataset-snapshot', template: 'dataset-snapshot', dependencies: ['train'] },
    ]);
    for (const name of ['train', 'test']) expect(step(name).container.volumeMounts).toContainEqual({ name: 'mnist-data', mountPath: '/mnt/data' });
    expect(JSON.parse(step('dataset-snapshot').resource.manifest)).toMatchObject({
      kind: 'VolumeSnapshot', metadata: { name: 'mnist-data-{{workflow.name}}' }, spec: { volumeSnapshotClassName: 'csi-snapclass', source: { persistentVolumeClaimName: 'mnist-data' } },
    });
  });

  test('the notebook: a home volume of its own, the ImageNet data through both data LIFs, a GPU and shared memory', () => {
    const [container] = only('Notebook').spec.template.spec.containers;
    expect(container.resources.limits['nvidia.com/gpu']).toBe(1);
    expect(container.volumeMounts.map(({ mountPath }: Json) => mountPath)).toEqual(expect.arrayContaining([
      '/home/jovyan', '/home/jovyan/pb-fg-all/mount_0', '/home/jovyan/pb-fg-all/mount_1', '/dev/shm',
    ]));
  });

  test('TensorBoard reads the logs of the training', () => {
    expect(only('Tensorboard').spec.logspath).toBe('pvc://mnist-results/logs');
  });

  test('the one default class of the cluster makes FlexVols, as the documents ask for before Kubeflow is installed', () => {
    const isDefault = ({ kind, metadata }: Json) => kind === 'StorageClass' && metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
    expect(manifests.filter(isDefault).map(({ parameters }) => parameters.backendType)).toEqual(['ontap-nas']);
  });
});
