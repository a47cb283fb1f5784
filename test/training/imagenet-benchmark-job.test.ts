import { ApiObject, type Chart, Duration, JsonPatch } from 'cdk8s';
import fc from 'fast-check';
import { ImagenetBenchmarkJob, type ImagenetBenchmarkJobProps, type Json } from '../../lib';
import { type Built } from '../support';
import { after, ALL_DATA, ALL_PATHS, buildSecured, buildTraining, DATASET, gpuNodes, PRINT_ARGUMENTS, podOf, printed, RESULTS, RUN, runHere } from './training-support';

const SYNTHETIC: ImagenetBenchmarkJobProps = { ...RUN, data: 'synthetic' };
const job = (props: Partial<ImagenetBenchmarkJobProps> = {}): Built =>
  buildTraining(layer => { new ImagenetBenchmarkJob(layer, 'single', { ...SYNTHETIC, ...props }); });
const commandOf = (built: Built): string[] => podOf(built.one('Job')).containers[0].command;

const ALL: Required<ImagenetBenchmarkJobProps> = {
  namespace: 'team', image: 'registry.example.com/other:2.0', data: ALL_DATA, results: RESULTS, name: 'my-run', gpus: 4, dgxVersion: 'dgx2', rehearsal: false,
  dropPageCache: false, runAsUser: 1234, imagePaths: ALL_PATHS, environment: { NCCL_IB_DISABLE: '1' }, sharedMemory: '64Gi', cpu: 32, memory: '256Gi', backoffLimit: 2,
  activeDeadline: Duration.hours(3), ttlAfterFinished: Duration.days(1), suspend: true, naming: 'fixed',
  queue: { queueName: 'vision' },
};

describe('the documents\' two single-node benchmarks', () => {
  test('ImageNet: eight GPUs, both mounts, privileged, five retries, as documented', () => {
    const built = job({ data: { dataset: DATASET }, naming: 'fixed' });
    const { metadata, spec } = built.one('Job');
    expect(built.problems).toEqual([]);
    expect(metadata).toMatchObject({ name: 'netapp-tensorflow-single-imagenet', namespace: 'team' });
    expect(spec.backoffLimit).toBe(5);
    expect(spec.template.spec).toMatchObject({
      restartPolicy: 'Never',
      containers: [{
        name: 'netapp-tensorflow-py2',
        command: ['python', '/netapp/scripts/run.py', '--dataset_dir=/mnt/mount_0/dataset/imagenet', '--dgx_version=dgx1', '--num_devices=8'],
        resources: { limits: { 'nvidia.com/gpu': 8 } },
        securityContext: { privileged: true },
      }],
    });
    expect(Object.keys(spec).sort()).toEqual(['backoffLimit', 'template']);
    expect(Object.keys(spec.template.spec).sort()).toEqual(['automountServiceAccountToken', 'containers', 'enableServiceLinks', 'restartPolicy', 'volumes']);
  });

  test('synthetic data: the same without a dataset', () => {
    const built = job({ naming: 'fixed' });
    expect(built.one('Job').metadata.name).toBe('netapp-tensorflow-single-synthetic');
    expect(commandOf(built)).toEqual(['python', '/netapp/scripts/run.py', '--dgx_version=dgx1', '--num_devices=8']);
  });

  test('the two differ in name; otherwise one would overwrite the other', () => {
    const built = buildTraining(layer => {
      new ImagenetBenchmarkJob(layer, 'a', { ...SYNTHETIC, naming: 'fixed' });
      new ImagenetBenchmarkJob(layer, 'b', { ...SYNTHETIC, naming: 'fixed', data: { dataset: DATASET } });
    });
    expect(built.problems).toEqual([]);
    expect(built.manifests.map(({ metadata }) => metadata.name)).toEqual(['netapp-tensorflow-single-synthetic', 'netapp-tensorflow-single-imagenet']);
  });
});

describe('every prop reaches the manifest; otherwise a user sets it and nothing happens', () => {
  test('without dropping the page cache', () => {
    const built = job(ALL);
    const { metadata, spec } = built.one('Job');
    expect(built.problems).toEqual([]);
    expect(metadata).toMatchObject({ name: 'my-run', namespace: 'team', labels: { 'app.kubernetes.io/instance': 'my-run' } });
    expect(spec).toMatchObject({ backoffLimit: 2, activeDeadlineSeconds: 10800, ttlSecondsAfterFinished: 86400, suspend: true });
    const [container] = spec.template.spec.containers;
    expect(container.image).toBe('registry.example.com/other:2.0');
    expect(container.env).toEqual([{ name: 'NCCL_IB_DISABLE', value: '1' }]);
    expect(container.resources).toEqual({ limits: { 'nvidia.com/gpu': 4, cpu: '32', memory: '256Gi' } });
    expect(container.securityContext.runAsUser).toBe(1234);
    expect(container.command).toEqual(expect.arrayContaining(['mpirun', '/opt/bench.py', '--data_dir=/mnt/mount_0/tfrecords', 'NCCL_IB_DISABLE']));
    expect(after(container.command, '-np')).toBe('4');
    expect(after(container.command, '-H')).toBe('localhost:4');
    expect(spec.template.spec.volumes[0]).toEqual({ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '64Gi' } });
    expect(spec.template.spec.volumes.map((volume: Json) => volume.persistentVolumeClaim?.claimName)).toEqual([undefined, 'data-iface1', 'data-iface2', 'results']);
  });

  test('with the runner that drops the page cache', () => {
    const built = job({ ...ALL, dropPageCache: true });
    expect(commandOf(built)).toEqual(['python', '/opt/run.py', '--dataset_dir=/mnt/mount_0/tfrecords', '--dgx_version=dgx2', '--num_devices=4']);
    expect(podOf(built.one('Job')).containers[0].securityContext).toEqual({ privileged: true });
  });

  test('a script that is left undefined is where the documents have it', () => {
    for (const dropPageCache of [true, false]) {
      expect(job({ dropPageCache, imagePaths: { runner: undefined, program: undefined } }).manifests).toEqual(job({ dropPageCache }).manifests);
    }
  });

  test('in a rehearsal', () => {
    const [container] = podOf(job({ ...ALL, rehearsal: true, dropPageCache: true }).one('Job')).containers;
    expect(container.resources).toEqual({ limits: { cpu: '32', memory: '256Gi' } });
    expect(container.securityContext.runAsUser).toBe(1234);
    expect(container.command.slice(3)).toEqual(['rehearsal', '/dev/shm', '/mnt/mount_0', '/mnt/mount_1', '/tmp']);
  });

  test('the name and the GPUs can be read back', () => {
    expect(buildTraining(layer => { expect(new ImagenetBenchmarkJob(layer, 'single', { ...SYNTHETIC, name: 'mine' }).name).toBe('mine'); }).problems).toEqual([]);
  });
});

describe('without dropping the page cache', () => {
  test('neither the privilege nor the step is left', () => {
    const text = JSON.stringify(job({ dropPageCache: false }).manifests);
    expect(text).not.toMatch(/"privileged"|drop_caches|run\.py|allow-run-as-root/);
  });

  test('the pods are what the strictest Pod Security level allows', () => {
    expect(buildSecured('restricted', (layer, run) => { new ImagenetBenchmarkJob(layer, 'single', { ...run, data: 'synthetic', dropPageCache: false }); }).problems).toEqual([]);
    expect(buildSecured('restricted', (layer, run) => { new ImagenetBenchmarkJob(layer, 'single', { ...run, data: 'synthetic', rehearsal: true }); }).problems).toEqual([]);
  });

  test.each(['baseline', 'restricted'] as const)('and with it, a namespace of level %s refuses the pod, and synth says so', level => {
    const { problems } = buildSecured(level, (layer, run) => { new ImagenetBenchmarkJob(layer, 'single', { ...run, data: 'synthetic' }); });
    expect(problems).toContain('[test/20-layer/single] `privileged` is true for container netapp-tensorflow-py2: '
      + `namespace secure enforces Pod Security "${level}", so the pod would be refused. Turn it off, or set \`podSecurity\` of the namespace to the level that allows it.`);
  });

  test('mpirun, run here, is given the benchmark unchanged, and its failure is the job\'s', async () => {
    const command = commandOf(job({ dropPageCache: false, data: { dataset: DATASET, directory: 'two words' } }));
    const good = await runHere(command, { mpirun: PRINT_ARGUMENTS });
    expect(good.status).toBe(0);
    expect(printed(good.log)).toEqual(command.slice(command.indexOf('mpirun') + 1));
    expect(printed(good.log)).toEqual(expect.arrayContaining(['--mount_prefix=/mnt/mount_%d', '--data_dir=/mnt/mount_0/two words']));
    expect((await runHere(command, { mpirun: 'exit 9' })).status).toBe(9);
  });
});

describe('a rehearsal', () => {
  test('asks for no GPU and no privilege, so that any cluster can run it', () => {
    const built = buildTraining(layer => { new ImagenetBenchmarkJob(layer, 'single', { ...SYNTHETIC, rehearsal: true }); }, [{ name: 'laptop', gpus: 0 }]);
    const [container] = podOf(built.one('Job')).containers;
    expect(built.problems).toEqual([]);
    expect(container).not.toHaveProperty('resources');
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' }, capabilities: { drop: ['ALL'] }, runAsNonRoot: true, runAsUser: 1000,
    });
    expect(built.app.prerequisites().map(({ what }) => what)).toEqual(['Kubernetes 1.29']);
  });

  test('run here, shows its mounts and leaves a line on the results volume', async () => {
    const { status, output, log } = await runHere(commandOf(job({ rehearsal: true })));
    expect(status).toBe(0);
    expect(output).toMatch(/^uid=\d+/);
    expect(output).toMatch(/ \/tmp$/m);
    expect(output.endsWith(log ?? 'no log')).toBe(true);
    expect(log).toMatch(/\d\d:\d\d:\d\d/);
  });

  test('run here without a dataset mounted, fails; otherwise a broken mount passes for a working one', async () => {
    const { status, log } = await runHere(commandOf(job({ rehearsal: true, data: { dataset: DATASET } })));
    expect(status).not.toBe(0);
    expect(log).toBeUndefined();
  });
});

describe('GPUs', () => {
  test.each([0, -8, 2.5])('%d GPUs are refused', gpus => {
    expect(job({ gpus }).problems).toContain(`[test/20-layer/single] \`gpus\` is ${gpus}: it must be a whole number of at least 1. Choose a value in that range.`);
  });

  test('one number is the limit, the devices of the runner and the processes of mpirun, whatever it is', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), fc.boolean(), (gpus, dropPageCache) => {
      const built = job({ gpus, dropPageCache });
      expect(built.problems).toEqual([]);
      expect(podOf(built.one('Job')).containers[0].resources.limits['nvidia.com/gpu']).toBe(gpus);
      if (dropPageCache) expect(commandOf(built)).toContain(`--num_devices=${gpus}`);
      else expect([after(commandOf(built), '-np'), after(commandOf(built), '-H')]).toEqual([`${gpus}`, `localhost:${gpus}`]);
    }));
  });

  test('more than the largest node has are always refused; otherwise the pod waits for ever', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 8 }), (sizes, excess) => {
      const largest = Math.max(...sizes);
      const nodes = sizes.map((gpus, index) => ({ ...gpuNodes(sizes.length, 0)[index]!, gpus }));
      const add = (gpus: number) => (layer: Chart) => { new ImagenetBenchmarkJob(layer, 'single', { ...SYNTHETIC, gpus }); };
      expect(buildTraining(add(largest + excess), nodes).problems).toEqual([
        `[test/20-layer/single] \`resources.limits["nvidia.com/gpu"]\` is ${largest + excess} for one pod: the largest node it may run on has ${largest} GPUs, so it would wait for ever. `
        + 'Ask for fewer, or correct `cluster.nodes`.',
      ]);
      if (largest > 0) expect(buildTraining(add(largest), nodes).problems).toEqual([]);
    }));
  });
});

describe('naming', () => {
  const nameOf = (props: Partial<ImagenetBenchmarkJobProps>): string => job(props).one('Job').metadata.name;

  test('by default a changed image is another Job; otherwise the API server refuses the second apply', () => {
    expect(nameOf({})).toMatch(/^netapp-tensorflow-single-synthetic-[0-9a-f]{8}$/);
    expect(nameOf({ image: 'registry.example.com/train:1.1' })).not.toBe(nameOf({}));
  });

  test('what is not changed, or only started, keeps its name; otherwise every apply trains once more', () => {
    expect(nameOf({})).toBe(nameOf({}));
    expect(nameOf({ suspend: true })).toBe(nameOf({}));
    expect(nameOf({ suspend: false })).toBe(nameOf({}));
  });

  test('a fixed name stays, whatever is changed', () => {
    expect(nameOf({ naming: 'fixed', image: 'registry.example.com/train:1.1' })).toBe('netapp-tensorflow-single-synthetic');
  });

  test('a patched field reaches the manifest and counts as a change', () => {
    const patched = buildTraining(layer => {
      const single = new ImagenetBenchmarkJob(layer, 'single', SYNTHETIC);
      ApiObject.of(single).addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'training'));
    }).one('Job');
    expect(podOf(patched).priorityClassName).toBe('training');
    expect(patched.metadata.name).not.toBe(nameOf({}));
  });
});

test('what the cluster must have is declared: GPUs, the image, and the files of the dataset', () => {
  expect(job({ data: ALL_DATA }).app.prerequisites().map(({ area, what }) => `${area}: ${what}`)).toEqual([
    'Nodes: A node with 8 free GPUs, offered as nvidia.com/gpu by the NVIDIA device plugin',
    'Cluster: Kubernetes 1.29',
    'Images: registry.example.com/train:1.0 can be pulled by the GPU nodes',
    'Volumes: The dataset has the TFRecord files of ImageNet in tfrecords',
  ]);
});
