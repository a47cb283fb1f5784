import { type Chart } from 'cdk8s';
import fc from 'fast-check';
import { type BenchmarkData, type Dataset, ExistingClaim, HorovodCluster, ImagenetBenchmarkJob, type Json, type TrainingOptions } from '../../lib';
import { type Built } from '../support';
import { buildTraining, DATASET, MULTI, mpiPodsOf, podOf, RESULTS, RUN } from './training-support';

/** Every way to train, with the options that they share. */
const WAYS: readonly (readonly [string, (layer: Chart, options: Partial<TrainingOptions> & { data: BenchmarkData }) => unknown])[] = [
  ['ImagenetBenchmarkJob', (layer, options) => new ImagenetBenchmarkJob(layer, 'run', { ...RUN, ...options })],
  ['HorovodCluster on the host network', (layer, options) => new HorovodCluster(layer, 'run', { ...MULTI, engine: 'host-network', ...options })],
  ['HorovodCluster on the MPI Operator', (layer, options) => new HorovodCluster(layer, 'run', { ...MULTI, engine: 'mpi-operator', ...options })],
];

/** Every pod that trains or starts the training. */
const podsOf = (built: Built): Json[] => built.manifests.flatMap((manifest: Json) => (manifest.kind === 'MPIJob' ? Object.values(mpiPodsOf(manifest)) : [podOf(manifest)]));

describe.each(WAYS)('%s', (_way, add) => {
  const built = (options: Partial<TrainingOptions> & { data: BenchmarkData }, claims: readonly ExistingClaim[] = []) =>
    buildTraining(layer => { add(layer, options); }, undefined, claims);

  test('mounts shared memory, each claim of the dataset and the results where the documents have them', () => {
    for (const pod of podsOf(built({ data: { dataset: DATASET } }))) {
      expect(pod.volumes).toEqual([
        { name: 'dshm', emptyDir: { medium: 'Memory' } },
        { name: 'testdata-iface1', persistentVolumeClaim: { claimName: 'data-iface1', readOnly: true } },
        { name: 'testdata-iface2', persistentVolumeClaim: { claimName: 'data-iface2', readOnly: true } },
        { name: 'results', persistentVolumeClaim: { claimName: 'results' } },
      ]);
      expect(pod.containers[0].volumeMounts).toEqual([
        { mountPath: '/dev/shm', name: 'dshm' },
        { mountPath: '/mnt/mount_0', name: 'testdata-iface1', readOnly: true },
        { mountPath: '/mnt/mount_1', name: 'testdata-iface2', readOnly: true },
        { mountPath: '/tmp', name: 'results' },
      ]);
    }
  });

  test('mounts a dataset that may be written without read-only; otherwise a run that prepares data fails', () => {
    const writable = new ExistingClaim('team', 'writable', 'ReadWriteMany');
    const it = built({ data: { dataset: writable } }, [writable]);
    expect(it.problems).toEqual([]);
    for (const pod of podsOf(it)) {
      expect(pod.volumes[1]).toEqual({ name: 'testdata-iface1', persistentVolumeClaim: { claimName: 'writable' } });
      expect(pod.containers[0].volumeMounts[1]).toEqual({ mountPath: '/mnt/mount_0', name: 'testdata-iface1' });
    }
  });

  test('mounts no dataset for synthetic data; otherwise storage takes part in the figure', () => {
    for (const pod of podsOf(built({ data: 'synthetic' }))) {
      expect(pod.volumes.map(({ name }: Json) => name)).toEqual(['dshm', 'results']);
      expect(pod.containers[0].volumeMounts.map(({ mountPath }: Json) => mountPath)).toEqual(['/dev/shm', '/tmp']);
    }
  });

  test('gives a dataset of N claims N mounts, and the benchmark the same number', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), count => {
      const claims = Array.from({ length: count }, (_, index) => new ExistingClaim('team', `lif-${index}`, 'ReadOnlyMany'));
      const it = built({ data: { dataset: { claims } }, dropPageCache: false }, claims);
      expect(it.problems).toEqual([]);
      for (const pod of podsOf(it)) {
        const mounts = pod.containers[0].volumeMounts.filter(({ mountPath }: Json) => mountPath.startsWith('/mnt/'));
        expect(mounts.map(({ mountPath }: Json) => mountPath)).toEqual(claims.map((_, index) => `/mnt/mount_${index}`));
        const claimOf = (name: string) => pod.volumes.find((volume: Json) => volume.name === name).persistentVolumeClaim.claimName;
        expect(mounts.map(({ name }: Json) => claimOf(name))).toEqual(claims.map(({ claimName }) => claimName));
      }
      const told = podsOf(it).flatMap(pod => pod.containers[0].command).filter((argument: string) => argument.startsWith('--num_mounts='));
      expect(told).toEqual([`--num_mounts=${count}`]);
    }), { numRuns: 15 });
  });

  test('neither talks to the Kubernetes API nor takes variables of Services', () => {
    for (const pod of podsOf(built({ data: 'synthetic' }))) expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  });

  test('has no environment, CPU, memory, size of shared memory, deadline or clean-up that was not asked for', () => {
    const it = built({ data: 'synthetic' });
    for (const pod of podsOf(it)) {
      expect(pod.containers[0]).not.toHaveProperty('env');
      expect(pod.containers[0].resources ?? { limits: { 'nvidia.com/gpu': 8 } }).toEqual({ limits: { 'nvidia.com/gpu': 8 } });
      expect(pod.volumes[0]).toEqual({ name: 'dshm', emptyDir: { medium: 'Memory' } });
    }
    expect(JSON.stringify(it.manifests)).not.toMatch(/activeDeadlineSeconds|ttlSecondsAfterFinished|suspend|parallelism|completions/);
  });

  test.each([-1, 1.5])('a backoff limit of %d is refused; the API server would refuse the job', backoffLimit => {
    expect(built({ data: 'synthetic', backoffLimit }).problems).toEqual([
      `[test/20-layer/run] \`backoffLimit\` is ${backoffLimit}: it must be a whole number of at least 0. Choose a value in that range.`,
    ]);
  });

  test('no retry at all is possible', () => {
    const it = built({ data: 'synthetic', backoffLimit: 0 });
    expect(it.problems).toEqual([]);
    expect(JSON.stringify(it.manifests)).toContain('"backoffLimit":0');
  });

  test('user 0 is refused; a pod that must not be root would never start', () => {
    expect(built({ data: 'synthetic', dropPageCache: false, runAsUser: 0 }).problems).toContain(
      '[test/20-layer/run] `runAsUser` is 0: it must be a whole number of at least 1. Choose a value in that range.');
  });

  test('a dataset without claims is refused; there would be nothing to read', () => {
    const dataset: Dataset = { claims: [] };
    expect(built({ data: { dataset } }).problems).toEqual([
      '[test/20-layer/run] `data.dataset` has no claims: there would be nothing to read. Pass a dataset with at least one claim, or `synthetic`.',
    ]);
  });

  test('claims of another namespace are refused; the pods would wait for them for ever', () => {
    const data = new ExistingClaim('other', 'data', 'ReadOnlyMany');
    const results = new ExistingClaim('other', 'results', 'ReadWriteMany');
    expect(built({ data: { dataset: data }, results }).problems).toEqual(expect.arrayContaining([
      '[test/20-layer/run] `data.dataset` is claim data of namespace other: pods of namespace team cannot mount it. Make the claim in team.',
      '[test/20-layer/run] `results` is claim results of namespace other: pods of namespace team cannot mount it. Make the claim in team.',
    ]));
  });

  test('a read-only claim for results is refused; the run would fail at its end', () => {
    const results = new ExistingClaim('team', 'archive', 'ReadOnlyMany');
    expect(built({ data: 'synthetic', results }, [results]).problems).toEqual([
      '[test/20-layer/run] `results` is claim archive with access mode ReadOnlyMany: results could not be written. Use ReadWriteMany.',
    ]);
  });

  test('an image without a fixed tag is refused; the next run would measure something else', () => {
    expect(built({ data: 'synthetic', image: 'train:latest' }).problems[0]).toContain('`image` of container');
  });
});

describe('options that do not compile', () => {
  test('a name in place of a claim, a decimal size, and data of an unknown kind', () => {
    const options: TrainingOptions = { ...RUN, data: 'synthetic' };
    // @ts-expect-error a claim is passed as a construct, so that a missing one is found at once
    const byName: TrainingOptions = { ...options, results: 'results' };
    // @ts-expect-error memory has a binary suffix
    const decimal: TrainingOptions = { ...options, memory: '64G' };
    // @ts-expect-error there is no such data
    const data: TrainingOptions = { ...options, data: 'cifar' };
    // @ts-expect-error data must be chosen
    const nothing: TrainingOptions = { ...RUN };
    // @ts-expect-error a job is named in one of two ways
    const naming: TrainingOptions = { ...options, naming: 'random' };
    expect([byName, decimal, data, nothing, naming]).toHaveLength(5);
  });

  test('the existing claim of the tests is a dataset too', () => {
    expect(RESULTS.claims).toEqual([RESULTS]);
  });
});
