import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { ApiObject, JsonPatch } from 'cdk8s';
import { HorovodCluster, type HorovodClusterProps, type Json } from '../../lib';
import { type Built, CLUSTER } from '../support';
import { after, ALL_MULTI, buildSecured, buildTraining, DATASET, gpuNodes, MULTI, PRINT_ARGUMENTS, pinnedHosts, podOf, printed, runHere } from './training-support';

const SYNTHETIC: HorovodClusterProps = { ...MULTI, data: 'synthetic', engine: 'host-network' };
const cluster = (props: Partial<HorovodClusterProps> = {}, nodes = CLUSTER.nodes): Built =>
  buildTraining(layer => { new HorovodCluster(layer, 'multi', { ...SYNTHETIC, ...props }); }, nodes);
const master = (built: Built): Json => podOf(built.one('Job'));
const worker = (built: Built): Json => podOf(built.one('Deployment'));
const masterCommand = (props: Partial<HorovodClusterProps>): string[] => master(cluster(props)).containers[0].command;

describe('the documents\' two-node benchmarks', () => {
  test('ImageNet: a worker that listens and a master that drives 16 devices, as documented', () => {
    const built = cluster({ data: { dataset: DATASET }, naming: 'fixed' });
    expect(built.problems).toEqual([]);
    expect(built.one('Deployment', 'netapp-tensorflow-multi-imagenet-worker').spec.replicas).toBe(1);
    expect(worker(built)).toMatchObject({
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
      containers: [{
        name: 'netapp-tensorflow-py2', command: ['bash', '/netapp/scripts/start-slave-multi.sh', '22122'], resources: { limits: { 'nvidia.com/gpu': 8 } }, securityContext: { privileged: true },
      }],
    });
    expect(built.one('Job', 'netapp-tensorflow-multi-imagenet-master').spec.backoffLimit).toBe(5);
    expect(master(built)).toMatchObject({
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
      restartPolicy: 'Never',
      containers: [{
        name: 'netapp-tensorflow-py2',
        command: ['python', '/netapp/scripts/run.py', '--dataset_dir=/mnt/mount_0/dataset/imagenet', '--port=22122', '--num_devices=16', '--dgx_version=dgx1', '--nodes=10.0.0.1,10.0.0.2'],
        resources: { limits: { 'nvidia.com/gpu': 8 } },
        securityContext: { privileged: true },
      }],
    });
  });

  test('synthetic data: the same without a dataset', () => {
    expect(masterCommand({})).toEqual(['python', '/netapp/scripts/run.py', '--port=22122', '--num_devices=16', '--dgx_version=dgx1', '--nodes=10.0.0.1,10.0.0.2']);
  });
});

describe('every prop reaches the manifests; otherwise a user sets it and nothing happens', () => {
  const all: Required<HorovodClusterProps> = { ...ALL_MULTI, engine: 'host-network' };

  test('names, resources and limits of the job', () => {
    const built = cluster(all);
    expect(built.problems).toEqual([]);
    expect(built.one('Job').metadata).toMatchObject({ name: 'my-run-master', namespace: 'team', labels: { 'app.kubernetes.io/instance': 'my-run' } });
    expect(built.one('Deployment').metadata).toMatchObject({ name: 'my-run-worker', namespace: 'team', labels: { 'app.kubernetes.io/instance': 'my-run' } });
    expect(built.one('Job').spec).toMatchObject({ backoffLimit: 2, activeDeadlineSeconds: 10800, ttlSecondsAfterFinished: 86400, suspend: true });
    for (const pod of [master(built), worker(built)]) {
      expect(pod.containers[0]).toMatchObject({
        image: 'registry.example.com/other:2.0',
        env: [{ name: 'NCCL_IB_DISABLE', value: '1' }, { name: 'NCCL_ALGO', value: 'Ring' }],
        resources: { limits: { 'nvidia.com/gpu': 4, cpu: '32', memory: '256Gi' } },
      });
      expect(pod.volumes[0].emptyDir.sizeLimit).toBe('64Gi');
      expect(pod.volumes.map((volume: Json) => volume.persistentVolumeClaim?.claimName)).toEqual([undefined, 'data-iface1', 'data-iface2', 'results']);
    }
    expect(master(built).initContainers[0].image).toBe('registry.example.com/other:2.0');
    expect(worker(built).containers[0].command).toEqual(['bash', '/opt/slave.sh', '30022']);
  });

  test('a command of one\'s own runs in every process, with the port, the interface and the variables', () => {
    const command = masterCommand(all);
    expect(command.slice(-3)).toEqual(['python', '/my train.py', '--epochs=3']);
    expect(after(command, 'plm_rsh_args')).toBe('-p 30022');
    expect(after(command, 'btl_tcp_if_include')).toBe('bond0');
    expect(command.join(' ')).toContain('-x NCCL_IB_DISABLE -x NCCL_ALGO');
    expect(command).not.toContain('/opt/bench.py');
  });

  test('without it, the benchmark of the image', () => {
    expect(masterCommand({ ...all, command: undefined })).toEqual(expect.arrayContaining(['/opt/bench.py', '--data_dir=/mnt/mount_0/tfrecords']));
  });

  test('with the runner that drops the page cache', () => {
    expect(masterCommand({ ...all, command: undefined, dropPageCache: true })).toEqual(
      ['python', '/opt/run.py', '--dataset_dir=/mnt/mount_0/tfrecords', '--port=30022', '--num_devices=8', '--dgx_version=dgx2', '--nodes=10.0.0.1,10.0.0.2']);
  });

  test('a script that is left undefined is where the documents have it; otherwise the command has a hole', () => {
    const imagePaths = { runner: undefined, slave: undefined, program: undefined };
    expect(cluster({ imagePaths }).manifests).toEqual(cluster().manifests);
    expect(cluster({ imagePaths, dropPageCache: false }).manifests).toEqual(cluster({ dropPageCache: false }).manifests);
  });

  test('no interface and no variables when none are asked for', () => {
    expect(masterCommand({ dropPageCache: false })).not.toContain('btl_tcp_if_include');
    expect(masterCommand({ dropPageCache: false }).filter(argument => argument === '-x')).toHaveLength(3);
  });
});

describe('one pod per host, on exactly the hosts that were given', () => {
  test('the rule that keeps workers apart selects the workers\' own pods; otherwise two of them share a host', () => {
    const deployment = cluster({ hosts: gpuNodes(4, 8) }, gpuNodes(4, 8)).one('Deployment');
    const [{ topologyKey, labelSelector }] = podOf(deployment).affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    expect(topologyKey).toBe('kubernetes.io/hostname');
    expect(deployment.spec.template.metadata.labels).toMatchObject(labelSelector.matchLabels);
    expect(labelSelector.matchLabels).toEqual(deployment.spec.selector.matchLabels);
  });

  test('the rule does not select the pods of another cluster, nor the master', () => {
    const { matchLabels } = worker(cluster()).affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector;
    expect(cluster({ name: 'other' }).one('Deployment').spec.template.metadata.labels).not.toMatchObject(matchLabels);
    expect(cluster().one('Job').spec.template.metadata.labels).not.toMatchObject(matchLabels);
  });

  test('the master is on the first host and the workers on the others, whatever they are called', () => {
    const hosts = [...gpuNodes(3, 8)].reverse();
    const built = cluster({ hosts }, hosts);
    expect(pinnedHosts(master(built))).toEqual(['gpu-3']);
    expect(pinnedHosts(worker(built))).toEqual(['gpu-2', 'gpu-1']);
    expect(master(built).affinity).not.toHaveProperty('podAntiAffinity');
  });

  test('a changed worker gives its host free first; otherwise the new pod waits for the GPUs of the old one', () => {
    expect(cluster().one('Deployment').spec.strategy).toEqual({ type: 'Recreate' });
  });

  test('two clusters that run on the same hosts are refused; otherwise one of them waits for ever', () => {
    const two = (suspend: boolean) => buildTraining(layer => {
      new HorovodCluster(layer, 'a', { ...SYNTHETIC, name: 'a' });
      new HorovodCluster(layer, 'b', { ...SYNTHETIC, name: 'b', suspend });
    });
    expect(two(false).problems).toEqual([
      '[test/20-layer/b/Worker] `replicas` x GPUs of the workloads that never end on gpu-2 is 16 (a-worker 8, b-worker 8): there are 8 GPUs. Suspend one of them, or give them different hosts.',
      '[test/20-layer/b/Worker] `hostPort` is 22122 for 2 pods on gpu-2 (a-worker 1, b-worker 1): a port is free once per host, 1 in all. Give one of them another port, or other hosts.',
    ]);
    expect(two(true).problems).toEqual([]);
  });
});

describe('the SSH port', () => {
  test.each([undefined, 30022])('%s: where the worker listens, is probed and reserved, there the master looks; otherwise it waits in vain', sshPort => {
    const built = cluster({ hostNetwork: { sshPort } });
    const port = sshPort ?? 22122;
    const [container] = worker(built).containers;
    expect(container.command.at(-1)).toBe(String(port));
    expect(container.readinessProbe).toEqual({ tcpSocket: { port }, periodSeconds: 5 });
    expect(container.ports).toEqual([{ name: 'ssh', containerPort: port, hostPort: port }]);
    expect(master(built).initContainers[0].command[2]).toContain(`/dev/tcp/$host/${port}"`);
    expect(master(built).containers[0].command).toContain(`--port=${port}`);
  });
});

describe('waiting for the workers, run here', () => {
  const servers: Server[] = [];
  const listen = async (onPort = 0): Promise<{ port: number; calls: () => number }> => {
    let calls = 0;
    const server = createServer(socket => { calls += 1; socket.on('error', () => undefined).end(); });
    servers.push(server);
    await new Promise<void>(resolve => { server.listen(onPort, '127.0.0.1', resolve); });
    return { port: (server.address() as AddressInfo).port, calls: () => calls };
  };
  const closed = (server: Server | undefined) => new Promise(resolve => { server?.close(resolve); });
  const waitFor = (sshPort: number, ...addresses: string[]): string[] => {
    const hosts = ['10.0.0.1', ...addresses].map((address, index) => ({ name: `gpu-${index + 1}`, address, gpus: 8 }));
    const built = cluster({ hosts, hostNetwork: { sshPort } }, hosts);
    expect(built.problems).toEqual([]);
    return master(built).initContainers[0].command;
  };
  afterEach(async () => { await Promise.all(servers.splice(0).map(closed)); });

  test('ends well once every worker answers, and does not ask the master\'s own host', async () => {
    const { port, calls } = await listen();
    const { status, output } = await runHere(waitFor(port, '127.0.0.1', 'localhost'));
    expect([status, output]).toEqual([0, '']);
    // The script may end before this process has seen its last connection.
    while (calls() < 2) await setTimeout(10);
    expect(calls()).toBe(2);
  });

  test('waits while a worker does not answer; otherwise mpirun fails and uses up a retry', async () => {
    const { port } = await listen();
    await closed(servers.pop());
    const ended = runHere(waitFor(port, '127.0.0.1'), { sleep: 'exec /bin/sleep 0.05' });
    await setTimeout(200);
    const { calls } = await listen(port);
    expect(await ended).toEqual({ status: 0, output: '' });
    while (calls() < 1) await setTimeout(10);
    expect(calls()).toBe(1);
  });

  test('fails after ten minutes with the address that does not answer; otherwise the GPUs of the master are held for ever', async () => {
    const { port } = await listen();
    await closed(servers.pop());
    const { status, output } = await runHere(waitFor(port, '127.0.0.1'), { sleep: 'exit 1' }, { SECONDS: '600' });
    expect(output).toBe(`no SSH server at 127.0.0.1:${port}\n`);
    expect(status).toBe(1);
  });

  test('takes no GPU, no volume and no privilege', () => {
    const [container] = master(cluster()).initContainers;
    expect(Object.keys(container).sort()).toEqual(['command', 'image', 'name', 'securityContext']);
    expect(container.securityContext).toEqual({ allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' } });
  });
});

describe('the page cache', () => {
  test('with a command of one\'s own, it is dropped once on every host before the training, run here', async () => {
    const command = masterCommand({ command: ['python', 'my train.py'] });
    const { status, output, log } = await runHere(command, { mpirun: PRINT_ARGUMENTS });
    expect(status).toBe(0);
    const all = printed(output);
    const first = all.slice(0, all.length - printed(log).length);
    expect([after(first, '-np'), after(first, '-H'), after(first, '-map-by')]).toEqual(['2', '10.0.0.1:1,10.0.0.2:1', 'slot']);
    expect(first.slice(-3)).toEqual(['bash', '-c', 'sync; echo 1 > /proc/sys/vm/drop_caches']);
    expect(printed(log)).toEqual(command.slice(command.indexOf('mpirun') + 1));
    expect(printed(log).slice(-2)).toEqual(['python', 'my train.py']);
  });

  test('without dropping it, neither the privilege nor the step is left', () => {
    const text = JSON.stringify(cluster({ dropPageCache: false }).manifests);
    expect(text).not.toMatch(/"privileged"|drop_caches|run\.py/);
    expect(worker(cluster({ dropPageCache: false })).containers[0].securityContext).toEqual({ allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' } });
  });

  test('even then the host network needs a privileged namespace, and synth says so', () => {
    const add = (level: 'privileged' | 'baseline') => buildSecured(level, (layer, run) => {
      new HorovodCluster(layer, 'multi', { ...SYNTHETIC, ...run, dropPageCache: false });
    }).problems;
    expect(add('privileged')).toEqual([]);
    expect(add('baseline')).toContain('[test/20-layer/multi/Worker] `hostNetwork` is true: namespace secure enforces Pod Security "baseline", so the pod would be refused. '
      + 'Turn it off, or set `podSecurity` of the namespace to the level that allows it.');
  });
});

describe('a second apply', () => {
  const jobName = (props: Partial<HorovodClusterProps> = {}): string => cluster(props).one('Job').metadata.name;
  const CHANGED = { image: 'registry.example.com/train:1.1' };

  test('a changed image is another Job, and the worker keeps its name and selector; otherwise the API server refuses the change', () => {
    expect(jobName()).toMatch(/^netapp-tensorflow-multi-synthetic-master-[0-9a-f]{8}$/);
    expect(jobName(CHANGED)).not.toBe(jobName());
    const [before, now] = [cluster().one('Deployment'), cluster(CHANGED).one('Deployment')];
    expect(now.metadata.name).toBe(before.metadata.name);
    expect(now.spec.selector).toEqual(before.spec.selector);
  });

  test('the same input has the same name, and with a fixed name any input', () => {
    expect(jobName()).toBe(jobName());
    expect(jobName({ naming: 'fixed', ...CHANGED })).toBe('netapp-tensorflow-multi-synthetic-master');
  });

  test('suspending keeps the Job and its name, and takes the workers away; otherwise they hold GPUs that nobody uses', () => {
    const built = cluster({ suspend: true });
    expect(built.one('Job').spec.suspend).toBe(true);
    expect(built.one('Job').metadata.name).toBe(jobName());
    expect(built.one('Deployment').spec.replicas).toBe(0);
    expect(cluster().one('Job').spec).not.toHaveProperty('suspend');
  });

  test('master and workers can be patched', () => {
    const built = buildTraining(layer => {
      const multi = new HorovodCluster(layer, 'multi', SYNTHETIC);
      ApiObject.of(multi).addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'training'));
      ApiObject.of(multi.node.findChild('Worker')).addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'workers'));
    });
    expect([master(built).priorityClassName, worker(built).priorityClassName]).toEqual(['training', 'workers']);
    expect(built.one('Job').metadata.name).not.toBe(jobName());
  });
});
