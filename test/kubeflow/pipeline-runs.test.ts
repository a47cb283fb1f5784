import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import { ExistingClaim, type Json, type KubeflowVersion, type TrainOptions } from '../../lib';
import { build } from '../support';
import { add, environmentOf, EXISTING, HERE, MODELS, objectOf, orderOf, pipeline, type Some, stepOf, TEST, TRAIN } from './pipeline-support';

describe('training on several GPUs and nodes', () => {
  const DISTRIBUTED: TrainOptions = { ...TRAIN, gpus: 4, sharedMemory: '8Gi', memory: '32Gi', pyTorchJob: { workers: 3 } };
  const built = pipeline({ train: DISTRIBUTED, activeDeadline: Duration.hours(1), retries: 1 });
  const job = objectOf(built, 'train');

  test('is a PyTorchJob of the run, which goes when the run goes', () => {
    expect(built.problems).toEqual([]);
    expect(job).toMatchObject({ apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', metadata: { name: '{{workflow.name}}', namespace: 'team' } });
    expect(stepOf(built, 'train').resource).toMatchObject({
      action: 'apply',
      setOwnerReference: true,
      successCondition: 'status.replicaStatuses.Master.succeeded > 0',
      failureCondition: 'status.replicaStatuses.Master.failed > 0, status.replicaStatuses.Worker.failed > 0',
    });
    expect(orderOf(built)).toEqual(['>train:train', 'train>test:test', 'train>dataset-snapshot:dataset-snapshot']);
  });

  test('has what the training operator asks for: one master, a container `pytorch`, and failures that end the job', () => {
    expect(job.spec.pytorchReplicaSpecs).toMatchObject({ Master: { replicas: 1, restartPolicy: 'Never' }, Worker: { replicas: 3, restartPolicy: 'Never' } });
    for (const { template } of Object.values<Json>(job.spec.pytorchReplicaSpecs)) expect(template.spec.containers.map(({ name }: Json) => name)).toEqual(['pytorch']);
  });

  test('gives each pod the dataset, its GPUs, the name of the snapshot, and no sidecar', () => {
    for (const { template: { metadata, spec } } of Object.values<Json>(job.spec.pytorchReplicaSpecs)) {
      const [container] = spec.containers;
      expect(container.volumeMounts).toEqual([{ name: 'dshm', mountPath: '/dev/shm' }, { name: 'mnist-data', mountPath: '/mnt/data' }]);
      expect(container.resources.limits).toEqual({ memory: '32Gi', 'nvidia.com/gpu': 4 });
      expect(environmentOf(container)).toEqual({ DATA_VOLUME_NAME: 'mnist-data', SNAPSHOT_NAME: 'mnist-data-{{workflow.name}}' });
      expect(metadata.annotations).toEqual({ 'sidecar.istio.io/inject': 'false' });
    }
  });

  test('holds no GPUs after its end or after the deadline of the run', () => {
    expect(job.spec.runPolicy).toEqual({ cleanPodPolicy: 'Running', activeDeadlineSeconds: 3600 });
    expect(objectOf(pipeline({ train: DISTRIBUTED }), 'train').spec.runPolicy).toEqual({ cleanPodPolicy: 'Running' });
  });

  test('runs one process per GPU, or one per pod without; Kubeflow 1.7 does not know the field', () => {
    const processes = (gpus: number | undefined, version: KubeflowVersion = '26.03') => objectOf(pipeline({ version, train: { ...DISTRIBUTED, gpus } }), 'train').spec.nprocPerNode;
    expect([processes(4), processes(0), processes(undefined), processes(4, '1.8')]).toEqual(['4', '1', '1', '4']);
    expect(processes(4, '1.7')).toBeUndefined();
  });

  test('declares the training operator', () => {
    expect(built.app.prerequisites().map(({ what }) => what)).toContain('Kubeflow 26.03 with the training operator (pytorchjobs.kubeflow.org/v1)');
  });

  test('more GPUs than a node has, an image without a tag and a missing claim are seen inside the step', () => {
    const { problems } = pipeline({ train: { ...DISTRIBUTED, gpus: 9, image: 'train', mounts: [{ dataset: new ExistingClaim('team', 'none', 'ReadWriteMany'), mountPath: '/x' }] } });
    expect(problems.filter(problem => problem.includes('nvidia.com/gpu'))).toEqual(Array(2).fill(`${HERE}\`resources.limits["nvidia.com/gpu"]\` is 9 for one pod: the largest node it may run on has 8 GPUs, so it `
      + 'would wait for ever. Ask for fewer, or correct `cluster.nodes`.'));
    expect(problems.filter(problem => problem.includes('`image` of container pytorch is "train"'))).toHaveLength(2);
    expect(problems.filter(problem => problem.includes('no PersistentVolumeClaim team/none'))).toHaveLength(2);
  });

  test('the same is seen in a container', () => {
    const { problems } = pipeline({ train: { ...TRAIN, gpus: 9, image: 'train', memory: '0x1Gi' as never }, dataset: { claim: new ExistingClaim('team', 'none', 'ReadWriteMany') } });
    for (const part of ['is 9 for one pod', '`image` of container train is "train"', 'no PersistentVolumeClaim team/none', 'memory` is "0x1Gi"']) expect(problems.join('\n')).toContain(part);
  });

  test('workers of a plain container do not compile', () => {
    // @ts-expect-error workers belong to a PyTorchJob
    const train: TrainOptions = { ...TRAIN, workers: 3 };
    expect(train).toBeDefined();
  });

  test.each([0, -1, 1.5])('%d workers are refused', workers => {
    expect(pipeline({ train: { ...DISTRIBUTED, pyTorchJob: { workers } } }).problems).toContain(
      `${HERE}\`train.pyTorchJob.workers\` is ${workers}: it must be a whole number of at least 1. Choose a value in that range.`,
    );
  });
});

describe('parameters', () => {
  const read = (...command: string[]): TrainOptions => ({ ...TRAIN, command: ['train', ...command] });

  test('one that nobody declares is a mistake; otherwise the run is refused after it was started', () => {
    expect(pipeline({ parameters: { epochs: '1' }, train: read('{{workflow.parameters.epochs}}', '{{workflow.parameters.epoch}}') }).problems).toEqual([
      `${HERE}\`train.command\` has {{workflow.parameters.epoch}}: Argo fills in {{workflow.parameters.epochs}}, {{workflow.name}}, {{workflow.namespace}}, {{workflow.uid}}. `
      + 'Use one of these as it is written here, or add the parameter.',
    ]);
    expect(pipeline({ test: { ...TEST, environment: { A: '{{ workflow.name }}' } } }).problems).toEqual([
      `${HERE}\`test.environment\` has {{ workflow.name }}: Argo fills in {{workflow.name}}, {{workflow.namespace}}, {{workflow.uid}}. Use one of these as it is written here, or add the parameter.`,
    ]);
  });

  test('one that nobody reads is a mistake; otherwise a user chooses a value and nothing changes', () => {
    expect(pipeline({ parameters: { epochs: '1' } }).problems).toEqual([
      `${HERE}\`parameters\` has epochs: no command and no variable of a step reads it, so choosing it would do nothing. Write {{workflow.parameters.epochs}} where it belongs, or leave it out.`,
    ]);
  });

  test('a name that Argo refuses is a mistake', () => {
    expect(pipeline({ parameters: { 'learning rate': '1' }, train: read('{{workflow.parameters.learning rate}}') }).problems).toEqual([
      `${HERE}\`parameters\` has the name "learning rate": Argo allows letters, digits, "-" and "_". Rename it.`,
    ]);
  });

  test('a value that breaks the manifest of a PyTorchJob is a mistake; in a container it is none', () => {
    const props = { parameters: { note: 'a "b"' }, train: read('{{workflow.parameters.note}}') };
    expect(pipeline(props).problems).toEqual([]);
    expect(pipeline({ ...props, train: { ...props.train, pyTorchJob: { workers: 1 } } }).problems).toEqual([
      `${HERE}\`parameters\` has "a \\"b\\"" for note: Argo writes it into the JSON of the PyTorchJob as it is. Leave out quotes, backslashes and line ends.`,
    ]);
  });
});

describe('a run by applying', () => {
  const runOf = (props: Some = {}, patch?: JsonPatch): Json => build(layer => {
    const made = add(layer, { run: true, ...props });
    if (patch) ApiObject.of(made).addJsonPatch(patch);
  }, EXISTING).one('Workflow');

  test('is a run of the template', () => {
    const { metadata, spec } = runOf();
    expect(pipeline({ run: true }).problems).toEqual([]);
    expect(metadata).toMatchObject({ namespace: 'team', labels: { 'app.kubernetes.io/instance': 'mnist' } });
    expect(metadata.name).toMatch(/^mnist-[0-9a-f]{8}$/);
    expect(spec).toEqual({ workflowTemplateRef: { name: 'mnist' }, workflowMetadata: { annotations: { 'cdk8s-aipod/pipeline-hash': expect.stringMatching(/^[0-9a-f]{8}$/) } } });
  });

  test('what does the same is the same run; otherwise every apply trains once more', () => {
    expect(runOf()).toEqual(runOf());
    expect(runOf({ activeDeadline: Duration.hours(2) })).toEqual(runOf());
  });

  test('what does something else is another run; otherwise the change never takes effect', () => {
    const names = [
      runOf(), runOf({ train: { ...TRAIN, image: 'registry.example.com/mnist:1.1' } }), runOf({ dataset: { claim: MODELS } }), runOf({ test: undefined }),
      runOf({ train: { ...TRAIN, command: ['a', '{{workflow.parameters.b}}'] }, parameters: { b: '1' } }), runOf({ train: { ...TRAIN, command: ['a', '{{workflow.parameters.b}}'] }, parameters: { b: '2' } }),
      runOf({}, JsonPatch.add('/spec/templates/1/container/workingDir', '/app')),
    ].map(({ metadata }) => metadata.name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('that is removed after a while would start again', () => {
    expect(pipeline({ run: true, ttlAfterFinished: Duration.hours(1) }).problems).toEqual([
      `${HERE}\`ttlAfterFinished\` is set with \`run\`: once the run is removed, the next apply would start it again. Leave one of them out.`,
    ]);
  });
});
