import { ApiObject, JsonPatch } from 'cdk8s';
import { TeamPodDefault, type TeamPodDefaultProps } from '../../lib';
import { build, type Built } from '../support';
import { claim, existingTeam, TEAM_CLUSTER } from './team-support';

const PATH = '[test/20-layer/pod-default]';
const podDefault = (props: Partial<TeamPodDefaultProps> = {}): Built =>
  build(layer => { new TeamPodDefault(layer, 'pod-default', { team: existingTeam(layer), name: 'tools', description: 'Tools', ...props }); }, { cluster: TEAM_CLUSTER });
const data = (name: string, mountPath: string) => ({ dataset: claim(name, 'team'), mountPath });

const ALL = (team: TeamPodDefaultProps['team']): Required<TeamPodDefaultProps> => ({
  team,
  name: 'proxy',
  description: 'Through the proxy',
  environment: { HTTPS_PROXY: 'http://proxy.example.com:3128', EMPTY: '' },
  mounts: [data('data', '/data')],
  volumes: [
    { volume: { name: 'certificates', configMap: { name: 'certificates', optional: true } }, mountPath: '/etc/pki', readOnly: true },
    { volume: { name: 'cache', emptyDir: {} }, mountPath: '/cache' },
  ],
  serviceAccount: 'runner',
});

test('every prop reaches the manifest; otherwise a user sets it and nothing happens', () => {
  const built = build(layer => {
    const { name, podDefaultLabels } = new TeamPodDefault(layer, 'pod-default', ALL(existingTeam(layer)));
    expect({ name, podDefaultLabels }).toEqual({ name: 'proxy', podDefaultLabels: { proxy: 'true' } });
  }, { cluster: TEAM_CLUSTER });
  expect(built.problems).toEqual([]);
  expect(built.one('PodDefault')).toMatchObject({
    apiVersion: 'kubeflow.org/v1alpha1',
    metadata: { name: 'proxy', namespace: 'team', labels: { 'app.kubernetes.io/part-of': 'kubeflow', 'app.kubernetes.io/instance': 'proxy' } },
    spec: {
      desc: 'Through the proxy',
      selector: { matchLabels: { proxy: 'true' } },
      env: [{ name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' }, { name: 'EMPTY', value: '' }],
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: 'data' } }, { name: 'certificates', configMap: { name: 'certificates', optional: true } }, { name: 'cache', emptyDir: {} },
      ],
      volumeMounts: [{ name: 'data', mountPath: '/data' }, { name: 'certificates', mountPath: '/etc/pki', readOnly: true }, { name: 'cache', mountPath: '/cache' }],
      serviceAccountName: 'runner',
      automountServiceAccountToken: true,
    },
  });
});

test('what was not asked for is not written; a pod keeps what it has', () => {
  expect(podDefault().problems).toEqual([]);
  expect(podDefault().one('PodDefault').spec).toEqual({ desc: 'Tools', selector: { matchLabels: { tools: 'true' } } });
});

test('the webhook that acts on it is declared; without it, the label does nothing', () => {
  expect(podDefault().app.prerequisites().map(({ what }) => what)).toContain('Kubeflow 26.03 with the PodDefaults webhook (poddefaults.kubeflow.org/v1alpha1)');
});

test.each([
  ['a claim at two paths', { mounts: [data('data', '/a'), data('data', '/b')] }, ['the mount of volume data']],
  ['a volume named like a claim', { mounts: [data('data', '/a')], volumes: [{ volume: { name: 'data', emptyDir: {} }, mountPath: '/b' }] }, ['volume data', 'the mount of volume data']],
  ['two volumes at one path', { volumes: ['x', 'y'].map(name => ({ volume: { name, emptyDir: {} }, mountPath: '/b' })) }, ['mount path /b']],
] as [string, Partial<TeamPodDefaultProps>, string[]][])('%s is refused; the webhook would refuse every pod', (_, props, conflicts) => {
  expect(podDefault(props).problems).toEqual(conflicts.map(what =>
    `${PATH} PodDefault tools sets ${what} twice and differently: the PodDefaults webhook would refuse every pod that asks for it. Set it once.`));
});

test('a claim of another namespace is refused', () => {
  expect(podDefault({ mounts: [{ dataset: claim('data', 'elsewhere'), mountPath: '/x' }] }).problems).toEqual([
    `${PATH} \`mounts\` has claim data of namespace elsewhere: pods of namespace team cannot mount it. Make the claim in team; a volume can be shared with \`SharedVolume\`, and an export read with \`NfsDataset\`.`,
  ]);
});

test('a claim and a ServiceAccount that nobody makes are found; otherwise every pod that asks for them would wait for ever', () => {
  expect(podDefault({ mounts: [data('missing', '/data')], serviceAccount: 'nobody' }).problems).toEqual([
    ['volumes["missing"].persistentVolumeClaim.claimName', 'missing', 'PersistentVolumeClaim'], ['serviceAccountName', 'nobody', 'ServiceAccount'],
  ].map(([field, name, kind]) => `${PATH} \`${field}\` is ${name}: no ${kind} team/${name} is made in this environment or declared as existing. Make it, correct the name, or add it to \`cluster.existing\`.`));
});

test('a name that cannot be a label is refused; no pod could ask for it', () => {
  expect(podDefault({ name: 'a'.repeat(64) }).problems).toContainEqual(expect.stringContaining('the name of a PodDefault must be at most 63 characters'));
});

test('a patch reaches the manifest', () => {
  const built = build(layer => {
    const made = new TeamPodDefault(layer, 'pod-default', { team: existingTeam(layer), name: 'tools', description: 'Tools' });
    ApiObject.of(made).addJsonPatch(JsonPatch.add('/spec/tolerations', [{ key: 'gpu', operator: 'Exists' }]));
  });
  expect(built.one('PodDefault').spec.tolerations).toEqual([{ key: 'gpu', operator: 'Exists' }]);
});
