import { ApiObject, JsonPatch } from 'cdk8s';
import fc from 'fast-check';
import { HorovodCluster, type HorovodClusterProps, type Json } from '../../lib';
import { type Built, CLUSTER } from '../support';
import { after, ALL_MULTI, buildSecured, buildTraining, DATASET, mpiPodsOf, MULTI, PRINT_ARGUMENTS, printed, runHere } from './training-support';

const SYNTHETIC: HorovodClusterProps = { ...MULTI, data: 'synthetic', engine: 'mpi-operator' };
const HOME = { mpiOperator: { sshUserHome: '/home/mpiuser' }, dropPageCache: false } as const;
const cluster = (props: Partial<HorovodClusterProps> = {}): Built => buildTraining(layer => { new HorovodCluster(layer, 'multi', { ...SYNTHETIC, ...props }); });
const podsOf = (built: Built) => mpiPodsOf(built.one('MPIJob'));
const launcherCommand = (props: Partial<HorovodClusterProps>): string[] => podsOf(cluster(props)).launcher.containers[0].command;

describe('the documents\' two-node benchmark as an MPIJob', () => {
  test('a launcher without GPUs, and a worker with eight on each host; fixed addresses and host network are gone', () => {
    const built = cluster({ data: { dataset: DATASET }, naming: 'fixed' });
    const { metadata, spec } = built.one('MPIJob');
    const { launcher, worker } = podsOf(built);
    expect(built.problems).toEqual([]);
    expect(metadata).toMatchObject({ name: 'netapp-tensorflow-multi-imagenet', namespace: 'team' });
    expect(spec).toMatchObject({
      slotsPerWorker: 8, mpiImplementation: 'OpenMPI', launcherCreationPolicy: 'WaitForWorkersReady', runPolicy: { cleanPodPolicy: 'Running', backoffLimit: 5 },
      mpiReplicaSpecs: { Launcher: { replicas: 1, restartPolicy: 'Never' }, Worker: { replicas: 2, restartPolicy: 'Never' } },
    });
    expect(Object.keys(spec.runPolicy).sort()).toEqual(['backoffLimit', 'cleanPodPolicy']);
    expect(spec).not.toHaveProperty('sshAuthMountPath');
    expect(launcher.containers[0]).not.toHaveProperty('resources');
    expect(worker.containers[0].resources).toEqual({ limits: { 'nvidia.com/gpu': 8 } });
    expect(worker.containers[0].command).toEqual(['/usr/sbin/sshd', '-De']);
    expect(worker.containers[0].readinessProbe).toEqual({ tcpSocket: { port: 22 }, periodSeconds: 5 });
    expect(JSON.stringify(built.manifests)).not.toMatch(/hostNetwork|hostPort|"-H"|--nodes|10\.0\.0\./);
  });

  test('mpirun, run here, drops the page cache once per host, then runs one process per GPU', async () => {
    const command = launcherCommand({ data: { dataset: DATASET } });
    const { status, output, log } = await runHere(command, { mpirun: PRINT_ARGUMENTS });
    const [all, second] = [printed(output), printed(log)];
    const first = all.slice(0, all.length - second.length);
    expect(status).toBe(0);
    expect([after(first, '-np'), after(first, '-map-by')]).toEqual(['2', 'ppr:1:node']);
    expect(first.slice(-3)).toEqual(['bash', '-c', 'sync; echo 1 > /proc/sys/vm/drop_caches']);
    expect([after(second, '-np'), after(second, '-map-by'), after(second, 'btl')]).toEqual(['16', 'slot', '^openib']);
    expect(second).toEqual(command.slice(command.indexOf('mpirun') + 1));
    expect(second).toEqual(expect.arrayContaining(['-allow-run-as-root', '--mount_prefix=/mnt/mount_%d', '--num_mounts=2']));
  });

  test('a training that fails is a launcher that fails; otherwise the MPIJob counts as done', async () => {
    expect((await runHere(launcherCommand({ dropPageCache: false }), { mpirun: 'exit 4' })).status).toBe(4);
  });
});

describe('every prop reaches the manifest; otherwise a user sets it and nothing happens', () => {
  const all: Required<HorovodClusterProps> = { ...ALL_MULTI, engine: 'mpi-operator' };

  test('name, limits of the job, resources and volumes', () => {
    const built = cluster(all);
    const { metadata, spec } = built.one('MPIJob');
    expect(built.problems).toEqual([]);
    expect(metadata).toMatchObject({ name: 'my-run', namespace: 'team', labels: { 'app.kubernetes.io/instance': 'my-run' } });
    expect(spec).toMatchObject({
      slotsPerWorker: 4, sshAuthMountPath: '/home/trainer/.ssh', runPolicy: { backoffLimit: 2, activeDeadlineSeconds: 10800, ttlSecondsAfterFinished: 86400, suspend: true },
    });
    const { launcher, worker } = podsOf(built);
    for (const pod of [launcher, worker]) {
      expect(pod.containers[0]).toMatchObject({
        image: 'registry.example.com/other:2.0', env: [{ name: 'NCCL_IB_DISABLE', value: '1' }, { name: 'NCCL_ALGO', value: 'Ring' }], securityContext: { runAsUser: 1234 },
      });
      expect(pod.volumes[0].emptyDir.sizeLimit).toBe('64Gi');
      expect(pod.volumes.map((volume: Json) => volume.persistentVolumeClaim?.claimName)).toEqual([undefined, 'data-iface1', 'data-iface2', 'results']);
    }
    expect(launcher.containers[0]).not.toHaveProperty('resources');
    expect(worker.containers[0].resources).toEqual({ limits: { 'nvidia.com/gpu': 4, cpu: '32', memory: '256Gi' } });
    expect(worker.containers[0].command).toEqual(['/usr/sbin/sshd', '-De', '-f', '/home/trainer/.sshd_config']);
    expect(worker.containers[0].readinessProbe.tcpSocket.port).toBe(2345);
  });

  test('a command of one\'s own runs in every process, with the variables', () => {
    const command = launcherCommand(all);
    expect(command.slice(-3)).toEqual(['python', '/my train.py', '--epochs=3']);
    expect(command.join(' ')).toContain('-x NCCL_IB_DISABLE -x NCCL_ALGO');
    expect(command).not.toContain('/opt/bench.py');
  });

  test('without it, the benchmark of the image', () => {
    expect(launcherCommand({ ...all, command: undefined })).toEqual(expect.arrayContaining(['/opt/bench.py', '--data_dir=/mnt/mount_0/tfrecords']));
  });

  test('settings of the host network have no effect; otherwise they would have to go when the engine is changed', () => {
    expect(cluster({ hostNetwork: ALL_MULTI.hostNetwork }).one('MPIJob')).toEqual(cluster().one('MPIJob'));
  });

  test('the SSH server of the MPI Operator\'s own images is probed where it listens', () => {
    expect(podsOf(cluster(HOME)).worker.containers[0].readinessProbe.tcpSocket.port).toBe(2222);
  });
});

describe('one worker per host, on exactly the hosts that were given', () => {
  test('the rule that keeps workers apart selects the workers\' own pods, and neither the launcher nor another cluster\'s', () => {
    const labelsOf = (built: Built, replica: 'Launcher' | 'Worker') => built.one('MPIJob').spec.mpiReplicaSpecs[replica].template.metadata.labels;
    const [{ topologyKey, labelSelector: { matchLabels } }] = podsOf(cluster()).worker.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    expect(topologyKey).toBe('kubernetes.io/hostname');
    expect(Object.keys(matchLabels).length).toBeGreaterThan(0);
    expect(labelsOf(cluster(), 'Worker')).toMatchObject(matchLabels);
    expect(labelsOf(cluster(), 'Launcher')).not.toMatchObject(matchLabels);
    expect(labelsOf(cluster({ name: 'other' }), 'Worker')).not.toMatchObject(matchLabels);
  });

  test('the launcher may run anywhere; it has no GPUs', () => {
    expect(podsOf(cluster()).launcher).not.toHaveProperty('affinity');
  });
});

describe('privilege', () => {
  const problems = (level: 'privileged' | 'baseline' | 'restricted', props: Partial<HorovodClusterProps>) =>
    buildSecured(level, (layer, run) => { new HorovodCluster(layer, 'multi', { ...SYNTHETIC, ...run, ...props }); }).problems;

  test('with a home for the SSH user, all pods are what the strictest Pod Security level allows', () => {
    expect(problems('restricted', HOME)).toEqual([]);
    const { launcher, worker } = podsOf(cluster(HOME));
    const common = { allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' }, runAsNonRoot: true, runAsUser: 1000 };
    expect(launcher.containers[0].securityContext).toEqual({ ...common, capabilities: { drop: ['ALL'] } });
    expect(worker.containers[0].securityContext).toEqual({ ...common, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } });
  });

  test('as root, they are what level baseline allows, and restricted refuses them', () => {
    expect(problems('baseline', { dropPageCache: false })).toEqual([]);
    expect(problems('restricted', { dropPageCache: false })).toContain('[test/20-layer/multi] `runAsNonRoot` of container netapp-tensorflow-py2 is not true: '
      + 'namespace secure enforces Pod Security "restricted", so the pod would be refused. Turn it off, or set `podSecurity` of the namespace to the level that allows it.');
  });

  test('only dropping the page cache takes privileged workers, and then baseline refuses them', () => {
    expect(problems('privileged', {})).toEqual([]);
    expect(problems('baseline', {})).toEqual(['[test/20-layer/multi] `privileged` is true for container netapp-tensorflow-py2: '
      + 'namespace secure enforces Pod Security "baseline", so the pod would be refused. Turn it off, or set `podSecurity` of the namespace to the level that allows it.']);
    expect(podsOf(cluster()).launcher.containers[0].securityContext).toEqual({ allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' } });
  });

  test('without dropping it, neither the privilege nor the step is left, and a user that is not root is not called root', () => {
    expect(JSON.stringify(cluster({ dropPageCache: false }).manifests)).not.toMatch(/"privileged"|drop_caches/);
    expect(launcherCommand({ dropPageCache: false })).toContain('-allow-run-as-root');
    expect(launcherCommand(HOME)).not.toContain('-allow-run-as-root');
  });
});

describe('the name of an MPIJob', () => {
  test('is refused when the host names made from it would be too long, and fits up to there', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 63 }), length => {
      const name = 'n'.repeat(length);
      const built = cluster({ name });
      if (length <= 43) expect(built.problems).toEqual([]);
      else expect(built.problems).toContain(`[test/20-layer/multi] \`name\` is "${name}", ${length} characters: worker host names are made from it, so it may have 43. Shorten it.`);
      if (length <= 43) expect(`${built.one('MPIJob').metadata.name}-worker-999`.length).toBeLessThanOrEqual(63);
    }));
  });

  test('43 characters are the most that fit', () => {
    expect(`${cluster({ name: 'n'.repeat(43) }).one('MPIJob').metadata.name}-worker-999`).toHaveLength(63);
  });
});

describe('a second apply', () => {
  const nameOf = (props: Partial<HorovodClusterProps> = {}): string => cluster(props).one('MPIJob').metadata.name;

  test('a changed image is another MPIJob; otherwise the change would not reach the running one', () => {
    expect(nameOf()).toMatch(/^netapp-tensorflow-multi-synthetic-[0-9a-f]{8}$/);
    expect(nameOf({ image: 'registry.example.com/train:1.1' })).not.toBe(nameOf());
  });

  test('the same input, started or not, has the same name; otherwise it would train once more', () => {
    expect([nameOf(), nameOf({ suspend: true }), nameOf({ suspend: false })]).toEqual([nameOf(), nameOf(), nameOf()]);
    expect(cluster({ suspend: true }).one('MPIJob').spec.runPolicy.suspend).toBe(true);
  });

  test('a fixed name stays, whatever is changed', () => {
    expect(nameOf({ naming: 'fixed', image: 'registry.example.com/train:1.1' })).toBe('netapp-tensorflow-multi-synthetic');
  });

  test('a patched field reaches the manifest and counts as a change', () => {
    const patched = buildTraining(layer => {
      ApiObject.of(new HorovodCluster(layer, 'multi', { ...SYNTHETIC, hosts: CLUSTER.nodes })).addJsonPatch(JsonPatch.add('/spec/runLauncherAsWorker', false));
    }).one('MPIJob');
    expect(patched.spec.runLauncherAsWorker).toBe(false);
    expect(patched.metadata.name).not.toBe(nameOf());
  });
});
