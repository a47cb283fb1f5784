import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from 'kubernetes-models/admissionregistration.k8s.io/v1';
import {
  type DefaultsTeamOptions, type FlexGroupStorageClass, KubeflowDefaults, type KubeflowDefaultsProps, type KubeflowTeams, VolumeClaim,
} from '../../lib';
import { flexGroupClass, flexVolClass, NO_DEFAULT_CLASS } from '../storage/storage-support';
import { build, type Built, CLUSTER } from '../support';
import { addedBy, clusterWith, kubeflow, OWNER } from './team-support';

const PATH = '[test/20-layer/defaults]';

/** Builds defaults on Kubernetes `version`, with two FlexGroup classes to guard. */
function defaults(version: `1.${number}`, props: (layer: Chart, classes: FlexGroupStorageClass[]) => Partial<KubeflowDefaultsProps> = () => ({})): Built {
  return build(layer => {
    const classes = [flexGroupClass(layer), flexGroupClass(layer, { name: 'fg-large', minimumVolumeSize: '1Ti' })];
    new KubeflowDefaults(layer, 'defaults', { defaultClass: 'existing', flexGroupClasses: classes, ...props(layer, classes) });
  }, { cluster: clusterWith(version) });
}

const teams = (layer: Chart, options: Record<string, Partial<DefaultsTeamOptions>> = { 'team-a': {} }): KubeflowTeams<string> =>
  ({ installation: kubeflow(layer), teams: Object.fromEntries(Object.entries(options).map(([name, rest]) => [name, { owner: OWNER, ...rest }])) });

const guards = (built: Built): string[] => addedBy(built).filter(title => /Admission|ResourceQuota/.test(title));
const needsOf = (built: Built): string[] => built.app.prerequisites().map(({ what }) => what);

test('every prop reaches a manifest or an output; otherwise a user sets it and nothing happens', () => {
  const built = build(layer => {
    const all: Required<KubeflowDefaultsProps<'vision'>> = {
      defaultClass: flexVolClass(layer, { isDefaultClass: true }),
      flexGroupClasses: [flexGroupClass(layer)],
      guard: 'quota',
      kubeflow: { installation: kubeflow(layer), teams: { vision: { owner: OWNER, flexGroupClaims: 3, sharedMemory: '8Gi' } } },
    };
    const made = new KubeflowDefaults(layer, 'defaults', all);
    expect(made.defaultClass).toBe(all.defaultClass);
    expect(made.guard).toBe('quota');
    expect(made.teams.vision.namespace).toBe('vision');
    expect(made.teams.vision.podDefault('shared-memory').podDefaultLabels).toEqual({ 'shared-memory': 'true' });
  }, { cluster: NO_DEFAULT_CLASS });
  expect(built.problems).toEqual([]);
  expect(guards(built)).toEqual(['ResourceQuota vision/flexgroup-claims']);
  expect(built.one('ResourceQuota').spec.hard).toEqual({ 'fg-class.storageclass.storage.k8s.io/persistentvolumeclaims': '3' });
  expect(addedBy(built)).toEqual(expect.arrayContaining(['Namespace vision', 'Profile vision', 'PodDefault vision/shared-memory']));
});

describe('the default class', () => {
  const withClass = (isDefaultClass: boolean) => build(layer => {
    new KubeflowDefaults(layer, 'defaults', { defaultClass: flexVolClass(layer, { isDefaultClass }) });
  }, { cluster: isDefaultClass ? NO_DEFAULT_CLASS : CLUSTER });

  test('that is made here is enough; without Kubeflow nothing else is written', () => {
    expect(withClass(true).problems).toEqual([]);
    expect(addedBy(withClass(true))).toEqual(['StorageClass vol-class']);
    expect(needsOf(withClass(true))).toContain('No StorageClass that is in the cluster already is marked as default');
  });

  test('that is not marked as default is refused; claims of every product would stay pending', () => {
    expect(withClass(false).problems).toEqual([
      `${PATH} \`defaultClass\` is vol-class: it is not marked as default, and claims without a class would stay pending. Set \`isDefaultClass: true\` on it.`,
    ]);
  });

  test('of the cluster is enough where it is declared', () => {
    const built = build(layer => { new KubeflowDefaults(layer, 'defaults', { defaultClass: 'existing' }); });
    expect(built.problems).toEqual([]);
    expect(addedBy(built)).toEqual([]);
    expect(needsOf(built)).toContain('The default StorageClass makes FlexVols; FlexGroups are too large for it');
  });

  test('of the cluster that is not declared is refused', () => {
    const built = build(layer => {
      flexVolClass(layer, { isDefaultClass: true });
      new KubeflowDefaults(layer, 'defaults', { defaultClass: 'existing' });
    }, { cluster: NO_DEFAULT_CLASS });
    expect(built.problems).toEqual([
      `${PATH} \`defaultClass\` is existing: \`cluster.existing\` has no StorageClass with \`isDefault: true\`. Declare the cluster's own, or give a FlexVol class.`,
    ]);
  });

  test('cannot be a FlexGroup class; that does not compile', () => {
    build(layer => {
      // @ts-expect-error FlexGroups are too large for the default class
      expect(() => new KubeflowDefaults(layer, 'defaults', { defaultClass: flexGroupClass(layer) })).not.toThrow();
    });
  });
});

describe('the guard from Kubernetes 1.30: a policy', () => {
  test('is one policy and its binding, which schema and API server accept', () => {
    const built = defaults('1.30');
    expect(built.problems).toEqual([]);
    expect(guards(built)).toEqual(['ValidatingAdmissionPolicy netapp-flexgroup-minimum-size', 'ValidatingAdmissionPolicyBinding netapp-flexgroup-minimum-size']);
    expect(() => { new ValidatingAdmissionPolicy(built.one('ValidatingAdmissionPolicy')).validate(); }).not.toThrow();
    expect(() => { new ValidatingAdmissionPolicyBinding(built.one('ValidatingAdmissionPolicyBinding')).validate(); }).not.toThrow();
    expect(built.one('ValidatingAdmissionPolicyBinding').spec).toEqual({ policyName: 'netapp-flexgroup-minimum-size', validationActions: ['Deny'] });
  });

  // Proved on kube-apiserver 1.34.4 with these expressions: see docs/kubeflow.md.
  test('refuses each class below its own minimum, in the words of the classes', () => {
    const { variables, validations } = defaults('1.34').one('ValidatingAdmissionPolicy').spec;
    expect(variables).toEqual([{ name: 'minimum', expression: '{"fg-class": "800Gi", "fg-large": "1Ti"}[object.spec.storageClassName]' }]);
    expect(validations).toEqual([{
      expression: 'quantity(object.spec.resources.requests.storage).compareTo(quantity(variables.minimum)) >= 0',
      messageExpression: '"spec.resources.requests.storage is " + string(object.spec.resources.requests.storage) + ": class " + object.spec.storageClassName + " makes FlexGroups, and the smallest is " '
        + '+ variables.minimum + ". Ask for that, or use a FlexVol class."',
    }]);
  });

  test('looks at new claims of these classes only; others must not depend on it', () => {
    const { matchConstraints, matchConditions, failurePolicy } = defaults('1.34').one('ValidatingAdmissionPolicy').spec;
    expect(failurePolicy).toBe('Fail');
    expect(matchConstraints.resourceRules).toEqual([{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['persistentvolumeclaims'], scope: '*' }]);
    expect(matchConditions[0].expression).toBe('has(object.spec.storageClassName) && object.spec.storageClassName in ["fg-class", "fg-large"]');
  });

  test('lets imports, shares, clones and volumes that exist pass; they make no new FlexGroup', () => {
    expect(defaults('1.34').one('ValidatingAdmissionPolicy').spec.matchConditions[1].expression).toBe(
      '!has(object.spec.volumeName) && !(has(object.spec.dataSourceRef) && object.spec.dataSourceRef.kind in ["PersistentVolumeClaim", "VolumeSnapshot"]) && '
      + '!(has(object.metadata.annotations) && ["trident.netapp.io/importOriginalName", "trident.netapp.io/cloneFromPVC", "trident.netapp.io/shareFromPVC"].exists(key, key in object.metadata.annotations))');
  });

  test('is not there before: the API server would refuse it', () => {
    expect(defaults('1.29', () => ({ guard: 'admissionPolicy' })).problems).toEqual([
      `${PATH} \`guard\` is admissionPolicy: Kubernetes 1.29 does not serve ValidatingAdmissionPolicy, which came with 1.30. Use quota, or upgrade.`,
    ]);
  });

  test('is what an app of another kind gets', () => {
    const chart = new Chart(new App(), 'chart');
    expect(new KubeflowDefaults(chart, 'defaults', { defaultClass: flexVolClass(chart, { isDefaultClass: true }) }).guard).toBe('admissionPolicy');
  });
});

describe('the guard before Kubernetes 1.30: a quota per team', () => {
  test('of no FlexGroup claims, or as many as the team was given', () => {
    const built = defaults('1.29', layer => ({ kubeflow: teams(layer, { 'team-a': {}, 'team-b': { flexGroupClaims: 2 } }) }));
    expect(built.problems).toEqual([]);
    expect(guards(built)).toEqual(['ResourceQuota team-a/flexgroup-claims', 'ResourceQuota team-b/flexgroup-claims']);
    const quota = (team: string) => built.manifests.find(({ kind, metadata }) => kind === 'ResourceQuota' && metadata.namespace === team).spec.hard;
    expect(quota('team-a')).toEqual({ 'fg-class.storageclass.storage.k8s.io/persistentvolumeclaims': '0', 'fg-large.storageclass.storage.k8s.io/persistentvolumeclaims': '0' });
    expect(quota('team-b')).toEqual({ 'fg-class.storageclass.storage.k8s.io/persistentvolumeclaims': '2', 'fg-large.storageclass.storage.k8s.io/persistentvolumeclaims': '2' });
  });

  test('guards nothing without teams, and says so', () => {
    expect(defaults('1.29').problems).toEqual([
      `${PATH} \`guard\` is quota: it is set in the namespaces of teams, and there are none, so claims of fg-class, fg-large would not be guarded. `
      + 'Add teams, upgrade to Kubernetes 1.30 for a policy, or set `guard` to none.',
    ]);
  });

  test('can be had later, too; a limit that was asked for is always set', () => {
    expect(guards(defaults('1.34', layer => ({ guard: 'quota', kubeflow: teams(layer) })))).toEqual(['ResourceQuota team-a/flexgroup-claims']);
    expect(guards(defaults('1.34', layer => ({ guard: 'none', kubeflow: teams(layer, { a: { flexGroupClaims: 1 }, b: {} }) })))).toEqual(['ResourceQuota a/flexgroup-claims']);
    expect(guards(defaults('1.34', layer => ({ kubeflow: teams(layer, { a: { flexGroupClaims: 1 }, b: {} }) })))).toHaveLength(3);
  });

  test('reports claims of this environment that it would refuse', () => {
    const built = defaults('1.29', (layer, [storageClass]) => {
      new VolumeClaim(layer, 'claim', { name: 'training', namespace: 'team-a', size: '10Ti', storageClass });
      return { kubeflow: teams(layer) };
    });
    expect(built.problems).toEqual([
      `${PATH.slice(0, -1)}/flexgroup-claims-team-a] \`fg-class.storageclass.storage.k8s.io/persistentvolumeclaims\` of namespace team-a is 0: 1 such claims are made there (training), and the last would be refused. `
      + 'Raise `flexGroupClaims`, or make fewer.',
    ]);
  });

  test.each([-1, 1.5])('%d claims are refused', flexGroupClaims => {
    expect(defaults('1.34', layer => ({ kubeflow: teams(layer, { 'team-a': { flexGroupClaims } }) })).problems).toContain(
      `${PATH} \`kubeflow.teams.team-a.flexGroupClaims\` is ${flexGroupClaims}: it must be a whole number of at least 0. Choose a value in that range.`);
  });
});

test('no guard where none is wanted, or there is nothing to guard', () => {
  expect(guards(defaults('1.34', () => ({ guard: 'none' })))).toEqual([]);
  expect(guards(defaults('1.29', () => ({ guard: 'none' })))).toEqual([]);
  expect(defaults('1.29', () => ({ guard: 'none' })).problems).toEqual([]);
  expect(guards(defaults('1.34', () => ({ flexGroupClasses: [] })))).toEqual([]);
  expect(defaults('1.29', () => ({ flexGroupClasses: undefined })).problems).toEqual([]);
});

test('a team that is not there, and teams without a Kubeflow, do not compile', () => {
  build(layer => {
    const made = new KubeflowDefaults(layer, 'defaults', { defaultClass: 'existing', kubeflow: { installation: kubeflow(layer), teams: { 'team-a': { owner: OWNER } } } });
    expect(made.teams['team-a'].namespace).toBe('team-a');
    // @ts-expect-error there is no such team
    expect(made.teams['team-b']).toBeUndefined();
    // @ts-expect-error teams are served by a Kubeflow
    expect(() => new KubeflowDefaults(layer, 'other', { defaultClass: 'existing', kubeflow: { teams: {} } })).not.toThrow();
    // @ts-expect-error without teams there are none
    expect(new KubeflowDefaults(layer, 'third', { defaultClass: 'existing' }).teams['team-a']).toBeUndefined();
  });
});

test('a patch reaches the policy', () => {
  const built = build(layer => {
    const made = new KubeflowDefaults(layer, 'defaults', { defaultClass: 'existing', flexGroupClasses: [flexGroupClass(layer)], guard: 'admissionPolicy' });
    const objects = made.node.findAll().filter(node => node instanceof ApiObject);
    objects.find(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding')!.addJsonPatch(JsonPatch.replace('/spec/validationActions', ['Warn']));
  }, { cluster: clusterWith('1.34') });
  expect(built.one('ValidatingAdmissionPolicyBinding').spec.validationActions).toEqual(['Warn']);
});
