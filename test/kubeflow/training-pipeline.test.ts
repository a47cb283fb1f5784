import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import fc from 'fast-check';
import {
  ExistingClaim, KubeflowInstallation, type Json, PlatformNamespace, SharedVolume, TrainingPipeline, type TrainingPipelineProps, VolumeClaim, VolumeClone, VolumeSnapshotClass,
} from '../../lib';
import { build } from '../support';
import { add, DATA, environmentOf, EXISTING, HERE, MODELS, objectOf, orderOf, pipeline, specOf, stepOf, TEST, TRAIN } from './pipeline-support';

describe('the documents\' pipeline', () => {
  const built = pipeline();

  test('has no mistakes, and is this and no more', () => {
    expect(built.problems).toEqual([]);
    expect(built.manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)).toEqual([
      'VolumeSnapshotClass /csi-snapclass', 'ServiceAccount team/mnist', 'Role team/mnist', 'RoleBinding team/mnist', 'WorkflowTemplate team/mnist',
    ]);
    expect(Object.keys(specOf(built)).sort()).toEqual(['entrypoint', 'podMetadata', 'serviceAccountName', 'templates', 'workflowMetadata']);
    expect(specOf(built).templates.map(({ name }: Json) => name)).toEqual(['pipeline', 'train', 'test', 'dataset-snapshot']);
    expect(Object.keys(stepOf(built, 'train')).sort()).toEqual(['container', 'name', 'securityContext', 'volumes']);
    expect(Object.keys(stepOf(built, 'dataset-snapshot')).sort()).toEqual(['activeDeadlineSeconds', 'name', 'resource', 'securityContext']);
  });

  test('trains, then tests and takes the snapshot; a failed test does not keep the snapshot from being taken', () => {
    expect(specOf(built).entrypoint).toBe('pipeline');
    expect(orderOf(built)).toEqual(['>train:train', 'train>test:test', 'train>dataset-snapshot:dataset-snapshot']);
  });

  test.each([['train', 'train_mnist.py'], ['test', 'test_mnist.py']])('%s has the dataset at /mnt/data', (name, program) => {
    const { container, volumes } = stepOf(built, name);
    expect(container).toMatchObject({ image: 'registry.example.com/mnist:1.0', command: ['python', program] });
    expect(container).not.toHaveProperty('name');
    expect(container.volumeMounts[0]).toEqual({ name: 'mnist-data', mountPath: '/mnt/data' });
    expect(volumes[0]).toEqual({ name: 'mnist-data', persistentVolumeClaim: { claimName: 'mnist-data' } });
  });

  test('the snapshot is named after the run, and the model can be told which one it is before it is taken', () => {
    const snapshot = objectOf(built, 'dataset-snapshot');
    expect(snapshot).toEqual({
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: {
        name: 'mnist-data-{{workflow.name}}',
        namespace: 'team',
        labels: {
          'app.kubernetes.io/name': 'training-pipeline', 'app.kubernetes.io/instance': 'mnist', 'app.kubernetes.io/component': 'snapshot', 'workflows.argoproj.io/workflow': '{{workflow.name}}',
        },
      },
      spec: { volumeSnapshotClassName: 'csi-snapclass', source: { persistentVolumeClaimName: 'mnist-data' } },
    });
    for (const name of ['train', 'test']) {
      expect(environmentOf(stepOf(built, name).container)).toEqual({ DATA_VOLUME_NAME: 'mnist-data', SNAPSHOT_NAME: snapshot.metadata.name });
    }
  });

  test('the run ends when the snapshot can be used, and a passing error of the snapshot controller does not fail it', () => {
    const { resource, activeDeadlineSeconds } = stepOf(built, 'dataset-snapshot');
    expect({ ...resource, manifest: undefined }).toEqual({ action: 'apply', successCondition: 'status.readyToUse == true' });
    expect(activeDeadlineSeconds).toBe(600);
  });

  test('the snapshot belongs to no run; otherwise it would go with the run, and the trace with it', () => {
    expect(stepOf(built, 'dataset-snapshot').resource).not.toHaveProperty('setOwnerReference');
    expect(objectOf(built, 'dataset-snapshot').metadata).not.toHaveProperty('ownerReferences');
  });

  test('pods get no sidecar; otherwise the steps would never end', () => {
    expect(specOf(built).podMetadata.annotations).toEqual({ 'sidecar.istio.io/inject': 'false' });
  });

  test('runs can be found by the pipeline', () => {
    expect(specOf(built).workflowMetadata.labels['app.kubernetes.io/instance']).toBe('mnist');
  });

  test('what must be installed is declared', () => {
    expect(built.app.prerequisites().map(({ what }) => what)).toContain(
      'Kubeflow 26.03 with Argo Workflows, which Kubeflow Pipelines brings along (workflows.argoproj.io/v1alpha1, workflowtemplates.argoproj.io/v1alpha1)',
    );
    expect(built.app.prerequisites().map(({ what }) => what).join()).not.toContain('training operator');
  });
});

describe('rights: what a step calls, and nothing else', () => {
  const SNAPSHOTS = { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs: ['create', 'get'] };
  const REPORTS = { apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] };
  const PODS = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'patch'] };

  test.each([['1.7', PODS], ['1.8', PODS], ['1.9', REPORTS], ['1.10', REPORTS], ['26.03', REPORTS]] as const)('in Kubeflow %s', (version, report) => {
    expect(pipeline({ version }).one('Role').rules).toEqual([report, SNAPSHOTS]);
  });

  test('with a PyTorchJob, to make and watch it too', () => {
    expect(pipeline({ train: { ...TRAIN, pyTorchJob: { workers: 1 } } }).one('Role').rules).toEqual([
      REPORTS, SNAPSHOTS, { apiGroups: ['kubeflow.org'], resources: ['pytorchjobs'], verbs: ['create', 'get'] },
    ]);
  });

  test('the account of the pipeline alone has them', () => {
    const built = pipeline();
    expect(specOf(built).serviceAccountName).toBe(built.one('ServiceAccount').metadata.name);
    expect(built.one('RoleBinding')).toMatchObject({
      roleRef: { kind: 'Role', name: built.one('Role').metadata.name }, subjects: [{ kind: 'ServiceAccount', namespace: 'team', name: 'mnist' }],
    });
  });

  test('code of the team does not get the token; otherwise whatever it loads may make objects', () => {
    const built = pipeline({ train: { ...TRAIN, mounts: [{ dataset: MODELS, mountPath: '/models' }] } });
    for (const name of ['train', 'test']) {
      const { container, volumes } = stepOf(built, name);
      const hiding = container.volumeMounts.find(({ mountPath }: Json) => mountPath === '/var/run/secrets/kubernetes.io/serviceaccount');
      expect(volumes).toContainEqual({ name: hiding.name, emptyDir: {} });
    }
    const job = objectOf(pipeline({ train: { ...TRAIN, pyTorchJob: { workers: 1 } } }), 'train');
    for (const { template } of Object.values<Json>(job.spec.pytorchReplicaSpecs)) expect(template.spec.automountServiceAccountToken).toBe(false);
  });

  test('each step meets the strictest Pod Security level', () => {
    const { problems } = build(layer => {
      new PlatformNamespace(layer, 'namespace', { name: 'secure' });
      const claim = new VolumeClaim(layer, 'data', { name: 'data', namespace: 'secure', size: '10Gi' });
      const team = { namespace: 'secure', kubeflow: new KubeflowInstallation(layer, 'installed', { version: '26.03' }) };
      add(layer, { team, dataset: { claim } });
      const options = { team, name: 'distributed', dataset: { claim }, snapshot: { class: new VolumeSnapshotClass(layer, 'other', { name: 'other' }) } };
      new TrainingPipeline(layer, 'distributed', { ...options, train: { ...TRAIN, gpus: 2, pyTorchJob: { workers: 2 } } });
    });
    expect(problems).toEqual([]);
    for (const name of ['train', 'test', 'dataset-snapshot']) {
      expect(stepOf(pipeline(), name).securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } });
    }
  });
});

describe('every prop reaches the manifests; otherwise a user sets it and nothing happens', () => {
  const ALL: Required<Omit<TrainingPipelineProps, 'team' | 'snapshot'>> & { snapshot: Required<Omit<TrainingPipelineProps['snapshot'], 'class'>> } = {
    name: 'digits',
    dataset: { claim: new ExistingClaim('team', 'models', 'ReadWriteMany'), mountPath: '/data', readOnly: true } satisfies Required<TrainingPipelineProps['dataset']>,
    train: {
      image: 'registry.example.com/train:2', command: ['train', '--epochs={{workflow.parameters.epochs}}'], environment: { LR: '{{workflow.parameters.learning-rate}}' }, cpu: 4, memory: '16Gi', gpus: 1,
      sharedMemory: '4Gi', mounts: [{ dataset: DATA, mountPath: '/models' }], runAsUser: 1234,
    },
    test: { image: 'registry.example.com/test:3', command: ['test', '{{workflow.name}}'], runAsUser: 4321 },
    snapshot: { when: 'beforeTraining', deadline: Duration.minutes(3) },
    parameters: { epochs: '10', 'learning-rate': '0.01' },
    run: false,
    retries: 2,
    activeDeadline: Duration.hours(6),
    ttlAfterFinished: Duration.days(30),
  };
  const built = pipeline(ALL);

  test('of the pipeline', () => {
    expect(built.problems).toEqual([]);
    expect(built.one('WorkflowTemplate').metadata.name).toBe('digits');
    expect(specOf(built)).toMatchObject({
      serviceAccountName: 'digits',
      arguments: { parameters: [{ name: 'epochs', value: '10' }, { name: 'learning-rate', value: '0.01' }] },
      activeDeadlineSeconds: 21600,
      ttlStrategy: { secondsAfterCompletion: 2592000 },
    });
    for (const name of ['train', 'test', 'dataset-snapshot']) expect(stepOf(built, name).retryStrategy).toEqual({ limit: 2, retryPolicy: 'Always' });
    expect(stepOf(built, 'pipeline')).not.toHaveProperty('retryStrategy');
    expect(built.manifests.filter(({ kind }) => kind === 'Workflow')).toEqual([]);
  });

  test('of the snapshot: before training, nothing is trained on data that is not kept', () => {
    expect(orderOf(built)).toEqual(['>dataset-snapshot:dataset-snapshot', 'dataset-snapshot>train:train', 'train>test:test']);
    expect(stepOf(built, 'dataset-snapshot').activeDeadlineSeconds).toBe(180);
    expect(objectOf(built, 'dataset-snapshot').spec.source).toEqual({ persistentVolumeClaimName: 'models' });
  });

  test('of the steps', () => {
    const { container, volumes, securityContext } = stepOf(built, 'train');
    expect(container).toMatchObject({
      image: 'registry.example.com/train:2',
      command: ['train', '--epochs={{workflow.parameters.epochs}}'],
      resources: { requests: { cpu: '4', memory: '16Gi' }, limits: { memory: '16Gi', 'nvidia.com/gpu': 1 } },
    });
    expect(environmentOf(container)).toEqual({ DATA_VOLUME_NAME: 'models', SNAPSHOT_NAME: 'models-{{workflow.name}}', LR: '{{workflow.parameters.learning-rate}}' });
    expect(container.volumeMounts.map(({ mountPath, readOnly = false }: Json) => `${mountPath} ${readOnly}`)).toEqual([
      '/dev/shm false', '/data true', '/models false', '/var/run/secrets/kubernetes.io/serviceaccount true',
    ]);
    expect(volumes.map(({ name }: Json) => name)).toEqual(['dshm', 'models', 'mnist-data', 'no-token']);
    expect(securityContext.runAsUser).toBe(1234);
    expect(stepOf(built, 'test')).toMatchObject({ securityContext: { runAsUser: 4321 }, container: { image: 'registry.example.com/test:3', command: ['test', '{{workflow.name}}'] } });
  });

  test('a test step, a number of attempts and a deadline that nobody asked for are not there', () => {
    const plain = pipeline({ ...ALL, test: undefined, retries: 0 });
    expect(orderOf(plain)).toEqual(['>dataset-snapshot:dataset-snapshot', 'dataset-snapshot>train:train']);
    expect(JSON.stringify(plain.manifests)).not.toContain('retryStrategy');
  });
});

describe('names', () => {
  test('a name of any allowed length leaves room for the run, and for the hosts of its workers', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 70 }), fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined }), (length, workers) => {
      const name = 'a'.repeat(length);
      const train = workers === undefined ? TRAIN : { ...TRAIN, pyTorchJob: { workers } };
      const longestRun = `${name}-12345678`;
      const hosts = workers === undefined ? [longestRun] : [`${longestRun}-master-0`, `${longestRun}-worker-${workers - 1}`];
      const tooLong = pipeline({ name, train }).problems.some(problem => problem.includes('names of runs'));
      expect(tooLong).toBe(hosts.some(host => host.length > 63));
    }), { numRuns: 60 });
  });

  test('one that is too long is a mistake', () => {
    const name = 'a'.repeat(55);
    expect(pipeline({ name }).problems).toEqual([`${HERE}\`name\` is "${name}", 55 characters: names of runs are made from it, so it may have 54. Shorten it.`]);
    expect(pipeline({ name, train: { ...TRAIN, pyTorchJob: { workers: 2 } } }).problems).toEqual([
      `${HERE}\`name\` is "${name}", 55 characters: names of runs and hosts are made from it, so it may have 45. Shorten it.`,
    ]);
  });

  test('one that no PyTorchJob may have is a mistake', () => {
    expect(pipeline({ name: '3d' }).problems).toEqual([]);
    expect(pipeline({ name: '3d', train: { ...TRAIN, pyTorchJob: { workers: 2 } } }).problems).toEqual([
      `${HERE}\`name\` is "3d": the PyTorchJob of a run is named after it, so it must be a-z, 0-9 and "-", starting with a letter and ending with a letter or digit. Rename it.`,
    ]);
  });

  test('a claim whose snapshots could not be named is a mistake', () => {
    const claim = new ExistingClaim('team', 'c'.repeat(190), 'ReadWriteMany');
    expect(pipeline({ dataset: { claim } }).problems).toContain(
      `${HERE}\`dataset.claim\` is ${claim.claimName}, 190 characters: snapshots are named after it and the run, in at most 253. Use a claim with a name of at most 189.`,
    );
  });
});

describe('mistakes in the data and the steps', () => {
  test('data that Trident takes no snapshots of', () => {
    const { problems } = build(layer => {
      const source = new VolumeClaim(layer, 'source', { name: 'mnist-data', namespace: 'other', size: '1Gi', shareWith: ['team'] });
      add(layer, { dataset: { claim: new SharedVolume(layer, 'share', { source, namespace: 'team' }) as never } });
    }, EXISTING);
    expect(problems).toContain(`${HERE}\`dataset.claim\` is claim mnist-data, a share of the volume of another claim: Trident makes snapshots and clones of volumes that it manages only. `
      + 'Use a VolumeClaim, or data imported with `managed: true`.');
  });

  test('data of another namespace, once', () => {
    const claim = new ExistingClaim('other', 'data', 'ReadWriteMany');
    expect(pipeline({ dataset: { claim } }).problems.filter(problem => problem.includes('`dataset`'))).toEqual([
      `${HERE}\`dataset\` has claim data of namespace other: pods of namespace team cannot mount it. Make the claim in team; a volume can be shared with \`SharedVolume\`, and an export read with \`NfsDataset\`.`,
    ]);
  });

  test('a mount that hides the dataset', () => {
    const mounts = [{ dataset: MODELS, mountPath: '/mnt/data' }];
    expect(pipeline({ test: { ...TEST, mounts } }).problems).toEqual([
      `${HERE}\`test.mounts\` has the mount path /mnt/data: the dataset is mounted there. Use another path, or set \`dataset.mountPath\`.`,
    ]);
  });

  test.each(['DATA_VOLUME_NAME', 'SNAPSHOT_NAME'])('a variable of its own for %s', variable => {
    expect(pipeline({ train: { ...TRAIN, environment: { [variable]: 'x' } } }).problems).toEqual([
      `${HERE}\`train.environment\` has ${variable}: the pipeline sets it, so that a model is traced to its data. Use another name.`,
    ]);
  });

  test('numbers out of range', () => {
    expect(pipeline({ retries: -1, snapshot: { deadline: Duration.seconds(0) }, test: { ...TEST, gpus: -1 } }).problems).toEqual(expect.arrayContaining([
      `${HERE}\`retries\` is -1: it must be a whole number of at least 0. Choose a value in that range.`,
      `${HERE}\`snapshot.deadline\` is 0 seconds: every run would fail. Give it some minutes.`,
      `${HERE}\`test.gpus\` is -1: it must be a whole number of at least 0. Choose a value in that range.`,
    ]));
  });
});

describe('from a model to its data', () => {
  const clone = (existing: string) => build(layer => {
    const made = add(layer);
    const storageClass = { className: 'aipod-flexvols-retain' };
    new VolumeClone(layer, 'clone', { name: 'data-of-model', source: made.snapshotOf('mnist-x7k2p'), size: '10Gi', storageClass });
  }, { cluster: { ...EXISTING.cluster, existing: [
    ...EXISTING.cluster.existing, { kind: 'StorageClass', name: 'aipod-flexvols-retain', accessModes: ['ReadWriteMany'] }, { kind: 'VolumeSnapshot', namespace: 'team', name: existing },
  ] } });

  test('the snapshot of a run can be cloned, by the name that the step gave it', () => {
    const built = clone('mnist-data-mnist-x7k2p');
    expect(built.problems).toEqual([]);
    expect(built.one('PersistentVolumeClaim').spec.dataSource).toEqual({ apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: objectOf(built, 'dataset-snapshot').metadata.name.replace('{{workflow.name}}', 'mnist-x7k2p') });
  });

  test('and one that is not there is no new snapshot of today\'s data', () => {
    expect(clone('other').problems).toEqual([
      '[test/20-layer/clone] `spec.dataSource` is mnist-data-mnist-x7k2p: no VolumeSnapshot team/mnist-data-mnist-x7k2p is made in this environment or declared as existing. Make it, correct the name, or add it to `cluster.existing`.',
    ]);
  });
});

test('a JSON patch reaches the template', () => {
  const built = build(layer => { ApiObject.of(add(layer)).addJsonPatch(JsonPatch.add('/spec/parallelism', 1)); }, EXISTING);
  expect(specOf(built).parallelism).toBe(1);
});
