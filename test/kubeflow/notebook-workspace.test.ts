import { ApiObject, JsonPatch } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import fc from 'fast-check';
import { PodTemplateSpec } from 'kubernetes-models/v1';
import {
  ExistingClaim, type ExistingObject, type Json, NotebookWorkspace, type NotebookDataset, type NotebookWorkspaceProps, VolumeClaim, type WorkspaceOptions,
} from '../../lib';
import { needs } from '../storage/storage-support';
import { buildTeam, containerOf, IMAGE, notebook, podMetadataOf, podOf } from './notebook-support';

const PATH = '[test/20-layer/notebook]';
const images = new ExistingClaim('team', 'images', 'ReadOnlyMany');
const results = new ExistingClaim('team', 'results', 'ReadWriteMany');
const CLAIMS: ExistingObject[] = [images, results].map(({ namespace, claimName }) => ({ kind: 'PersistentVolumeClaim', namespace, name: claimName }));

/** What the UI reads to list a notebook, with a KeyError for the whole list where it is missing. Source: Kubeflow, utils.py, notebook_dict_from_k8s_obj. */
function listed({ metadata, spec }: Json): unknown {
  const [first] = spec.template.spec.containers;
  const required = [metadata.name, metadata.namespace, first.image, first.resources.requests.cpu, first.resources.requests.memory];
  if (required.includes(undefined)) throw new Error('KeyError');
  return { serverType: metadata.annotations['notebooks.kubeflow.org/server-type'], volumes: first.volumeMounts.map(({ name }: Json) => name) };
}

describe('a notebook with nothing but a name and an image', () => {
  test('is what the UI makes with its own defaults', () => {
    const built = notebook();
    expect(built.problems).toEqual([]);
    const { apiVersion, metadata } = built.one('Notebook');
    expect(apiVersion).toBe('kubeflow.org/v1');
    expect(metadata).toMatchObject({ name: 'lab', namespace: 'team', labels: { app: 'lab', 'app.kubernetes.io/part-of': 'kubeflow' } });
    expect(metadata.annotations).toEqual({ 'notebooks.kubeflow.org/server-type': 'jupyter' });
    expect(podOf(built)).toEqual({
      serviceAccountName: 'default-editor',
      securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 100, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } },
      volumes: [{ name: 'lab-workspace', persistentVolumeClaim: { claimName: 'lab-workspace' } }],
      containers: [{
        name: 'lab',
        image: IMAGE,
        resources: { requests: { cpu: '0.5', memory: '1Gi' }, limits: { cpu: '0.6', memory: '1229Mi' } },
        volumeMounts: [{ name: 'lab-workspace', mountPath: '/home/jovyan' }],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      }],
    });
    expect(built.one('PersistentVolumeClaim')).toMatchObject({
      metadata: { name: 'lab-workspace', namespace: 'team' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } },
    });
    expect(built.manifests).toHaveLength(2);
  });

  test('needs the notebook controller and the image', () => {
    expect(needs(notebook(), 'Cluster')).toContain('Kubeflow 26.03 with the notebook controller (notebooks.kubeflow.org/v1)');
    expect(needs(notebook(), 'Images')).toEqual([`${IMAGE} can be pulled by the nodes of notebooks`]);
    expect(needs(notebook(), 'Nodes')).toEqual([]);
  });
});

describe('every prop reaches the manifest; otherwise a user sets it and nothing happens', () => {
  const workspace: Required<WorkspaceOptions> = { name: 'home', size: '20Gi', storageClass: { className: 'fast' }, accessMode: 'ReadWriteMany' };
  const dataset: Required<NotebookDataset> = { dataset: results, mountPath: '/results', readOnly: true };
  const all: Required<Omit<NotebookWorkspaceProps, 'team'>> = {
    name: 'my-lab', image: 'registry.example.com/rstudio:1.0', server: 'rstudio', cpu: 4, memory: '16Gi', limitFactor: 2, gpus: 2, sharedMemory: '8Gi', workspace,
    datasets: [dataset, { dataset: images }], podDefaults: [{ podDefaultLabels: { 'access-ml-pipeline': 'true' } }, { podDefaultLabels: { dataops: 'true' } }], environment: { MODE: 'test' },
    serviceAccount: 'researcher', creator: 'anna@example.com', runAsUser: 1234, nodeSelector: { pool: 'gpu' }, tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
  };
  const built = notebook(all, '26.03', [
    ...CLAIMS, { kind: 'ServiceAccount', namespace: 'team', name: 'researcher' }, { kind: 'StorageClass', name: 'fast', accessModes: ['ReadWriteMany'] },
  ]);

  test('metadata', () => {
    expect(built.problems).toEqual([]);
    const { labels, annotations } = built.one('Notebook', 'my-lab').metadata;
    expect(labels).toMatchObject({ app: 'my-lab', 'access-ml-pipeline': 'true', dataops: 'true' });
    expect(annotations).toEqual({
      'notebooks.kubeflow.org/server-type': 'group-two',
      'notebooks.kubeflow.org/http-rewrite-uri': '/',
      'notebooks.kubeflow.org/http-headers-request-set': '{"X-RStudio-Root-Path":"/notebook/team/my-lab/"}',
      'notebooks.kubeflow.org/creator': 'anna@example.com',
    });
  });

  test('pod', () => {
    const pod = podOf(built);
    expect(pod).toMatchObject({
      serviceAccountName: 'researcher', nodeSelector: { pool: 'gpu' }, tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }], securityContext: { runAsUser: 1234, fsGroup: 100 },
      volumes: [
        { name: 'home', persistentVolumeClaim: { claimName: 'home' } },
        { name: 'results', persistentVolumeClaim: { claimName: 'results', readOnly: true } },
        { name: 'images', persistentVolumeClaim: { claimName: 'images', readOnly: true } },
        { name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '8Gi' } },
      ],
    });
    expect(pod).not.toHaveProperty('schedulerName');
    expect(pod.containers).toMatchObject([{
      name: 'my-lab',
      image: 'registry.example.com/rstudio:1.0',
      env: [{ name: 'MODE', value: 'test' }],
      resources: { requests: { cpu: '4', memory: '16Gi' }, limits: { cpu: '8', memory: '32Gi', 'nvidia.com/gpu': 2 } },
      volumeMounts: [
        { name: 'home', mountPath: '/home/jovyan' },
        { name: 'results', mountPath: '/results', readOnly: true },
        { name: 'images', mountPath: '/home/jovyan/images', readOnly: true },
        { name: 'dshm', mountPath: '/dev/shm' },
      ],
    }]);
  });

  test('workspace', () => {
    expect(built.one('PersistentVolumeClaim', 'home').spec).toEqual({ accessModes: ['ReadWriteMany'], storageClassName: 'fast', resources: { requests: { storage: '20Gi' } } });
  });
});

describe('the UI', () => {
  test('can list it, whatever is left out; one notebook without requests breaks the list of the whole team', () => {
    const options: Partial<NotebookWorkspaceProps>[] = [{}, { limitFactor: 'none' }, { gpus: { fraction: 0.5, queue: { queueName: 'team' } } }, { workspace: results }, { runAsUser: 'image' }, { server: 'codeServer' }];
    for (const props of options) expect(listed(notebook(props, '26.03', CLAIMS).one('Notebook'))).toMatchObject({ volumes: [expect.any(String)] });
  });

  test.each([
    ['jupyter', { 'notebooks.kubeflow.org/server-type': 'jupyter' }],
    ['codeServer', { 'notebooks.kubeflow.org/server-type': 'group-one', 'notebooks.kubeflow.org/http-rewrite-uri': '/' }],
    ['rstudio', {
      'notebooks.kubeflow.org/server-type': 'group-two', 'notebooks.kubeflow.org/http-rewrite-uri': '/',
      'notebooks.kubeflow.org/http-headers-request-set': '{"X-RStudio-Root-Path":"/notebook/team/lab/"}',
    }],
  ] as const)('opens %s under the path that it expects', (server, annotations) => {
    expect(notebook({ server }).one('Notebook').metadata.annotations).toEqual(annotations);
  });

  test('shows the creator from Kubeflow 1.8 on', () => {
    expect(notebook({ creator: 'anna' }, '1.8').problems).toEqual([]);
    expect(notebook({ creator: 'anna' }, '1.7').problems).toEqual([`${PATH} \`creator\` needs Kubeflow 1.8 or newer: \`kubeflow.version\` is 1.7. Upgrade Kubeflow, or leave it out.`]);
  });
});

describe('volumes', () => {
  test('data lies where the UI would put it, one folder per claim', () => {
    const dataset = { claims: [images, results] };
    expect(containerOf(notebook({ datasets: [{ dataset }] }, '26.03', CLAIMS)).volumeMounts.slice(1)).toEqual([
      { name: 'images', mountPath: '/home/jovyan/images', readOnly: true }, { name: 'results', mountPath: '/home/jovyan/results' },
    ]);
    expect(containerOf(notebook({ datasets: [{ dataset, mountPath: '/data' }] }, '26.03', CLAIMS)).volumeMounts.slice(1).map(({ mountPath }: Json) => mountPath)).toEqual(['/data/mount_0', '/data/mount_1']);
  });

  test('an existing claim is the home, and no other is made', () => {
    const built = notebook({ workspace: results }, '26.03', CLAIMS);
    expect(built.problems).toEqual([]);
    expect(built.manifests.map(({ kind }) => kind)).toEqual(['Notebook']);
    expect(containerOf(built).volumeMounts).toEqual([{ name: 'results', mountPath: '/home/jovyan' }]);
  });

  test('a VolumeClaim with a size of its own is taken for what it is', () => {
    const built = buildTeam((layer, team) => {
      const workspace = new VolumeClaim(layer, 'home', { name: 'home', namespace: 'team', size: '9Gi' });
      expect(new NotebookWorkspace(layer, 'notebook', { team, name: 'lab', image: IMAGE, workspace }).workspace).toBe(workspace);
    });
    expect(built.problems).toEqual([]);
    expect(built.one('PersistentVolumeClaim').metadata.name).toBe('home');
  });

  test('the workspace can be read back, for a snapshot or a TensorBoard', () => {
    buildTeam((layer, team) => {
      expect(new NotebookWorkspace(layer, 'notebook', { team, name: 'lab', image: IMAGE })).toMatchObject({ name: 'lab', workspace: { claimName: 'lab-workspace', namespace: 'team', accessMode: 'ReadWriteOnce' } });
    });
  });

  test('shared memory is the UI\'s volume, without a bound of its own unless one is given', () => {
    expect(podOf(notebook({ sharedMemory: true })).volumes.at(-1)).toEqual({ name: 'dshm', emptyDir: { medium: 'Memory' } });
    expect(podOf(notebook({ sharedMemory: '2Gi' })).volumes.at(-1)).toEqual({ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '2Gi' } });
    expect(notebook({ sharedMemory: false }).manifests).toEqual(notebook().manifests);
  });

  test.each<[string, Partial<NotebookWorkspaceProps>, string]>([
    ['a home of another namespace', { workspace: new ExistingClaim('other', 'results', 'ReadWriteMany') },
      '`workspace` has claim results of namespace other: pods of namespace team cannot mount it. Make the claim in team; a volume can be shared with `SharedVolume`, and an export read with `NfsDataset`.'],
    ['a home that cannot be written', { workspace: images },
      '`workspace` is claim images with access mode ReadOnlyMany: the home directory could not be written. Use ReadWriteMany, or mount it as one of `datasets`.'],
    ['data of another namespace', { datasets: [{ dataset: new ExistingClaim('other', 'results', 'ReadOnlyMany') }] },
      '`datasets` has claim results of namespace other: pods of namespace team cannot mount it. Make the claim in team; a volume can be shared with `SharedVolume`, and an export read with `NfsDataset`.'],
    ['data over the home', { datasets: [{ dataset: images, mountPath: '/home/jovyan' }] },
      '`datasets` has the mount path /home/jovyan: it would hide /home/jovyan, or be hidden by it. Mount it elsewhere, for example at /home/jovyan/data.'],
    ['data over the home, with a slash', { datasets: [{ dataset: images, mountPath: '/home/jovyan/' }] },
      '`datasets` has the mount path /home/jovyan/: it would hide /home/jovyan, or be hidden by it. Mount it elsewhere, for example at /home/jovyan/data.'],
    ['data above the home', { datasets: [{ dataset: images, mountPath: '/home' }] },
      '`datasets` has the mount path /home: it would hide /home/jovyan, or be hidden by it. Mount it elsewhere, for example at /home/jovyan/data.'],
    ['data over everything', { datasets: [{ dataset: images, mountPath: '/' }] },
      '`datasets` has the mount path /: it would hide /home/jovyan, or be hidden by it. Mount it elsewhere, for example at /home/jovyan/data.'],
    ['data over the shared memory', { sharedMemory: true, datasets: [{ dataset: images, mountPath: '/dev/shm' }] },
      '`datasets` has the mount path /dev/shm: it would hide /dev/shm, or be hidden by it. Mount it elsewhere, for example at /home/jovyan/data.'],
    ['two sets of data at one place', { datasets: [{ dataset: images, mountPath: '/data' }, { dataset: results, mountPath: '/data' }] },
      '`datasets` has the mount path /data twice: one mount would hide the other. Give each its own path.'],
  ])('%s is refused', (_, props, sentence) => {
    const { problems } = notebook(props, '26.03', CLAIMS);
    expect(problems.filter(problem => !problem.includes('is made in this environment'))).toEqual([`${PATH} ${sentence}`]);
  });

  test('a path that only begins like the home is fine, and so are folders in it for several claims', () => {
    expect(notebook({ datasets: [{ dataset: images, mountPath: '/home/jovy' }, { dataset: { claims: [images, results] }, mountPath: '/home/jovyan' }] }, '26.03', CLAIMS).problems).toEqual([]);
  });

  test('a workspace that is read-only does not compile', () => {
    // @ts-expect-error the home directory must be written
    const workspace: WorkspaceOptions = { accessMode: 'ReadOnlyMany' };
    expect(workspace).toBeDefined();
  });
});

describe('what Kubernetes or the controller would refuse', () => {
  test.each(['Lab', '1lab', 'lab-', 'my.lab', '', `a${'b'.repeat(52)}`])('the name "%s"', name => {
    expect(notebook({ name }).problems).toContainEqual(expect.stringContaining(`${PATH} \`metadata.name\` is "${name}": the name of a Notebook must be at most 52 characters: a-z, 0-9 and "-", starting with a letter`));
  });

  test('a name of 52 characters is fine', () => {
    expect(notebook({ name: `a${'b'.repeat(51)}` }).problems).toEqual([]);
  });

  test('NB_PREFIX, which the controller sets; with another the notebook cannot be opened', () => {
    expect(notebook({ environment: { NB_PREFIX: '/lab' } }).problems).toEqual([
      `${PATH} \`environment\` has NB_PREFIX: the notebook controller sets it to the path that the UI opens, and another one could not be reached. Leave it out.`,
    ]);
  });

  test('an image without a fixed tag', () => {
    expect(notebook({ image: 'jupyter:latest' }).problems).toHaveLength(1);
  });

  test('a deadline does not compile; a StatefulSet has none', () => {
    // @ts-expect-error StatefulSets refuse activeDeadlineSeconds
    const props: Partial<NotebookWorkspaceProps> = { activeDeadline: 60 };
    expect(JSON.stringify(notebook(props).manifests)).not.toMatch(/deadline/i);
  });

  test('nothing: every pod is one that Kubernetes knows', () => {
    const server = fc.constantFrom('jupyter' as const, 'codeServer' as const, 'rstudio' as const);
    const gpus = fc.constantFrom<NotebookWorkspaceProps['gpus'][]>(0, 1, { fraction: 0.25, queue: { queueName: 'vision' } });
    const runAsUser = fc.constantFrom<NonNullable<NotebookWorkspaceProps['runAsUser']>[]>('image', 1000);
    const sharedMemory = fc.constantFrom<NonNullable<NotebookWorkspaceProps['sharedMemory']>[]>(true, false, '1Gi');
    const tolerations: k8s.Toleration[] = [{ operator: 'Exists' }];
    fc.assert(fc.property(server, gpus, runAsUser, sharedMemory, (...[chosen, gpu, user, memory]) => {
      const built = notebook({ server: chosen, gpus: gpu, runAsUser: user, sharedMemory: memory, tolerations, datasets: [{ dataset: images }] }, '26.03', [...CLAIMS, { kind: 'Queue', name: 'vision' }]);
      expect(built.problems).toEqual([]);
      const json = built.one('Notebook');
      expect(() => { new PodTemplateSpec({ metadata: podMetadataOf(json), spec: json.spec.template.spec }).validate(); }).not.toThrow();
    }));
  });
});

describe('PodDefaults', () => {
  test('never take the place of the label that selects the notebook', () => {
    const { labels } = notebook({ podDefaults: [{ podDefaultLabels: { app: 'other', dataops: 'true' } }] }).one('Notebook').metadata;
    expect(labels).toMatchObject({ app: 'lab', dataops: 'true' });
  });
});

test('what it does not know can still be written', () => {
  const built = buildTeam((layer, team) => {
    ApiObject.of(new NotebookWorkspace(layer, 'notebook', { team, name: 'lab', image: IMAGE })).addJsonPatch(JsonPatch.add('/spec/template/spec/enableServiceLinks', false));
  });
  expect(podOf(built).enableServiceLinks).toBe(false);
});
