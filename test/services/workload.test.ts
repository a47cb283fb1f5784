import { type Chart } from 'cdk8s';
import { ExistingClaim, type WorkloadOptions } from '../../lib';
import { checkWorkload, workloadPod } from '../../lib/services/workload';
import { build } from '../support';

const data = new ExistingClaim('team', 'data', 'ReadWriteMany');
const problemsOf = (options: Partial<WorkloadOptions>): string[] =>
  build((layer: Chart) => { checkWorkload(layer, 'train', 'team', { image: 'image:1', command: ['run'], ...options }); }).problems;

test('every option reaches the pod; otherwise a user sets it and nothing happens', () => {
  const options: Required<WorkloadOptions> = {
    image: 'image:1', command: ['run', '--fast'], environment: { A: 'b' }, cpu: '500m', memory: '4Gi', gpus: 2, sharedMemory: '1Gi', mounts: [{ dataset: data, mountPath: '/data' }], runAsUser: 1234,
  };
  expect(workloadPod('main', options)).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1234, runAsGroup: 1234, fsGroup: 1234, seccompProfile: { type: 'RuntimeDefault' } },
    volumes: [{ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }, { name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    containers: [{
      name: 'main', image: 'image:1', command: ['run', '--fast'], env: [{ name: 'A', value: 'b' }],
      resources: { requests: { cpu: '500m', memory: '4Gi' }, limits: { 'memory': '4Gi', 'nvidia.com/gpu': 2 } },
      volumeMounts: [{ name: 'dshm', mountPath: '/dev/shm' }, { name: 'data', mountPath: '/data' }],
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    }],
  });
});

test('without options a pod has one CPU and 2Gi, no GPU, no volume, and user 1000', () => {
  const { volumes, containers: [container], securityContext } = workloadPod('main', { image: 'image:1', command: ['run'] });
  expect([volumes, container.volumeMounts, container.env, securityContext?.runAsUser]).toEqual([[], [], undefined, 1000]);
  expect(container).toMatchObject({ resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '2Gi' } } });
});

test.each<[string, Partial<WorkloadOptions>, string]>([
  ['no command', { command: [] }, '`train.command` is empty: there would be nothing to run. Give the program and its arguments.'],
  ['half a GPU', { gpus: 0.5 }, '`train.gpus` is 0.5: it must be a whole number of at least 0. Choose a value in that range.'],
  ['root', { runAsUser: 0 }, '`train.runAsUser` is 0: it must be a whole number of at least 1. Choose a value in that range.'],
  ['data of another namespace', { mounts: [{ dataset: new ExistingClaim('other', 'data', 'ReadWriteMany'), mountPath: '/data' }] },
    '`train.mounts` has claim data of namespace other: pods of namespace team cannot mount it. Make the claim in team; a volume can be shared with `SharedVolume`, and an export read with `NfsDataset`.'],
  ['a dataset without claims', { mounts: [{ dataset: { claims: [] }, mountPath: '/data' }] },
    '`train.mounts` has a dataset without claims at /data: there would be nothing to mount. Give it at least one, or leave it out.'],
  ['a relative path', { mounts: [{ dataset: data, mountPath: 'data' }] }, '`train.mounts` has the mount path "data": it must be absolute. Start it with "/".'],
  ['one path twice', { mounts: [{ dataset: data, mountPath: '/data' }, { dataset: data, mountPath: '/data' }] },
    '`train.mounts` has the mount path /data twice: one mount would hide the other. Give each its own path.'],
])('%s is refused; the pod would be, or would run without its data', (_, options, sentence) => {
  expect(problemsOf(options)).toEqual([`[test/20-layer] ${sentence}`]);
});

test('what is right is accepted', () => {
  expect(problemsOf({ gpus: 0, mounts: [{ dataset: data, mountPath: '/data' }] })).toEqual([]);
});
