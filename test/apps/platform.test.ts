import { buildEnvironment } from '../../apps/build';
import { type Environment, type TeamSettings } from '../../apps/environment';
import { dev } from '../../apps/environments/dev';
import { lab } from '../../apps/environments/lab';
import { prod } from '../../apps/environments/prod';
import { type Json } from '../../lib';
import { Built } from '../support';

/** What the committed environments do not use: every other thing that an environment can say. */
const everything: Environment = {
  ...prod,
  name: 'everything',
  data: {
    ...prod.data,
    snapshots: ['results-monday'],
    clones: [{ name: 'results-copy' }, { name: 'results-of-monday', ofSnapshot: 'results-monday' }],
    mirrors: [{ name: 'incoming', size: '2Ti', aipod: 'aipod', source: { svm: 'far_away', volume: 'images' }, state: 'promoted' }],
  },
};
const built = new Built(buildEnvironment(everything, '/nonexistent'));

test('an environment that uses everything has no mistake', () => {
  expect(built.problems).toEqual([]);
});

test('snapshots and clones of the results reach the manifests', () => {
  expect(built.one('VolumeSnapshot', 'results-monday').spec.source).toEqual({ persistentVolumeClaimName: 'tensorflow-results' });
  expect(built.one('PersistentVolumeClaim', 'results-copy').spec.dataSource).toEqual({ kind: 'PersistentVolumeClaim', name: 'tensorflow-results' });
  expect(built.one('PersistentVolumeClaim', 'results-of-monday').spec.dataSource).toMatchObject({ kind: 'VolumeSnapshot', name: 'results-monday' });
});

test('a mirror reaches the manifests', () => {
  expect(built.one('TridentMirrorRelationship', 'incoming').spec).toMatchObject({ state: 'promoted', volumeMappings: [{ remoteVolumeHandle: 'far_away:images' }] });
});

test('notebooks of JupyterHub reach MLflow, by name and through the NetworkPolicies; otherwise nothing that they train is recorded', () => {
  const server = built.one('Deployment', 'mlflow-tracking');
  const settings = JSON.parse(built.one('ConfigMap', 'hub').data['settings.json']);
  const { metadata: { name, namespace }, spec: { ports: [{ port }] } } = built.one('Service', 'mlflow-tracking');
  expect(settings.traits.KubeSpawner.environment.MLFLOW_TRACKING_URI).toBe(`http://${name}.${namespace}.svc:${port}`);
  const allowed = built.one('NetworkPolicy', 'singleuser').spec.egress.find((rule: Json) => rule.to[0].namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'] === 'mlflow');
  expect(server.spec.template.metadata.labels).toMatchObject(allowed.to[0].podSelector.matchLabels);
  expect(server.spec.template.spec.containers[0].ports.map(({ containerPort }: Json) => containerPort)).toEqual(allowed.ports.map((allowedPort: Json) => allowedPort.port));
});

test.each<[string, readonly (keyof Environment)[]]>([
  ['JupyterHub, MLflow and Airflow', ['jupyterhub', 'mlflow', 'airflow']], ['Kubeflow and Airflow', ['kubeflow', 'airflow']], ['Kubeflow alone', ['kubeflow']],
])('the documents\' combination of %s stands without the other systems; otherwise leaving one out breaks another', (_, systems) => {
  const kept = new Set<string>(['name', 'cluster', 'namespaces', 'storage', 'data', ...systems]);
  expect(new Built(buildEnvironment(Object.fromEntries(Object.entries(lab).filter(([key]) => kept.has(key))) as unknown as Environment, '/nonexistent')).problems).toEqual([]);
});

const TEAM = 'kubeflow-user-example-com';
const changedTeam = (change: Partial<TeamSettings>): Partial<Environment> =>
  ({ kubeflow: { ...prod.kubeflow, teams: { [TEAM]: { ...prod.kubeflow.teams[TEAM], ...change } } } });

test('what a team of Kubeflow mounts reaches its notebooks, trials and steps; otherwise they start without data', () => {
  const mounted = (spec: Json) => spec.containers[0].volumeMounts.map(({ name, mountPath }: Json) => `${name} ${mountPath}`);
  expect(mounted(built.one('Notebook').spec.template.spec)).toEqual(expect.arrayContaining([
    'mnist-workspace /home/jovyan', 'pb-fg-all-iface1 /home/jovyan/pb-fg-all/mount_0', 'pb-fg-all-iface2 /home/jovyan/pb-fg-all/mount_1', 'mnist-data /home/jovyan/mnist-data',
  ]));
  expect(mounted(built.one('Experiment').spec.trialTemplate.trialSpec.spec.template.spec)).toContain('mnist-data /mnt/data');
  expect(mounted({ containers: [built.one('WorkflowTemplate').spec.templates.find(({ name }: Json) => name === 'test').container] })).toEqual(expect.arrayContaining(['mnist-data /mnt/data', 'mnist-results /mnt/results']));
  expect(built.one('Tensorboard').spec).toEqual({ logspath: 'pvc://mnist-results/logs' });
  expect(built.one('Notebook').metadata.labels).toMatchObject({ 'access-ml-pipeline': 'true' });
});

describe('teams that share GPUs', () => {
  const withTeams = (teams: NonNullable<Environment['scheduling']>['teams'], change: Partial<Environment> = {}) =>
    new Built(buildEnvironment({ ...prod, kubeflow: undefined, training: undefined, jupyterhub: undefined, mlflow: undefined, name: 'shared', scheduling: { teams }, ...change }, '/nonexistent'));
  const vision = { gpus: 8, nodes: ['dgx-01'], namespace: { existing: 'ai-training' }, jobs: { train: { image: 'image:1', mounts: { '/data': 'dataset', '/out': 'results' } } } } as const;

  test('may be tied to nodes, and mount the volumes of the data layer', () => {
    const shared = withTeams({ vision, speech: { gpus: 8 } });
    expect(shared.problems).toEqual([]);
    const { affinity, containers: [{ volumeMounts }] } = shared.manifests.find(({ metadata }) => metadata.name.startsWith('train-'))!.spec.template.spec;
    expect(JSON.stringify(affinity)).toContain('"values":["dgx-01"]');
    expect(volumeMounts.map(({ mountPath }: Json) => mountPath)).toEqual(['/data/mount_0', '/data/mount_1', '/out']);
  });

  test.each<[string, ReturnType<typeof withTeams>, string]>([
    ['a node that is not there', withTeams({ vision: { ...vision, nodes: ['dgx-09'] } }),
      '`scheduling.teams.vision.nodes` has dgx-09: `cluster.nodes` has only dgx-01, dgx-02, cpu-01, cpu-02. Correct the name, or add the node with its GPUs.'],
    ['data that the environment does not have', withTeams({ vision: { ...vision, gpus: 16, nodes: undefined } }, { data: undefined, airflow: undefined }),
      '`data` is not in the environment, but `scheduling.teams.vision` refers to it. Add it, or correct the reference.'],
  ])('%s is one finding, not a crash', (_, { problems }, sentence) => {
    expect(problems).toEqual([`[shared] ${sentence}`]);
  });
});

test('without AIPod storage Kubeflow takes the default class of the cluster; with it, the one that is made here', () => {
  const own = new Built(buildEnvironment({
    name: 'own', cluster: dev.cluster, kubeflow: { version: '26.03', teams: { [TEAM]: { owner: { kind: 'User', name: 'user@example.com' }, volumes: { data: { size: '1Gi', accessMode: 'ReadWriteOnce' } } } } },
  }, '/nonexistent'));
  expect(own.problems).toEqual([]);
  expect(own.one('PersistentVolumeClaim', 'data').spec.storageClassName).toBeUndefined();
  expect(built.one('PersistentVolumeClaim', 'mnist-data').spec.storageClassName).toBe('aipod-flexvols-retain');
  expect(built.one('ValidatingAdmissionPolicy').spec.matchConditions[0].expression).toContain('aipod-flexgroups-retain-iface2-rdma');
});

test.each<[string, Partial<Environment>, string]>([
  ['a pipeline without a snapshot class', { storage: { ...prod.storage, snapshotClass: undefined }, data: prod.data },
    '`storage.snapshotClass` is not in the environment, but `kubeflow.teams.kubeflow-user-example-com.pipelines.mnist` refers to it. Add it, or correct the reference.'],
  ['a volume of a team that is not made', changedTeam({ tensorBoards: { logs: { logs: 'mnist-logs' } } }),
    '`kubeflow.teams.kubeflow-user-example-com.volumes["mnist-logs"]` is not in the environment, but `kubeflow.teams.kubeflow-user-example-com` refers to it. Add it, or correct the reference.'],
  ['an AIPod storage that is not made', changedTeam({ exports: { '/pb_fg_all': { size: '10Ti', aipod: 'aipod2' } } }),
    '`storage.aipods["aipod2"]` is not in the environment, but `kubeflow.teams.kubeflow-user-example-com` refers to it. Add it, or correct the reference.'],
  ['a snapshot without a snapshot class', { storage: { ...prod.storage, snapshotClass: undefined } },
    '`storage.snapshotClass` is not in the environment, but `data` refers to it. Add it, or correct the reference.'],
  ['a clone of a snapshot that is not made', { data: { ...everything.data!, snapshots: [] } },
    '`data.snapshots["results-monday"]` is not in the environment, but `data` refers to it. Add it, or correct the reference.'],
  ['notebooks that are to reach an MLflow that is not made', { mlflow: undefined },
    '`mlflow` is not in the environment, but `jupyterhub.mlflow` refers to it. Add it, or correct the reference.'],
  ['rights on volumes without data', { data: undefined, training: undefined },
    '`airflow.dataManagement` names a volume of `data`, which the environment does not have. Add `data`, or leave it out.'],
])('%s is one finding, not a crash', (_, change, sentence) => {
  expect(new Built(buildEnvironment({ ...everything, ...change }, '/nonexistent')).problems).toContain(`[everything] ${sentence}`);
});

test('a host that is no node of the cluster is one sentence, and does not hide the mistakes of Airflow', () => {
  const changed: Environment = { ...prod, training: { ...prod.training, multiNode: { ...prod.training.multiNode, hosts: ['dgx-01', 'dgx-09'] } }, airflow: { ...prod.airflow, logs: { retentionDays: 0 } } };
  expect(new Built(buildEnvironment(changed, '/nonexistent')).problems.sort()).toEqual([
    '[prod/50-airflow/airflow] `logs.retentionDays` is 0: it must be a whole number of at least 1. Choose a value in that range.',
    '[prod] `training.multiNode.hosts` has dgx-09: `cluster.nodes` has only dgx-01, dgx-02, cpu-01, cpu-02. Correct the name, or add the node with its GPUs.',
  ].sort());
});

test('training without data says so; otherwise it is silently left out', () => {
  expect(new Built(buildEnvironment({ ...prod, data: undefined, airflow: undefined }, '/nonexistent')).problems)
    .toContain('[prod] `training` needs `data`: the environment has no dataset and no results claim. Add `data`, or leave `training` out.');
});
