import fc from 'fast-check';
import { type Claim, type Cluster, type EveryClaim, ExistingClaim, SnapshotClusterRole, VolumeAccess, type VolumeAccessProps } from '../../lib';
import { build, type Built, CLUSTER } from '../support';

const EXISTING: Cluster = {
  ...CLUSTER,
  existing: [...CLUSTER.existing ?? [], { kind: 'Namespace', name: 'other' }, { kind: 'ServiceAccount', namespace: 'jobs', name: 'runner' }],
};
const claim = (namespace: string, name: string): Claim => new ExistingClaim(namespace, name, 'ReadWriteMany');
const ALL: Required<VolumeAccessProps> = {
  name: 'data-rights',
  claims: [claim('team', 'dataset'), claim('team', 'results'), claim('other', 'scratch')],
  right: 'snapshot',
  serviceAccount: { namespace: 'jobs', name: 'runner' },
};
const access = (props: Partial<VolumeAccessProps> = {}): Built => build(layer => { new VolumeAccess(layer, 'access', { ...ALL, ...props }); }, { cluster: EXISTING });
const inNamespace = (built: Built, kind: string, namespace: string) => built.manifests.find(manifest => manifest.kind === kind && manifest.metadata.namespace === namespace);

const SNAPSHOTS = { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs: ['create', 'get', 'list'] };

test('rights are given where the claims are, and nowhere else', () => {
  const built = access();
  expect(built.problems).toEqual([]);
  expect(built.manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
    'Role team/data-rights', 'RoleBinding team/data-rights', 'Role other/data-rights', 'RoleBinding other/data-rights',
  ]);
});

test('only the given account gets them, also where it is in another namespace', () => {
  const built = access();
  for (const namespace of ['team', 'other']) {
    expect(inNamespace(built, 'RoleBinding', namespace)).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'data-rights' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'jobs', name: 'runner' }],
    });
    expect(inNamespace(built, 'RoleBinding', namespace).subjects).toHaveLength(1);
  }
});

test('snapshot: exactly what a snapshot calls for, and of claims only those that are listed', () => {
  expect(inNamespace(access(), 'Role', 'team').rules).toEqual([SNAPSHOTS, { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get'], resourceNames: ['dataset', 'results'] }]);
  expect(inNamespace(access(), 'Role', 'other').rules).toEqual([SNAPSHOTS, { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get'], resourceNames: ['scratch'] }]);
});

test('clone: that, and making a claim and waiting for it', () => {
  expect(inNamespace(access({ right: 'clone' }), 'Role', 'team').rules).toEqual([
    SNAPSHOTS, { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['create', 'get'] }, { apiGroups: [''], resources: ['persistentvolumeclaims/status'], verbs: ['get'] },
  ]);
});

test('labels say what right it is', () => {
  expect(inNamespace(access(), 'Role', 'team').metadata.labels).toMatchObject({ 'app.kubernetes.io/instance': 'data-rights', 'app.kubernetes.io/component': 'snapshot-rights' });
  expect(inNamespace(access({ right: 'clone' }), 'Role', 'team').metadata.labels['app.kubernetes.io/component']).toBe('clone-rights');
});

test('without claims there are no rights', () => {
  expect(access({ claims: [] }).manifests).toEqual([]);
});

test('an account that nobody makes is reported; otherwise the rights are for nobody', () => {
  expect(access({ serviceAccount: { namespace: 'jobs', name: 'runer' }, claims: [claim('team', 'dataset')] }).problems).toEqual([
    '[test/20-layer/access/team-binding] `subjects` is runer: no ServiceAccount jobs/runer is made in this environment or declared as existing. Make it, correct the name, or add it to `cluster.existing`.',
  ]);
});

test('a claim that is listed twice is named once', () => {
  const twice = access({ claims: [claim('team', 'dataset'), claim('team', 'dataset')] });
  expect(inNamespace(twice, 'Role', 'team').rules[1].resourceNames).toEqual(['dataset']);
});

test('whatever the claims: one Role and one RoleBinding per namespace, and together they name every claim', () => {
  const names = fc.stringMatching(/^[a-z]{1,5}$/);
  fc.assert(fc.property(fc.array(fc.tuple(names, names), { minLength: 1, maxLength: 8 }), pairs => {
    const { manifests } = access({ claims: pairs.map(([namespace, name]) => claim(namespace, name)) });
    const namespaces = [...new Set(pairs.map(([namespace]) => namespace))];
    for (const kind of ['Role', 'RoleBinding']) expect(manifests.filter(manifest => manifest.kind === kind).map(({ metadata }) => metadata.namespace as string)).toEqual(namespaces);
    const named = manifests.filter(({ kind }) => kind === 'Role').flatMap(({ metadata, rules }) => (rules[1].resourceNames as string[]).map(name => `${metadata.namespace}/${name}`));
    expect(named.sort()).toEqual([...new Set(pairs.map(pair => pair.join('/')))].sort());
  }), { numRuns: 50 });
});

describe('all claims of a namespace, for claims whose names are not known yet', () => {
  const every = (right: VolumeAccessProps['right'], withRole = false): Built => build(layer => {
    const claims: EveryClaim = { everyClaimIn: 'team', role: withRole ? new SnapshotClusterRole(layer, 'role') : undefined };
    new VolumeAccess(layer, 'access', { ...ALL, claims, right });
  }, { cluster: EXISTING });

  test('exactly what snapshots and lists of them call for', () => {
    expect(every('snapshot').problems).toEqual([]);
    expect(inNamespace(every('snapshot'), 'Role', 'team').rules).toEqual([SNAPSHOTS, { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get', 'list'] }]);
    expect(inNamespace(every('clone'), 'Role', 'team').rules).toEqual([
      SNAPSHOTS, { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['create', 'get', 'list'] }, { apiGroups: [''], resources: ['persistentvolumeclaims/status'], verbs: ['get'] },
    ]);
  });

  test('the documents\' ClusterRole, bound in the namespace and nowhere else', () => {
    const built = every('snapshot', true);
    expect(built.problems).toEqual([]);
    expect(built.manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`)).toEqual(['ClusterRole -/netapp-dataops-snapshots', 'RoleBinding team/data-rights']);
    expect(built.one('RoleBinding').roleRef).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'netapp-dataops-snapshots' });
  });
});
