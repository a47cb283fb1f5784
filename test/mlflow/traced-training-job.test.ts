import { Duration } from 'cdk8s';
import { ExistingClaim, type Json, type NfsDataset, TracedTrainingJob, type TracedTrainingJobProps, type TrackingServer, VolumeClone, VolumeSnapshotClass } from '../../lib';
import { build, type Built, CLUSTER } from '../support';

const PATH = '[test/20-layer/job]';
const SERVER: TrackingServer = { trackingUri: 'http://mlflow-tracking.mlflow.svc:30002', namespace: 'mlflow', podLabels: {}, port: 5000, requiresLogin: true };
const CLAIM = new ExistingClaim('team', 'mnist-data', 'ReadWriteMany');
const LOGIN = { username: 'user', password: { secret: 'login', key: 'password' } };
const BASE: Omit<TracedTrainingJobProps, 'snapshot'> = { name: 'mnist', server: SERVER, login: LOGIN, dataset: { claim: CLAIM }, train: { image: 'example/train:1', command: ['python3', 'train.py'] } };
const cluster = { ...CLUSTER, existing: [...CLUSTER.existing!, { kind: 'Queue' as const, name: 'team' }, ...['mnist-data', 'models'].map(name => ({ kind: 'PersistentVolumeClaim' as const, namespace: 'team', name }))] };

function job(props: Partial<Omit<TracedTrainingJobProps, 'snapshot'>> & { snapshot?: Partial<TracedTrainingJobProps['snapshot']> } = {}): Built {
  return build(layer => {
    new TracedTrainingJob(layer, 'job', { ...BASE, ...props, snapshot: { class: new VolumeSnapshotClass(layer, 'class'), ...props.snapshot } });
  }, { cluster });
}
const pod = (built: Built): Json => built.one('Job').spec.template.spec;
const variables = ({ env }: Json): Record<string, unknown> => Object.fromEntries(env.map(({ name, value, valueFrom }: Json) => [name, value ?? valueFrom]));

describe('every prop reaches the job; otherwise a team sets it and nothing changes', () => {
  const ALL: Required<Omit<TracedTrainingJobProps, 'snapshot'>> & { snapshot: Required<Omit<TracedTrainingJobProps['snapshot'], 'class'>> } = {
    ...BASE, name: 'mnist', naming: 'fixed', server: SERVER, login: LOGIN, experiment: 'digits', tags: { team: 'a' }, dataset: { claim: CLAIM, mountPath: '/data', readOnly: true },
    snapshot: { deadline: Duration.minutes(3), image: 'example/python:3.12' },
    train: { image: 'example/train:1', command: ['python3', 'train.py'], gpus: 2, environment: { EPOCHS: '3' }, mounts: [{ dataset: new ExistingClaim('team', 'models', 'ReadWriteMany'), mountPath: '/models' }] },
    queue: { queueName: 'team' }, retries: 2, activeDeadline: Duration.hours(2), ttlAfterFinished: Duration.days(1), suspend: true,
  };
  const built = job(ALL);

  test('there is no mistake', () => { expect(built.problems).toEqual([]); });

  test('the Job', () => {
    const { metadata, spec } = built.one('Job');
    expect(metadata).toMatchObject({ name: 'mnist', namespace: 'team' });
    expect(spec).toMatchObject({ suspend: true, backoffLimit: 2, activeDeadlineSeconds: 7200, ttlSecondsAfterFinished: 86400 });
    expect(pod(built)).toMatchObject({ restartPolicy: 'Never', serviceAccountName: 'mnist', automountServiceAccountToken: false, enableServiceLinks: false });
  });

  test('the queue: on the Job and its pod, with a Job that goes on when its GPUs were taken back', () => {
    const { metadata, spec: { template, podFailurePolicy } } = built.one('Job');
    for (const { labels } of [metadata, template.metadata]) expect(labels).toMatchObject({ 'kai.scheduler/queue': 'team', priorityClassName: 'train' });
    expect([template.spec.schedulerName, podFailurePolicy.rules[0].action]).toEqual(['kai-scheduler', 'Ignore']);
    expect(built.app.prerequisites().map(({ what }) => what)).toContain('KAI Scheduler 0.13 with its priority classes');
  });

  test('the training: its own settings, where to record, and the tags', () => {
    const [training] = pod(built).containers;
    expect(training).toMatchObject({ name: 'training', image: 'example/train:1', command: ['python3', 'train.py'], resources: { limits: { 'nvidia.com/gpu': 2 } } });
    expect(training.volumeMounts).toEqual([{ name: 'mnist-data', mountPath: '/data', readOnly: true }, { name: 'models', mountPath: '/models' }]);
    expect(variables(training)).toEqual({
      POD_NAME: { fieldRef: { fieldPath: 'metadata.name' } }, DATA_VOLUME_NAME: 'mnist-data', SNAPSHOT_NAME: 'mnist-data-$(POD_NAME)', EPOCHS: '3',
      MLFLOW_TRACKING_URI: 'http://mlflow-tracking.mlflow.svc:30002', MLFLOW_TRACKING_USERNAME: 'user', MLFLOW_TRACKING_PASSWORD: { secretKeyRef: { name: 'login', key: 'password' } },
      MLFLOW_EXPERIMENT_NAME: 'digits', MLFLOW_RUN_CONTEXT: '{"team":"a","data_volume_name":"$(DATA_VOLUME_NAME)","snapshot_name":"$(SNAPSHOT_NAME)"}',
    });
  });

  test('the snapshot', () => {
    const [snapshot] = pod(built).initContainers;
    expect(snapshot).toMatchObject({ name: 'dataset-snapshot', image: 'example/python:3.12' });
    expect(variables(snapshot)).toMatchObject({ SNAPSHOT_NAME: 'mnist-data-$(POD_NAME)', SNAPSHOT_NAMESPACE: 'team', SNAPSHOT_CLASS: 'csi-snapclass', SECONDS_TO_WAIT: '180' });
  });
});

describe('where nothing else is asked for', () => {
  const built = job();

  test('the job is named after its content, and a second apply of another one does not fail', () => {
    expect(built.problems).toEqual([]);
    expect(built.one('Job').metadata.name).toMatch(/^mnist-[0-9a-f]{8}$/);
    expect(built.one('Job').spec.backoffLimit).toBe(0);
    expect(variables(pod(built).initContainers[0]).SECONDS_TO_WAIT).toBe('600');
    expect(pod(built).initContainers[0].image).toBe('example/train:1');
    expect(pod(built).containers[0].volumeMounts).toEqual([{ name: 'mnist-data', mountPath: '/mnt/data' }]);
  });

  test('the code of the training cannot use the rights of the snapshot: only the init step has the token', () => {
    expect(built.one('ServiceAccount').automountServiceAccountToken).toBe(false);
    expect(JSON.stringify(pod(built).containers)).not.toContain('kubernetes-api');
    expect(pod(built).initContainers[0].volumeMounts).toEqual([{ name: 'kubernetes-api', mountPath: '/run/kubernetes-api', readOnly: true }]);
  });

  test('the rights are those of one snapshot, in the namespace of the data', () => {
    expect(built.one('Role', 'mnist-snapshot').metadata.namespace).toBe('team');
    expect(built.one('Role', 'mnist-snapshot').rules).toEqual([
      { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs: ['create', 'get', 'list'] },
      { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get'], resourceNames: ['mnist-data'] },
    ]);
    expect(built.one('RoleBinding', 'mnist-snapshot').subjects).toEqual([{ kind: 'ServiceAccount', name: 'mnist', namespace: 'team' }]);
  });

  test('Kubernetes would fill in what looks like a variable; in the script it must find none', () => {
    expect(pod(built).initContainers[0].command[2]).not.toContain('$(');
  });

  test('the password is asked for in the namespace of the job', () => {
    expect(built.app.prerequisites().map(({ what }) => what)).toContain('Secret team/login with key password: password of user at http://mlflow-tracking.mlflow.svc:30002');
  });
});

test('text in tags reaches MLflow as it is: quotes, and what Kubernetes would fill in', () => {
  const built = job({ tags: { note: 'a "b" $(HOME) $x {y}' }, experiment: '$(HOME)' });
  const { MLFLOW_RUN_CONTEXT: context, MLFLOW_EXPERIMENT_NAME: experiment } = variables(pod(built).containers[0]) as Record<string, string>;
  const filled = (text: string) => text.replaceAll(/\$\$|\$\(\w+\)/g, found => (found === '$$' ? '$' : '?'));
  expect(JSON.parse(filled(context!))).toEqual({ note: 'a "b" $(HOME) $x {y}', data_volume_name: '?', snapshot_name: '?' });
  expect(filled(experiment!)).toBe('$(HOME)');
});

test('the snapshot of a run is found by the name of its pod, and can be cloned to work with that data again', () => {
  const built = build(layer => {
    const snapshotClass = new VolumeSnapshotClass(layer, 'class');
    const traced = new TracedTrainingJob(layer, 'job', { ...BASE, snapshot: { class: snapshotClass } });
    expect(traced.serviceAccount).toBe('mnist');
    new VolumeClone(layer, 'again', { name: 'again', source: traced.snapshotOf('mnist-0a1b2c3d-x7k2p'), size: '1Gi', storageClass: { className: 'nas' } });
  }, { cluster: { ...cluster, existing: [...cluster.existing, { kind: 'StorageClass', name: 'nas', accessModes: ['ReadWriteMany'] }, { kind: 'VolumeSnapshot', namespace: 'team', name: 'mnist-data-mnist-0a1b2c3d-x7k2p' }] } });
  expect(built.problems).toEqual([]);
  expect(built.one('PersistentVolumeClaim', 'again').spec.dataSource.name).toBe('mnist-data-mnist-0a1b2c3d-x7k2p');
});

const LONG = 'd'.repeat(190);
const MISTAKES: [string, Parameters<typeof job>[0], string[]][] = [
  ['labels of pods would be too long', { name: 'a'.repeat(49) }, [`\`name\` is "${'a'.repeat(49)}", 49 characters: names of pods and labels are made from it, so it may have 48. Shorten it.`]],
  ['the name of the snapshot would be too long', { dataset: { claim: new ExistingClaim('team', LONG, 'ReadWriteMany') } }, [
    `\`dataset.claim\` is ${LONG}, 190 characters: snapshots are named after it and the pod, in at most 253. Use a claim with a name of at most 189.`]],
  ['a run that cannot be recorded is found out after hours of training', { login: undefined }, [
    '`login` is missing, and the server at http://mlflow-tracking.mlflow.svc:30002 asks for one: the run could not be recorded. Give user and password.']],
  ['a login that is not used gives false safety', { server: { ...SERVER, requiresLogin: false } }, [
    '`login` is given, and the server at http://mlflow-tracking.mlflow.svc:30002 has no users: it would not be used. Leave it out.']],
  ['no snapshot would ever be in time', { snapshot: { deadline: Duration.seconds(0) } }, ['`snapshot.deadline` is 0 seconds: every pod would fail. Give it some minutes.']],
  ['half retries', { retries: 0.5 }, ['`retries` is 0.5: it must be a whole number of at least 0. Choose a value in that range.']],
  ['the run would lose its tags', { train: { ...BASE.train, environment: { MLFLOW_RUN_CONTEXT: '{}' } } }, [
    '`train.environment` has MLFLOW_RUN_CONTEXT: the job sets it, so that the run is traced to its data. Use another name, or the props of the job.']],
  ['... or have wrong ones', { tags: { snapshot_name: 'mine' } }, ['`tags` has snapshot_name: the job sets it, so that the run is traced to its data. Use another name.']],
  ['one mount would hide the data', { train: { ...BASE.train, mounts: [{ dataset: new ExistingClaim('team', 'models', 'ReadWriteMany'), mountPath: '/mnt/data' }] } }, [
    '`train.mounts` has the mount path /mnt/data twice: one mount would hide the other. Give each its own path.']],
];

test.each(MISTAKES)('%s', (_, props, sentences) => {
  expect(job(props).problems.filter(line => line.startsWith(`${PATH} `) && !line.includes('declared as existing'))).toEqual(sentences.map(sentence => `${PATH} ${sentence}`));
});

test('Trident takes no snapshot of data that it does not manage; the job would wait and fail', () => {
  const unmanaged = Object.assign(new ExistingClaim('team', 'mnist-data', 'ReadWriteMany'), { unmanaged: 'an import that Trident does not manage' });
  expect(job({ dataset: { claim: unmanaged } }).problems).toEqual([
    '[test/20-layer/job/rights] `claims` is claim mnist-data, an import that Trident does not manage: Trident makes snapshots and clones of volumes that it manages only. Use a VolumeClaim, or data imported with `managed: true`.']);
});

test('what Trident cannot snapshot does not compile as a dataset', () => {
  // @ts-expect-error an export has no snapshots
  const compiled = (claim: NfsDataset): TracedTrainingJobProps['dataset']['claim'] => claim;
  expect(compiled).toBeDefined();
});
