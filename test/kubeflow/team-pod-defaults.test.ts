import { type KubeflowTeamProps } from '../../lib';
import { build } from '../support';
import { addedBy, buildTeam, claim, team } from './team-support';

const PATH = '[test/20-layer/team-a]';

describe('data management', () => {
  const accounts = (serviceAccount?: 'own' | 'default-editor') => buildTeam({ dataManagement: { snapshot: [claim('dataset')], clone: [claim('scratch')], serviceAccount } });

  test('by an account of its own: it has the rights and nothing else, and a pod is switched to it by a label', () => {
    const built = accounts();
    expect(built.problems).toEqual([]);
    expect(built.one('ServiceAccount')).toMatchObject({ metadata: { name: 'netapp-dataops', namespace: 'team-a' }, automountServiceAccountToken: false });
    expect(built.one('PodDefault', 'netapp-dataops').spec).toEqual({
      desc: 'Take snapshots of volumes and clone them, with NetApp DataOps',
      selector: { matchLabels: { 'netapp-dataops': 'true' } },
      serviceAccountName: 'netapp-dataops',
      automountServiceAccountToken: true,
    });
    for (const right of ['snapshot', 'clone']) {
      expect(built.one('RoleBinding', `netapp-dataops-team-a-${right}`).subjects).toEqual([{ kind: 'ServiceAccount', namespace: 'team-a', name: 'netapp-dataops' }]);
    }
    expect(built.one('Role', 'netapp-dataops-team-a-snapshot').rules[1].resourceNames).toEqual(['dataset']);
    expect(built.one('Role', 'netapp-dataops-team-a-clone').rules[1].verbs).toEqual(['create', 'get']);
  });

  test('by default-editor: no account and no label, and the profile controller makes the account', () => {
    const built = accounts('default-editor');
    expect(built.problems).toEqual([]);
    expect(addedBy(built).filter(title => /ServiceAccount|PodDefault/.test(title))).toEqual([]);
    expect(built.one('RoleBinding', 'netapp-dataops-team-a-clone').subjects).toEqual([{ kind: 'ServiceAccount', namespace: 'team-a', name: 'default-editor' }]);
  });

  test('one right without the other is that one only', () => {
    const names = (props: Partial<KubeflowTeamProps>) => addedBy(buildTeam(props)).filter(title => title.startsWith('RoleBinding'));
    expect(names({ dataManagement: { snapshot: [claim('a')] } })).toEqual(['RoleBinding team-a/netapp-dataops-team-a-snapshot']);
    expect(names({ dataManagement: { clone: [claim('a')] } })).toEqual(['RoleBinding team-a/netapp-dataops-team-a-clone']);
  });

  test('of two teams on claims of one namespace do not replace each other\'s rights', () => {
    const built = build(layer => {
      for (const name of ['team-a', 'team-b']) team(layer, { name, dataManagement: { snapshot: [claim('shared', 'team')] } });
    });
    expect(built.problems).toEqual([]);
    expect(addedBy(built)).toEqual(expect.arrayContaining(['Role team/netapp-dataops-team-a-snapshot', 'Role team/netapp-dataops-team-b-snapshot']));
  });

  test('without a claim is refused', () => {
    expect(buildTeam({ dataManagement: {} }).problems).toEqual([`${PATH} \`dataManagement\` has neither \`snapshot\` nor \`clone\`: there would be no rights. Give the claims, or leave it out.`]);
  });
});

describe('the PodDefaults of a team', () => {
  test('pipeline access is the token that Kubeflow Pipelines takes, and the variable that its SDK reads', () => {
    expect(buildTeam({ pipelineAccess: true }).one('PodDefault', 'access-ml-pipeline').spec).toMatchObject({
      env: [{ name: 'KF_PIPELINES_SA_TOKEN_PATH', value: '/var/run/secrets/kubeflow/pipelines/token' }],
      volumes: [{ projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 7200, audience: 'pipelines.kubeflow.org' } }] } }],
      volumeMounts: [{ mountPath: '/var/run/secrets/kubeflow/pipelines', readOnly: true }],
    });
  });

  test('shared memory is a volume in memory of that size', () => {
    const { volumes, volumeMounts } = buildTeam({ sharedMemory: '8Gi' }).one('PodDefault', 'shared-memory').spec;
    expect(volumes).toEqual([{ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '8Gi' } }]);
    expect(volumeMounts).toEqual([{ name: 'dshm', mountPath: '/dev/shm' }]);
  });

  test('two of one name are refused; one would replace the other', () => {
    const datasets = ['shared-memory', 'data', 'data'].map((name, index) => ({ name, dataset: claim(`claim-${index}`), mountPath: `/data-${index}` }));
    expect(buildTeam({ sharedMemory: '8Gi', datasets }).problems).toEqual(['shared-memory', 'data'].map(name =>
      `${PATH} \`datasets.name\` lists ${name} 2 times: each may appear once. A PodDefault is named after it: give each dataset a name of its own, not one that the team has already.`));
  });

  test.each([
    ['one claim at two paths', [['a', 'data', '/x'], ['b', 'data', '/y']], 'the mount of volume data'],
    ['two claims at one path', [['a', 'one', '/x'], ['b', 'two', '/x']], 'mount path /x'],
    ['one of them at /dev/shm', [['b', 'two', '/dev/shm']], 'mount path /dev/shm'],
  ])('%s are refused; the webhook would refuse a pod that asks for both', (_, mounts, what) => {
    const datasets = mounts.map(([name, volume, mountPath]) => ({ name: name!, dataset: claim(volume!), mountPath: mountPath! }));
    expect(buildTeam({ sharedMemory: '1Gi', datasets }).problems).toEqual([
      `${PATH} PodDefault b sets ${what} differently from another of the team: the PodDefaults webhook would refuse a pod that asks for both. Make them the same, or make one of them a \`TeamPodDefault\` of its own.`,
    ]);
  });

  test('data of another namespace is refused; pods cannot mount it', () => {
    expect(buildTeam({ datasets: [{ name: 'other', dataset: claim('data', 'elsewhere'), mountPath: '/x' }] }).problems).toEqual([
      '[test/20-layer/team-a/pod-default-other] `mounts` has claim data of namespace elsewhere: pods of namespace team-a cannot mount it. '
      + 'Make the claim in team-a; a volume can be shared with `SharedVolume`, and an export read with `NfsDataset`.',
    ]);
  });

  test('one that the team has not is refused by name; otherwise the label would do nothing', () => {
    const ask = (props: Partial<KubeflowTeamProps>) => build(layer => { expect(team(layer, props).podDefault('shared').podDefaultLabels).toEqual({}); }).problems;
    expect(ask({ sharedMemory: '8Gi', pipelineAccess: true })).toEqual([
      `${PATH} \`podDefault\` is shared: team team-a has access-ml-pipeline, shared-memory. Correct the name, or add it to the team.`,
    ]);
    expect(ask({})).toEqual([`${PATH} \`podDefault\` is shared: team team-a has none. Correct the name, or add it to the team.`]);
  });
});
