import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { type HomeOptions, type NotebookDataManagement, type NotebookOptions, type NotebookProfile, SnapshotClusterRole, VolumeSnapshotClass } from '../../lib';
import { literal } from '../../lib/jupyterhub/notebook-traits';
import { build } from '../support';
import { addStack, claim, HUB_CLUSTER, jupyterhub, objects, PROPS, settings, traits } from './jupyterhub-support';

const IMAGE = 'example.com/notebook:1';
const NOTEBOOKS: Required<NotebookOptions> = {
  image: IMAGE, runAsUser: 2000, startTimeout: Duration.minutes(20), cpu: '250m', cpuLimit: 2, memory: '1536Mi', memoryLimit: '2Gi', gpus: 1, sharedMemory: '1Gi',
  nodeSelector: { pool: 'gpu' }, tolerations: [{ key: 'gpu', operator: 'Exists' }], queue: { queueName: 'notebooks' }, environment: { SHELL_TEXT: '${HOME}', LOGIN: { secret: 'mlflow', key: 'password' } },
};
const PROFILE: Required<NotebookProfile> = {
  name: 'large', title: 'Large', description: 'More of everything', image: 'example.com/large:1', cpu: 8, cpuLimit: 16, memory: '64Gi', memoryLimit: '96Gi', gpus: 2, sharedMemory: '16Gi',
  nodeSelector: { gpu: 'a100' }, tolerations: [{ key: 'a100', operator: 'Exists' }], queue: { queueName: 'large' }, environment: { MORE: '{x}' },
};
const HOME: Required<HomeOptions> = { size: '20Gi', storageClass: { className: 'fast' }, accessMode: 'ReadWriteMany', mountPath: '/home/me', onUserDelete: 'delete' };

describe('servers of users', () => {
  test('every option reaches KubeSpawner, in the units that it knows', () => {
    const built = jupyterhub({ notebooks: NOTEBOOKS });
    expect(built.problems).toEqual([]);
    expect(traits(built)).toMatchObject({
      image: IMAGE, uid: 2000, start_timeout: 1200, cpu_guarantee: 0.25, cpu_limit: 2, mem_guarantee: 1536 * 2 ** 20, mem_limit: 2 * 2 ** 30, extra_resource_limits: { 'nvidia.com/gpu': '1' },
      node_selector: { pool: 'gpu' }, tolerations: [{ key: 'gpu', operator: 'Exists' }],
      scheduler_name: 'kai-scheduler', extra_labels: { 'kai.scheduler/queue': 'notebooks', priorityClassName: 'build' },
      environment: { SHELL_TEXT: '${{HOME}}', LOGIN: { valueFrom: { secretKeyRef: { name: 'mlflow', key: 'password' } } } },
      volumes: [{ name: 'home' }, { name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }],
    });
  });

  test('without options: half a core, 1 GiB, ten minutes for a large image, no GPU and no limit', () => {
    const written = traits(jupyterhub());
    expect(written).toMatchObject({ cpu_guarantee: 0.5, mem_guarantee: 2 ** 30, start_timeout: 600, cmd: 'jupyterhub-singleuser', port: 8888, environment: {} });
    for (const key of ['cpu_limit', 'mem_limit', 'extra_resource_limits', 'node_selector', 'tolerations', 'scheduler_name', 'extra_labels', 'profile_list', 'storage_class']) expect(written).not.toHaveProperty(key);
  });

  test('pods meet Pod Security restricted; otherwise the namespace refuses each of them', () => {
    expect(traits(jupyterhub())).toMatchObject({
      uid: 1000, fs_gid: 100, allow_privilege_escalation: false, container_security_context: { capabilities: { drop: ['ALL'] } },
      pod_security_context: { runAsNonRoot: true, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } },
    });
  });

  test('Services of the namespace leave no variables in notebooks; a Service named mlflow would break its client', () => {
    expect(traits(jupyterhub()).extra_pod_config).toEqual({ enableServiceLinks: false });
  });

  test('names are those of the documents\' deployment, in all releases; otherwise an upgrade gives everybody an empty home', () => {
    for (const version of ['4.1.5', '5.5.0'] as const) {
      expect(traits(jupyterhub({ version, notebooks: { image: IMAGE } }))).toMatchObject({ pvc_name_template: 'claim-{username}--{servername}', pod_name_template: 'jupyter-{username}--{servername}' });
    }
    expect(traits(jupyterhub()).slug_scheme).toBe('escape');
    expect(traits(jupyterhub({ version: '4.1.5', notebooks: { image: IMAGE } }))).not.toHaveProperty('slug_scheme');
  });
});

describe('profiles', () => {
  test('every option is an override, and volumes are all of them: KubeSpawner replaces lists', () => {
    const built = jupyterhub({ profiles: [{ name: 'small', title: 'Small' }, PROFILE], shared: claim('shared') });
    expect(built.problems).toEqual([]);
    expect(traits(built).profile_list).toEqual([
      { slug: 'small', display_name: 'Small', kubespawner_override: {} },
      {
        slug: 'large', display_name: 'Large', description: 'More of everything',
        kubespawner_override: {
          image: 'example.com/large:1', cpu_guarantee: 8, cpu_limit: 16, mem_guarantee: 64 * 2 ** 30, mem_limit: 96 * 2 ** 30, extra_resource_limits: { 'nvidia.com/gpu': '2' },
          node_selector: { gpu: 'a100' }, tolerations: [{ key: 'a100', operator: 'Exists' }], environment: { MORE: '{{x}}' },
          scheduler_name: 'kai-scheduler', extra_labels: { 'kai.scheduler/queue': 'large', priorityClassName: 'build' },
          volumes: [
            { name: 'home', persistentVolumeClaim: { claimName: 'claim-{username}--{servername}' } }, { name: 'shared', persistentVolumeClaim: { claimName: 'shared' } },
            { name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '16Gi' } },
          ],
          volume_mounts: [{ name: 'home', mountPath: '/home/jovyan' }, { name: 'shared', mountPath: '/home/shared' }, { name: 'dshm', mountPath: '/dev/shm' }],
        },
      },
    ]);
  });

  test('a profile without a GPU takes none, also where all others have one', () => {
    expect(traits(jupyterhub({ notebooks: { ...PROPS.notebooks, gpus: 1 }, profiles: [{ name: 'cpu', title: 'CPU', gpus: 0 }] })).profile_list[0].kubespawner_override)
      .toEqual({ extra_resource_limits: { 'nvidia.com/gpu': '0' } });
  });
});

describe('homes', () => {
  test('every option reaches KubeSpawner', () => {
    const built = jupyterhub({ home: HOME });
    expect(built.problems).toEqual([]);
    expect(traits(built)).toMatchObject({
      storage_pvc_ensure: true, storage_capacity: '20Gi', storage_class: 'fast', storage_access_modes: ['ReadWriteMany'], delete_pvc: true, volume_mounts: [{ name: 'home', mountPath: '/home/me' }],
    });
  });

  test('they stay when a user is deleted; JupyterHub\'s own default deletes them, and what is in them', () => {
    expect(traits(jupyterhub()).delete_pvc).toBe(false);
  });
});

describe('snapshots from notebooks', () => {
  const network = { kubernetesApi: { cidrs: ['10.0.0.0/24'] } };

  test('an account of its own with exactly what is called, its token, and where the workspace is', () => {
    const built = jupyterhub({ dataManagement: {}, network });
    expect(built.problems).toEqual([]);
    expect(traits(built)).toMatchObject({
      service_account: 'netapp-dataops', automount_service_account_token: true, environment: { WORKSPACE_PVC: 'claim-{username}--{servername}', WORKSPACE_NAMESPACE: 'jupyterhub' },
    });
    expect(traits(built).environment).not.toHaveProperty('WORKSPACE_SNAPSHOT_CLASS');
    expect(built.one('Role', 'jupyterhub-netapp-dataops-snapshots').rules).toEqual([
      { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs: ['create', 'get', 'list'] },
      { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get', 'list'] },
    ]);
    expect(built.one('ServiceAccount', 'netapp-dataops').automountServiceAccountToken).toBe(false);
  });

  test('the documents\' ClusterRole for the account default, where it is asked for, with the token that makes it work', () => {
    const built = build(layer => {
      const dataManagement: Required<NotebookDataManagement> = {
        serviceAccount: 'default', role: new SnapshotClusterRole(layer, 'role'), snapshotClass: new VolumeSnapshotClass(layer, 'class', { name: 'nas-snapshots' }),
      };
      expect(addStack(layer, { namespace: 'team', dataManagement, network }).dataServiceAccount).toBe('default');
    }, { cluster: HUB_CLUSTER });
    expect(traits(built)).toMatchObject({ service_account: 'default', automount_service_account_token: true, environment: { WORKSPACE_SNAPSHOT_CLASS: 'nas-snapshots' } });
    expect(objects(built).filter(name => /^(ServiceAccount|Role|ClusterRole)\b/.test(name))).toEqual([
      'ClusterRole netapp-dataops-snapshots', 'Role hub', 'RoleBinding hub', 'RoleBinding jupyterhub-netapp-dataops-snapshots', 'ServiceAccount hub',
    ].filter(name => !name.startsWith('RoleBinding')));
    expect(built.one('RoleBinding', 'jupyterhub-netapp-dataops-snapshots')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'netapp-dataops-snapshots' }, subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'team' }],
    });
  });
});

describe('text on its way to notebooks', () => {
  /** str.format of Python for text without fields: the reverse of doubling, and an error for a brace that stands alone. */
  const format = (text: string): string => {
    const rest = text.replaceAll(/\{\{|\}\}/g, '');
    if (/[{}]/.test(rest)) throw new Error(`KeyError: ${text}`);
    return text.replaceAll('{{', '{').replaceAll('}}', '}');
  };

  test('any text comes through str.format unchanged; otherwise one brace in a variable keeps every server from starting', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', '$', '"', '\\', '\n', 'é') }), text => { expect(format(literal(text))).toBe(text); }));
    expect(literal({ a: ['{', { b: '}', c: 1 }], d: null })).toEqual({ a: ['{{', { b: '}}', c: 1 }], d: null });
  });

  test('any text comes through the ConfigMap unchanged', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => {
      expect(traits(jupyterhub({ notebooks: { ...PROPS.notebooks, environment: { TEXT: text } } })).environment.TEXT).toBe(literal(text));
    }), { numRuns: 30 });
  });

  test('the file that Python runs is the same whatever the settings are: no value is ever part of it', () => {
    const python = (built: ReturnType<typeof jupyterhub>) => built.one('ConfigMap', 'hub').data['jupyterhub_config.py'] as string;
    expect(python(jupyterhub({ notebooks: { ...PROPS.notebooks, environment: { X: '"""' } } }))).toBe(python(jupyterhub()));
  });
});

test('further settings stand beside the typed ones', () => {
  const built = jupyterhub({ config: { KubeSpawner: { image_pull_secrets: ['registry'] }, JupyterHub: { allow_named_servers: true }, Spawner: { args: ['--debug'] } } });
  expect(built.problems).toEqual([]);
  expect(settings(built).traits).toMatchObject({ KubeSpawner: { image_pull_secrets: ['registry'], image: PROPS.notebooks.image }, JupyterHub: { allow_named_servers: true }, Spawner: { args: ['--debug'] } });
});
