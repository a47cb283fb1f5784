import fc from 'fast-check';
import { type Capacity, type Json, NotebookWorkspace, type NotebookWorkspaceProps, PlatformNamespace } from '../../lib';
import { needs } from '../storage/storage-support';
import { type Built } from '../support';
import { buildTeam, containerOf, IMAGE, notebook, podMetadataOf, podOf } from './notebook-support';

const PATH = '[test/20-layer/notebook]';

describe('CPU and memory', () => {
  const resources = (props: Partial<NotebookWorkspaceProps>) => containerOf(notebook(props)).resources;

  test.each<[Partial<NotebookWorkspaceProps>, Json]>([
    [{ cpu: '500m', memory: '5Gi' }, { cpu: '0.6', memory: '6Gi' }],
    [{ cpu: 3, memory: '100Mi' }, { cpu: '3.6', memory: '120Mi' }],
    [{ cpu: 1.1, memory: '1Ti' }, { cpu: '1.32', memory: '1258292Mi' }],
    [{ cpu: 2, memory: '2Gi', limitFactor: 1 }, { cpu: '2', memory: '2Gi' }],
  ])('%j has limits %j', (props, limits) => {
    expect(resources(props).limits).toEqual(limits);
  });

  test('without a factor there are no limits, and the GPUs stay', () => {
    expect(resources({ limitFactor: 'none' })).toEqual({ requests: { cpu: '0.5', memory: '1Gi' } });
    expect(resources({ limitFactor: 'none', gpus: 1 }).limits).toEqual({ 'nvidia.com/gpu': 1 });
  });

  test('a limit is never less than its request, nor more than a thousandth core or a mebibyte above the factor, and whole bytes', () => {
    const MI: Record<string, number> = { Ki: 2 ** -10, Mi: 1, Gi: 2 ** 10, Ti: 2 ** 20 };
    const memory = fc.tuple(fc.integer({ min: 1, max: 4096 }), fc.constantFrom('Ki', 'Mi', 'Gi', 'Ti')).map(([amount, unit]) => `${amount}${unit}` as Capacity);
    const inMi = (text: string) => Number(text.slice(0, -2)) * MI[text.slice(-2)]!;
    fc.assert(fc.property(fc.integer({ min: 1, max: 64000 }), memory, fc.integer({ min: 100, max: 400 }), (millicores, request, percent) => {
      const built = notebook({ cpu: `${millicores}m`, memory: request, limitFactor: percent / 100 });
      expect(built.problems).toEqual([]);
      const { cpu, memory: limit } = containerOf(built).resources.limits;
      expect(Number(cpu) * 1000 - millicores * percent / 100).toBeGreaterThanOrEqual(-1e-5);
      expect(Number(cpu) * 1000 - millicores * percent / 100).toBeLessThan(1);
      expect(inMi(limit) - inMi(request) * percent / 100).toBeGreaterThanOrEqual(-1e-5);
      expect(inMi(limit) - inMi(request) * percent / 100).toBeLessThan(1);
      expect(limit).toMatch(/^\d+[MG]i$/);
    }));
  });

  test.each([0.9, 0, -1, NaN])('a factor of %d is refused', limitFactor => {
    expect(notebook({ limitFactor }).problems).toContain(`${PATH} \`limitFactor\` is ${limitFactor}: a limit may not be less than what is set aside. Choose 1 or more, or none.`);
  });
});

/** A queue that is in the cluster. */
const VISION = { queueName: 'vision' };
const IN_CLUSTER = [{ kind: 'Queue', name: 'vision' }] as const;

describe('GPUs', () => {
  test('a part of one is asked of KAI Scheduler, on the pod, for the container that needs it', () => {
    const built = notebook({ gpus: { fraction: 0.5, queue: VISION } }, undefined, IN_CLUSTER);
    expect(built.problems).toEqual([]);
    const { labels, annotations } = podMetadataOf(built.one('Notebook'));
    expect(labels['kai.scheduler/queue']).toBe('vision');
    expect(annotations).toEqual({ 'gpu-fraction': '0.5', 'gpu-fraction-container-name': containerOf(built).name });
    expect(podOf(built).schedulerName).toBe('kai-scheduler');
    expect(needs(built, 'Cluster')).toEqual(expect.arrayContaining([
      'KAI Scheduler 0.13 with its priority classes', 'KAI Scheduler with GPU sharing (Helm value global.gpuSharing=true), and the RuntimeClass nvidia',
    ]));
  });

  test('a part never comes with a whole one; KAI refuses the pod', () => {
    expect(JSON.stringify(notebook({ gpus: { fraction: 0.5, queue: VISION } }).manifests)).not.toContain('nvidia.com/gpu');
    // @ts-expect-error whole GPUs and a part of one
    const both: NotebookWorkspaceProps['gpus'] = { fraction: 0.5, queue: VISION, count: 1 };
    expect(both).toBeDefined();
  });

  test.each([0, 1, 1.5, -0.5, NaN])('a part of %d is refused', fraction => {
    expect(notebook({ gpus: { fraction, queue: VISION } }, undefined, IN_CLUSTER).problems).toEqual([
      `${PATH} \`gpus.fraction\` is ${fraction}: KAI Scheduler shares one GPU, so it must be more than 0 and less than 1. Write for example 0.5, or \`gpus\` as a number for whole ones.`,
    ]);
  });

  test('a part without a queue is refused; it would be counted against nobody', () => {
    expect(notebook({ gpus: { fraction: 0.5 } }).problems).toEqual([
      `${PATH} \`gpus.queue\` is missing: KAI Scheduler counts a part of a GPU against a queue, and the team has none. Give one, or set \`queue\` of the team.`,
    ]);
  });

  test('a queue that nobody makes is a mistake; the notebook would wait for ever', () => {
    expect(notebook({ gpus: { fraction: 0.5, queue: VISION } }).problems).toEqual([
      `${PATH} \`metadata.labels["kai.scheduler/queue"]\` is vision: no Queue vision is made in this environment or declared as existing. Make it, correct the name, or add it to \`cluster.existing\`.`,
    ]);
  });

  test('of a team with a queue, GPUs are counted against it; a notebook without any is placed as before', () => {
    const inTeam = (gpus: NotebookWorkspaceProps['gpus']) => buildTeam((layer, team) => {
      new NotebookWorkspace(layer, 'notebook', { team: { ...team, queue: VISION }, name: 'lab', image: IMAGE, gpus });
    }, undefined, [...IN_CLUSTER, { kind: 'Queue', name: 'other' }]);
    const queueOf = (built: Built) => [built.one('Notebook').metadata.labels['kai.scheduler/queue'], podOf(built).schedulerName];
    expect(inTeam(2).problems).toEqual([]);
    expect(queueOf(inTeam(2))).toEqual(['vision', 'kai-scheduler']);
    expect(containerOf(inTeam(2)).resources.limits['nvidia.com/gpu']).toBe(2);
    expect(queueOf(inTeam({ fraction: 0.5 }))).toEqual(['vision', 'kai-scheduler']);
    expect(queueOf(inTeam({ fraction: 0.5, queue: { queueName: 'other' } }))).toEqual(['other', 'kai-scheduler']);
    expect(inTeam(0).manifests).toEqual(notebook().manifests);
  });

  test('whole ones are a limit, and no others; more than a node has are refused', () => {
    expect(containerOf(notebook({ gpus: 2 })).resources.limits['nvidia.com/gpu']).toBe(2);
    expect(needs(notebook({ gpus: 2 }), 'Nodes')).toEqual(['A node with free GPUs for each notebook that asks for some (2), offered as nvidia.com/gpu by the NVIDIA device plugin']);
    expect(notebook({ gpus: 0 }).manifests).toEqual(notebook().manifests);
    expect(notebook({ gpus: 9 }).problems).toHaveLength(1);
    expect(notebook({ gpus: 0.5 }).problems).toContain(`${PATH} \`gpus\` is 0.5: it must be a whole number of at least 0. Choose a value in that range.`);
  });
});

describe('user and rights', () => {
  const secured = (props: Partial<NotebookWorkspaceProps>, version?: '1.7' | '26.03'): Built => buildTeam((layer, team) => {
    new PlatformNamespace(layer, 'namespace', { name: 'secure' });
    new NotebookWorkspace(layer, 'notebook', { team: { ...team, namespace: 'secure' }, name: 'lab', image: IMAGE, ...props });
  }, version, [{ kind: 'ServiceAccount', namespace: 'secure', name: 'default-editor' }]);

  test('the pod is what the strictest Pod Security level allows', () => {
    expect(secured({}).problems).toEqual([]);
    expect(secured({ sharedMemory: true, gpus: 1, runAsUser: 5000 }).problems).toEqual([]);
    expect(secured({ runAsUser: 'image' }).problems).not.toEqual([]);
  });

  test('volumes are given to the group that the controller would give them to; it does not where the pod has a security context', () => {
    expect(podOf(notebook()).securityContext.fsGroup).toBe(100);
  });

  test('the group is left to the image; Kubeflow\'s own do not start under another than 0', () => {
    expect(podOf(notebook()).securityContext).not.toHaveProperty('runAsGroup');
  });

  test('the images of Kubeflow before 1.9 are left their rights; they do not start without', () => {
    expect(podOf(notebook({}, '1.8'))).not.toHaveProperty('securityContext');
    expect(containerOf(notebook({}, '1.8'))).not.toHaveProperty('securityContext');
    expect(podOf(notebook({}, '1.9')).securityContext.runAsUser).toBe(1000);
    expect(podOf(notebook({ runAsUser: 1000 }, '1.7'))).toEqual(podOf(notebook()));
  });

  test.each([0, -1, 1.5])('user %d is refused', runAsUser => {
    expect(notebook({ runAsUser }).problems).toContain(`${PATH} \`runAsUser\` is ${runAsUser}: it must be a whole number of at least 1. Choose a value in that range.`);
  });
});
