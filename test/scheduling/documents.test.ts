import { buildEnvironment } from '../../apps/build';
import { lab } from '../../apps/environments/lab';
import { prod } from '../../apps/environments/prod';
import { GpuJob, GpuSession, ImagenetBenchmarkJob, type Json } from '../../lib';
import { Built } from '../support';
import { buildInTeam, DATA, TEAM } from './scheduling-support';

/** TR-4858, sections 4.8 to 4.10: job, GPUs, and whether it is interactive. */
const DOCUMENTED: Readonly<Record<string, readonly [string, number, 'session' | 'train'][]>> = {
  'team-a': [['a-1-1-jupyter', 1, 'session'], ['a-1-g', 1, 'train'], ['a-2-gg', 2, 'train'], ['a-3-gg', 2, 'train'], ['a-4-gg', 2, 'train']],
  'team-b': [['b-1-g06', 0.6, 'session'], ['b-2-g04', 0.4, 'session'], ['b-3-g', 1, 'train'], ['b-4-gg', 2, 'train'], ['b-5-gg', 2, 'train']],
  'team-c': [['c-1-g05', 0.5, 'session'], ['c-2-g03', 0.3, 'session'], ['c-3-g02', 0.2, 'session'], ['c-4-gg', 2, 'train'], ['c-5-g', 1, 'train'], ['c-6-gg', 2, 'train']],
  'team-d': [['d-1-gggg', 4, 'train'], ['d-2-gg', 2, 'train'], ['d-3-gg', 2, 'train']],
};
const QUOTAS = { 'team-a': 4, 'team-b': 2, 'team-c': 2, 'team-d': 8 };

const built = new Built(buildEnvironment(lab, '/nonexistent'));
const ofScheduling = built.manifests.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] === 'scheduling');

describe('lab has the documents\' teams and jobs; otherwise who follows the documents sees something else', () => {
  test('the guarantees of the four teams', () => {
    expect(Object.fromEntries(ofScheduling.filter(({ kind, spec }) => kind === 'Queue' && spec.parentQueue).map(({ metadata, spec }) => [metadata.name, spec.resources.gpu.quota]))).toEqual(QUOTAS);
  });

  test('all nineteen jobs, with their names, GPUs and kinds', () => {
    const gpusOf = ({ spec: { template: { metadata, spec } } }: Json) => Number(metadata.annotations?.['gpu-fraction'] ?? spec.containers[0].resources.limits['nvidia.com/gpu']);
    const made = ofScheduling.filter(({ kind }) => kind === 'Job' || kind === 'StatefulSet').map(json => [json.metadata.namespace, json.metadata.name, gpusOf(json), json.kind === 'Job' ? 'train' : 'session'].join(' '));
    expect(made.sort()).toEqual(Object.entries(DOCUMENTED).flatMap(([team, jobs]) => jobs.map(job => [team, ...job].join(' '))).sort());
  });

  test('none of them starts by itself; they and the benchmarks want the same GPUs', () => {
    for (const { kind, spec } of ofScheduling) if (spec?.template) expect(kind === 'Job' ? spec.suspend : spec.replicas).toBe(kind === 'Job' ? true : 0);
  });

  test('Jupyter is told the path of its Ingress', () => {
    expect(built.one('StatefulSet', 'a-1-1-jupyter').spec.template.spec.containers[0].command).toEqual(['start-notebook.py', '--ServerApp.base_url=/team-a-a-1-1-jupyter']);
    expect(built.one('Ingress', 'a-1-1-jupyter').spec.rules[0].http.paths[0].path).toBe('/team-a-a-1-1-jupyter');
  });
});

test('prod counts all GPUs against a queue; otherwise what one team takes is missing from the shares of another', () => {
  const { manifests } = new Built(buildEnvironment(prod, '/nonexistent'));
  const withGpus = (json: Json): boolean => /nvidia\.com\/gpu|gpu-fraction/.test(JSON.stringify(json)) && !['Profile', 'Queue'].includes(json.kind);
  expect(manifests.filter(withGpus).filter(json => !JSON.stringify(json).includes('kai.scheduler/queue')).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
});

describe('the documents\' other workloads', () => {
  const image = 'registry.example.com/quickstart:1.0';

  test('ResNet-50 with large shared memory, and volumes where the documents mount folders of the node', () => {
    const made = buildInTeam(layer => {
      new ImagenetBenchmarkJob(layer, 'resnet', { namespace: 'team', image, data: { dataset: DATA }, results: DATA, queue: TEAM, dropPageCache: false, sharedMemory: '64Gi' });
    });
    expect(made.problems).toEqual([]);
    expect(made.one('Job').spec.template.spec.containers[0].volumeMounts.map(({ mountPath }: Json) => mountPath)).toEqual(['/dev/shm', '/mnt/mount_0', '/tmp']);
    expect(JSON.stringify(made.manifests)).not.toContain('hostPath');
  });

  test('the claim `test` at /tmp/pvc1mount, half a GPU, and a shell that ends after some time', () => {
    const made = buildInTeam(layer => {
      new GpuJob(layer, 'pvc', { team: TEAM, name: 'pvc', image, mounts: [{ dataset: DATA, mountPath: '/tmp/pvc1mount' }] });
      new GpuSession(layer, 'half', { team: TEAM, name: 'half', image, gpus: { fraction: 0.5 }, command: ['bash', '-c', 'sleep infinity'] });
    });
    expect(made.problems).toEqual([]);
    expect(made.one('Job').spec.template.spec.volumes).toEqual([{ name: 'test', persistentVolumeClaim: { claimName: 'test' } }]);
  });
});
