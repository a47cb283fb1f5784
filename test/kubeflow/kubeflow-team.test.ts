import { ApiObject, JsonPatch } from 'cdk8s';
import fc from 'fast-check';
import { type KubeflowTeam, type KubeflowTeamProps, type TeamQuota } from '../../lib';
import { build } from '../support';
import { addedBy, buildTeam, claim, existingTeam, kubeflow, OWNER, team, TEAM_CLUSTER } from './team-support';

const PATH = '[test/20-layer/team-a]';

/** What the profile controller would put on a namespace of its own. Source: Kubeflow 1.7 and 26.03, namespace-labels.yaml and profile_controller.go. */
const UPSTREAM_LABELS = {
  'istio-injection': 'enabled',
  'app.kubernetes.io/part-of': 'kubeflow-profile',
  'katib.kubeflow.org/metrics-collector-injection': 'enabled',
  'pipelines.kubeflow.org/enabled': 'true',
  'serving.kubeflow.org/inferenceservice': 'enabled',
};

const QUOTA: Required<TeamQuota> = {
  gpus: 4, cpu: '64500m', memory: '512Gi', memoryLimit: '768Gi', storage: '20Ti', claims: 30,
  containerDefaults: { cpu: '50m', memory: '64Mi', memoryLimit: '2Gi' },
};

const all = (props: Pick<KubeflowTeamProps, 'kubeflow'>): Required<KubeflowTeamProps> => ({
  ...props,
  name: 'vision',
  owner: { kind: 'ServiceAccount', name: 'runner', namespace: 'ci' },
  quota: QUOTA,
  podSecurity: 'restricted',
  pipelineAccess: true,
  queue: { queueName: 'vision' },
  sharedMemory: '16Gi',
  datasets: [
    { name: 'imagenet', dataset: claim('pb-fg-all', 'vision', 'ReadOnlyMany'), mountPath: '/data/imagenet', readOnly: true, description: 'All of ImageNet' },
    { name: 'scratch', dataset: claim('scratch', 'vision'), mountPath: '/scratch' },
  ],
  dataManagement: { snapshot: [claim('pb-fg-all', 'vision')], clone: [claim('scratch', 'vision')], serviceAccount: 'own' },
});

describe('every prop reaches a manifest; otherwise a user sets it and nothing happens', () => {
  let vision: KubeflowTeam;
  const built = build(layer => { vision = team(layer, all({ kubeflow: kubeflow(layer) })); }, { cluster: TEAM_CLUSTER });

  test('nothing is wrong with all of them', () => {
    expect(built.problems).toEqual([]);
    expect(vision.namespace).toBe('vision');
    expect(vision.kubeflow.version).toBe('26.03');
    expect(vision.queue).toEqual({ queueName: 'vision' });
  });

  test('the owner and the quota are in the profile; as text, which is all that the API server takes', () => {
    expect(built.one('Profile', 'vision')).toMatchObject({
      apiVersion: 'kubeflow.org/v1',
      spec: {
        owner: { kind: 'ServiceAccount', name: 'runner', namespace: 'ci' },
        resourceQuotaSpec: {
          hard: {
            'requests.nvidia.com/gpu': '4', 'requests.cpu': '64500m', 'requests.memory': '512Gi', 'limits.memory': '768Gi', 'requests.storage': '20Ti', persistentvolumeclaims: '30',
          },
        },
      },
    });
    expect(built.one('Profile').metadata).not.toHaveProperty('namespace');
  });

  test('containers that ask for nothing get what they need to be counted', () => {
    expect(built.one('LimitRange').spec).toEqual({ limits: [{ type: 'Container', defaultRequest: { cpu: '50m', memory: '64Mi' }, default: { memory: '2Gi' } }] });
    expect(built.one('LimitRange').metadata.namespace).toBe('vision');
  });

  test('Pod Security is on the namespace', () => {
    expect(built.one('Namespace').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/audit': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted',
    });
  });

  test('a pod may ask for each PodDefault by its name', () => {
    expect(vision.podDefaults.map(({ name }) => name)).toEqual(['access-ml-pipeline', 'shared-memory', 'netapp-dataops', 'imagenet', 'scratch']);
    for (const { name, podDefaultLabels } of vision.podDefaults) {
      expect(podDefaultLabels).toEqual({ [name]: 'true' });
      expect(vision.podDefault(name).podDefaultLabels).toEqual({ [name]: 'true' });
      expect(built.one('PodDefault', name)).toMatchObject({ metadata: { namespace: 'vision' }, spec: { selector: { matchLabels: { [name]: 'true' } } } });
    }
  });

  test('data is mounted where it was asked for, and only read where that was asked for', () => {
    expect(built.one('PodDefault', 'imagenet').spec).toMatchObject({
      desc: 'All of ImageNet',
      volumes: [{ name: 'pb-fg-all', persistentVolumeClaim: { claimName: 'pb-fg-all', readOnly: true } }],
      volumeMounts: [{ name: 'pb-fg-all', mountPath: '/data/imagenet', readOnly: true }],
    });
    expect(built.one('PodDefault', 'scratch').spec).toEqual({
      desc: 'Mount scratch at /scratch',
      selector: { matchLabels: { scratch: 'true' } },
      volumes: [{ name: 'scratch', persistentVolumeClaim: { claimName: 'scratch' } }],
      volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
    });
  });
});

describe('the namespace', () => {
  test('is taken over by the profile controller, which looks at the owner; otherwise the profile fails', () => {
    expect(buildTeam().one('Namespace').metadata).toMatchObject({ name: 'team-a', annotations: { owner: 'ann@example.com' } });
    expect(buildTeam({ owner: { kind: 'Group', name: 'vision' } }).one('Namespace').metadata.annotations).toEqual({ owner: 'vision' });
  });

  test('has the labels of the controller at once; webhooks act on no other namespace', () => {
    expect(buildTeam().one('Namespace').metadata.labels).toMatchObject(UPSTREAM_LABELS);
  });

  test.each([['26.03', undefined, 'baseline'], ['1.10', undefined, 'privileged'], ['1.7', true, 'baseline'], ['26.03', false, 'privileged']] as const)(
    'Kubeflow %s, istioCni %s: %s; without the plugin, no pod would start at a stricter level', (version, istioCni, level) => {
      const built = build(layer => { team(layer, { kubeflow: kubeflow(layer, { version, istioCni }) }); });
      expect(built.problems).toEqual([]);
      expect(built.one('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe(level);
    });

  test.each(['baseline', 'restricted'] as const)('%s without the plugin is refused', podSecurity => {
    const built = build(layer => { team(layer, { podSecurity, kubeflow: kubeflow(layer, { version: '1.7' }) }); });
    expect(built.problems).toEqual([
      `${PATH} \`podSecurity\` is ${podSecurity}: without Istio's CNI plugin each pod gets an init container with NET_ADMIN, which that level refuses, so no pod of team-a would start. `
      + 'Install the plugin and set `istioCni` of the KubeflowInstallation, or leave `podSecurity` out.',
    ]);
    expect(build(layer => { team(layer, { podSecurity: 'privileged', kubeflow: kubeflow(layer, { version: '1.7' }) }); }).problems).toEqual([]);
  });
});

describe('what was not asked for is not made', () => {
  test('a team with an owner is a namespace and a profile without a quota', () => {
    const built = buildTeam();
    expect(built.problems).toEqual([]);
    expect(addedBy(built)).toEqual(['Namespace team-a', 'Profile team-a']);
    expect(built.one('Profile').spec).toEqual({ owner: { kind: 'User', name: 'ann@example.com' } });
  });

  test('nor the quota object, which is the controller\'s', () => {
    expect(addedBy(buildTeam({ quota: QUOTA }))).toEqual(['Namespace team-a', 'Profile team-a', 'LimitRange team-a/container-defaults']);
  });

  test.each([{}, { gpus: 4 }, { storage: '1Ti', claims: 3 }, { gpus: 0, containerDefaults: { cpu: 1 } }] as const)('nor defaults for containers where the quota %p counts nothing of theirs', quota => {
    expect(addedBy(buildTeam({ quota }))).toEqual(['Namespace team-a', 'Profile team-a']);
  });

  test('an empty quota is none; the controller would make an object without limits', () => {
    expect(buildTeam({ quota: {} }).one('Profile').spec).not.toHaveProperty('resourceQuotaSpec');
  });
});

describe('the quota', () => {
  test.each([
    [{ cpu: 8 }, { defaultRequest: { cpu: '100m' } }],
    [{ memory: '64Gi' }, { defaultRequest: { memory: '256Mi' } }],
    [{ memoryLimit: '64Gi' }, { defaultRequest: { memory: '256Mi' }, default: { memory: '1Gi' } }],
    [{ cpu: 8, containerDefaults: { memory: '1Gi' } }, { defaultRequest: { cpu: '100m' } }],
  ] as const)('%p has defaults for what it counts, and for nothing else', (quota, expected) => {
    expect(buildTeam({ quota }).one('LimitRange').spec.limits).toEqual([{ type: 'Container', ...expected }]);
  });

  test('0 GPUs is a limit, too', () => {
    expect(buildTeam({ quota: { gpus: 0 } }).one('Profile').spec.resourceQuotaSpec.hard).toEqual({ 'requests.nvidia.com/gpu': '0' });
  });

  test.each([['gpus', -1], ['gpus', 0.5], ['claims', 1.5]] as const)('%s of %d is refused', (key, value) => {
    expect(buildTeam({ quota: { [key]: value } }).problems).toContain(`${PATH} \`quota.${key}\` is ${value}: it must be a whole number of at least 0. Choose a value in that range.`);
  });

  test.each([['cpu', 0], ['cpu', '-1m'], ['memory', '0Gi'], ['memoryLimit', '-5Gi'], ['storage', 'NaNTi']] as const)('%s of %s is refused; the controller would fail on it, and there would be no quota', (key, value) => {
    expect(buildTeam({ quota: { [key]: value } }).problems).toContain(`${PATH} \`quota.${key}\` is ${value}: it must be an amount above 0. Write for example 64Gi, or 500m for half a CPU.`);
  });

  test('so is a default that is no amount', () => {
    expect(buildTeam({ quota: { cpu: 1, containerDefaults: { cpu: 0 } } }).problems).toContain(
      `${PATH} \`quota.containerDefaults.cpu\` is 0: it must be an amount above 0. Write for example 64Gi, or 500m for half a CPU.`);
  });

  test('a default request above the default limit is refused, as the API server would', () => {
    const sentence = (memory: string, limit: string) =>
      [`${PATH} \`quota.containerDefaults.memory\` is ${memory}: a request may not exceed its limit, ${limit}. Lower it, or raise \`quota.containerDefaults.memoryLimit\`.`];
    expect(buildTeam({ quota: { memoryLimit: '9Gi', containerDefaults: { memory: '2Gi' } } }).problems).toEqual(sentence('2Gi', '1Gi'));
    expect(buildTeam({ quota: { memoryLimit: '9Gi', containerDefaults: { memoryLimit: '128Mi' } } }).problems).toEqual(sentence('256Mi', '128Mi'));
    expect(buildTeam({ quota: { memory: '9Gi', containerDefaults: { memory: '2Gi', memoryLimit: '1Gi' } } }).problems).toEqual([]);
  });

  test('what is written is what was asked for, whatever it is', () => {
    fc.assert(fc.property(fc.record({ gpus: fc.integer({ min: 0, max: 16 }), claims: fc.nat(500), cpu: fc.integer({ min: 1, max: 4096 }) }, { requiredKeys: [] }), quota => {
      const hard = buildTeam({ quota }).one('Profile').spec.resourceQuotaSpec?.hard ?? {};
      expect(hard).toEqual(Object.fromEntries(Object.entries(quota).map(([key, value]) => [{ gpus: 'requests.nvidia.com/gpu', claims: 'persistentvolumeclaims', cpu: 'requests.cpu' }[key], `${value}`])));
    }), { numRuns: 30 });
  });
});

test('a namespace that enforces restricted declares what Katib needs then; otherwise every trial is refused without a word at synth', () => {
  const needs = (podSecurity: KubeflowTeamProps['podSecurity']) => buildTeam({ podSecurity }).app.prerequisites().filter(({ what }) => what.includes('injectSecurityContext')).map(({ what }) => what);
  expect(needs('restricted')).toEqual([
    'Katib gives the containers that it adds the security context of the trial (injectSecurityContext: true, before Kubeflow 1.8 the flag --webhook-inject-securitycontext); namespaces that enforce "restricted" refuse them otherwise',
  ]);
  expect(needs('baseline')).toEqual([]);
});

test('what the controller makes may be referred to; and that it must run is said', () => {
  const built = build(layer => {
    team(layer);
    for (const name of ['default-editor', 'default-viewer', 'somebody']) {
      new ApiObject(layer, name, {
        apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'team-a' },
        spec: { serviceAccountName: name, containers: [{ name: 'c', image: 'example.com/c:1' }] },
      });
    }
  });
  expect(built.problems).toEqual([expect.stringContaining('no ServiceAccount team-a/somebody is made')]);
  expect(built.app.prerequisites().map(({ what }) => what)).toEqual(expect.arrayContaining([
    'Kubeflow 26.03 with the profile controller (profiles.kubeflow.org/v1)',
    'The profile controller runs; it makes the ServiceAccounts default-editor and default-viewer of each team, and the quota',
  ]));
});

test('an owner without a name is refused', () => {
  expect(buildTeam({ owner: { kind: 'User', name: ' ' } }).problems).toEqual([
    `${PATH} \`owner.name\` is empty: the profile controller would give the rights to nobody. Give the name of the user as the login has it.`,
  ]);
});

test('a name that cannot be a namespace is refused for the profile, too', () => {
  expect(buildTeam({ name: 'Team_A' }).problems.filter(problem => /name of a (Profile|Namespace)/.test(problem))).toHaveLength(2);
});

test('combinations that mean nothing do not compile', () => {
  build(layer => {
    // @ts-expect-error a ServiceAccount is in a namespace
    team(layer, { name: 'a', owner: { kind: 'ServiceAccount', name: 'runner' } });
    // @ts-expect-error a user is not
    team(layer, { name: 'b', owner: { ...OWNER, namespace: 'x' } });
    // @ts-expect-error sizes have a binary suffix
    team(layer, { name: 'c', quota: { memory: '64GB' } });
    expect(existingTeam(layer).namespace).toBe('team');
  });
});

test('a patch reaches the manifest; users have fields that are not here', () => {
  const built = build(layer => {
    const objects = team(layer).node.findAll().filter(node => node instanceof ApiObject);
    objects.find(({ kind }) => kind === 'Namespace')!.addJsonPatch(JsonPatch.add('/metadata/labels/istio.io~1rev', 'stable'));
  });
  expect(built.one('Namespace').metadata.labels['istio.io/rev']).toBe('stable');
});
