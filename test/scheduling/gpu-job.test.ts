import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import { ExistingClaim, GpuJob, type GpuJobProps, GpuProjects, PlatformNamespace } from '../../lib';
import { build, CLUSTER } from '../support';
import { buildInTeam, DATA, IMAGE, job, needs, TEAM } from './scheduling-support';

const PATH = '[test/20-layer/job]';
const ALL: Required<GpuJobProps> = {
  team: { ...TEAM, nodes: CLUSTER.nodes }, name: 'train', image: 'registry.example.com/other:2.0', command: ['python', '/my train.py'], environment: { SEED: '1' }, cpu: 8, memory: '64Gi',
  gpus: 2, sharedMemory: '16Gi', mounts: [{ dataset: DATA, mountPath: '/data' }], runAsUser: 1234, preemptible: true, backoffLimit: 2, activeDeadline: Duration.hours(3),
  ttlAfterFinished: Duration.days(1), suspend: true, naming: 'fixed',
};

test('every prop reaches the manifest; otherwise a user sets it and nothing happens', () => {
  const built = job(ALL);
  expect(built.problems).toEqual([]);
  const { metadata, spec } = built.one('Job');
  expect(metadata).toMatchObject({ name: 'train', namespace: 'team', labels: { 'kai.scheduler/queue': 'vision', 'priorityClassName': 'train', 'app.kubernetes.io/part-of': 'scheduling' } });
  expect(spec).toMatchObject({ suspend: true, backoffLimit: 2, activeDeadlineSeconds: 10800, ttlSecondsAfterFinished: 86400 });
  expect(spec.template.metadata.labels).toMatchObject({ 'kai.scheduler/queue': 'vision', 'priorityClassName': 'train' });
  expect(spec.template.spec).toMatchObject({
    schedulerName: 'kai-scheduler', restartPolicy: 'Never', automountServiceAccountToken: false, enableServiceLinks: false,
    securityContext: { runAsUser: 1234, runAsNonRoot: true },
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['gpu-1', 'gpu-2'] }] }] } } },
    volumes: [{ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '16Gi' } }, { name: 'test', persistentVolumeClaim: { claimName: 'test' } }],
    containers: [{
      name: 'train', image: 'registry.example.com/other:2.0', command: ['python', '/my train.py'], env: [{ name: 'SEED', value: '1' }],
      resources: { requests: { cpu: '8', memory: '64Gi' }, limits: { 'memory': '64Gi', 'nvidia.com/gpu': 2 } },
      volumeMounts: [{ name: 'dshm', mountPath: '/dev/shm' }, { name: 'test', mountPath: '/data' }],
    }],
  });
});

test('by default it is one GPU and the image\'s own command, and what is not asked for is not written', () => {
  const built = job();
  expect(built.problems).toEqual([]);
  const { spec } = built.one('Job');
  expect(Object.keys(spec).sort()).toEqual(['podFailurePolicy', 'template']);
  expect(Object.keys(spec.template.metadata)).toEqual(['labels']);
  expect(Object.keys(spec.template.spec).sort()).toEqual(['automountServiceAccountToken', 'containers', 'enableServiceLinks', 'restartPolicy', 'schedulerName', 'securityContext']);
  expect(JSON.stringify(spec)).not.toContain('[]');
  expect(spec.template.spec.containers[0]).not.toHaveProperty('command');
  expect(spec.template.spec.containers[0].resources.limits).toEqual({ 'memory': '2Gi', 'nvidia.com/gpu': 1 });
});

test('a job whose GPUs are taken back has not failed; otherwise it would give up after some days of sharing', () => {
  expect(job().one('Job').spec.podFailurePolicy).toEqual({ rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] });
  expect(needs(job())).toContain(
    'KAI Scheduler says of pods that it takes their GPUs (scheduler argument update-pod-eviction-condition); otherwise Kubernetes counts them as failed, and a Job that often lost them gives up');
});

test('one that is not to be disturbed has the priority that is never pre-empted', () => {
  const built = job({ preemptible: false });
  expect(built.one('Job').metadata.labels.priorityClassName).toBe('build');
  expect(built.one('Job').spec).not.toHaveProperty('podFailurePolicy');
  expect(needs(built).join()).not.toContain('update-pod-eviction-condition');
});

test('a part of a GPU is an annotation of the pod, and never comes with a whole one; KAI refuses the pod', () => {
  const built = job({ gpus: { fraction: 0.5 } });
  expect(built.problems).toEqual([]);
  expect(built.one('Job').spec.template.metadata.annotations).toEqual({ 'gpu-fraction': '0.5', 'gpu-fraction-container-name': 'train' });
  expect(JSON.stringify(built.manifests)).not.toContain('nvidia.com/gpu');
  expect(needs(built)).toContain('KAI Scheduler with GPU sharing (Helm value global.gpuSharing=true), and the RuntimeClass nvidia');
});

test('the image\'s own user is left alone where that is asked for', () => {
  const { spec: { template: { spec } } } = job({ runAsUser: 'image' }).one('Job');
  expect(spec).not.toHaveProperty('securityContext');
  expect(spec.containers[0]).not.toHaveProperty('securityContext');
});

test('it runs in a namespace of the strictest level, which is the one that GpuProjects makes', () => {
  const built = build(layer => {
    const { teams } = new GpuProjects(layer, 'projects', { teams: { vision: { gpus: 16 } } });
    new GpuJob(layer, 'job', { team: teams.vision, name: 'train', image: IMAGE, gpus: { fraction: 0.5 }, sharedMemory: '1Gi' });
    new PlatformNamespace(layer, 'other', { name: 'other' });
  });
  expect(built.problems).toEqual([]);
});

test('a changed template is another job; otherwise the second apply fails', () => {
  const nameOf = (props: Partial<GpuJobProps>) => job({ naming: 'contentHash', ...props }).one('Job').metadata.name;
  expect(nameOf({})).toMatch(/^train-[0-9a-f]{8}$/);
  expect(nameOf({ image: 'registry.example.com/train:2.0' })).not.toBe(nameOf({}));
  expect(nameOf({ suspend: true, backoffLimit: 3 })).toBe(nameOf({}));
});

describe('what would be refused or never start is said', () => {
  test.each<[string, Partial<GpuJobProps>, string]>([
    ['half a GPU as a number', { gpus: 0.5 }, '`gpus` is 0.5: it must be a whole number of at least 0. Choose a value in that range.'],
    ['a whole one as a part', { gpus: { fraction: 1 } },
      '`gpus.fraction` is 1: KAI Scheduler shares one GPU, so it must be more than 0 and less than 1. Write for example 0.5, or `gpus` as a number for whole ones.'],
    ['more GPUs than a node has', { gpus: 9 },
      '`resources.limits["nvidia.com/gpu"]` is 9 for one pod: the largest node it may run on has 8 GPUs, so it would wait for ever. Ask for fewer, or correct `cluster.nodes`.'],
    ['an image without a tag, as in the documents', { image: 'gcr.io/run-ai-demo/quickstart' },
      '`image` of container train is "gcr.io/run-ai-demo/quickstart": an image needs a fixed tag (not latest) or a digest, so that every apply runs the same. Write for example gcr.io/run-ai-demo/quickstart:1.2.3.'],
    ['root', { runAsUser: 0 }, '`runAsUser` is 0: it must be a whole number of at least 1. Choose a value in that range.'],
    ['an empty command', { command: [] }, '`command` is empty: there would be nothing to run. Give the program and its arguments, or leave it out for the image\'s own.'],
    ['a negative number of retries', { backoffLimit: -1 }, '`backoffLimit` is -1: it must be a whole number of at least 0. Choose a value in that range.'],
    ['data of another namespace', { mounts: [{ dataset: new ExistingClaim('other', 'data', 'ReadWriteMany'), mountPath: '/data' }] },
      '`mounts` has claim data of namespace other: pods of namespace team cannot mount it. Make the claim in team; a volume can be shared with `SharedVolume`, and an export read with `NfsDataset`.'],
    ['a queue that nobody makes', { team: { queueName: 'nowhere', namespace: 'team' } },
      '`metadata.labels["kai.scheduler/queue"]` is nowhere: no Queue nowhere is made in this environment or declared as existing. Make it, correct the name, or add it to `cluster.existing`.'],
  ])('%s', (_, props, sentence) => {
    expect(job(props).problems).toContain(`${PATH} ${sentence}`);
  });

  test('whole GPUs and a part of one do not compile', () => {
    // @ts-expect-error both at once
    const both: GpuJobProps['gpus'] = { fraction: 0.5, count: 1 };
    expect(both).toBeDefined();
  });
});

test('what it does not know can still be written', () => {
  const built = buildInTeam(layer => {
    ApiObject.of(new GpuJob(layer, 'job', { team: TEAM, name: 'train', image: IMAGE })).addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'system-node-critical'));
  });
  expect(built.one('Job').spec.template.spec.priorityClassName).toBe('system-node-critical');
});
