import fc from 'fast-check';
import { type ClusterNode, ExistingClaim, HorovodCluster, type HorovodClusterProps, ImagenetBenchmarkJob } from '../../lib';
import { type Built, CLUSTER } from '../support';
import { after, buildTraining, DATASET, ENGINES, gpuNodes, MULTI, mpiPodsOf, pinnedHosts, podOf, RUN } from './training-support';

const SYNTHETIC: HorovodClusterProps = { ...MULTI, data: 'synthetic', engine: 'host-network' };
const cluster = (props: Partial<HorovodClusterProps> = {}, nodes: readonly ClusterNode[] = CLUSTER.nodes, claims: readonly ExistingClaim[] = []): Built =>
  buildTraining(layer => { new HorovodCluster(layer, 'multi', { ...SYNTHETIC, ...props }); }, nodes, claims);

describe('the four benchmarks of the performance table', () => {
  test.each(ENGINES)('stand side by side with the %s engine, under the documents\' names', engine => {
    const built = buildTraining(layer => {
      for (const [id, data] of [['imagenet', { dataset: DATASET }], ['synthetic', 'synthetic']] as const) {
        new ImagenetBenchmarkJob(layer, `single-${id}`, { ...RUN, data, naming: 'fixed' });
        new HorovodCluster(layer, `multi-${id}`, { ...MULTI, data, engine, naming: 'fixed', suspend: id === 'synthetic' });
      }
    });
    expect(built.problems).toEqual([]);
    const multi = (data: string) => (engine === 'mpi-operator'
      ? [`MPIJob netapp-tensorflow-multi-${data}`]
      : [`Deployment netapp-tensorflow-multi-${data}-worker`, `Job netapp-tensorflow-multi-${data}-master`]);
    expect(built.manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Job netapp-tensorflow-single-imagenet', ...multi('imagenet'), 'Job netapp-tensorflow-single-synthetic', ...multi('synthetic'),
    ]);
  });
});

describe('changing the engine is one word', () => {
  const props: Omit<HorovodClusterProps, 'engine'> = {
    ...MULTI, data: { dataset: DATASET }, hostNetwork: { sshPort: 22122, interface: 'bond0' }, mpiOperator: { sshUserHome: '/home/mpiuser' }, suspend: true, cpu: 8,
  };

  test('the same props build with both; otherwise a team is bound to the engine it began with', () => {
    const kinds = ENGINES.map(engine => {
      const built = cluster({ ...props, engine });
      expect(built.problems).toEqual([]);
      return built.manifests.map(({ kind }) => kind);
    });
    expect(kinds).toEqual([['Deployment', 'Job'], ['MPIJob']]);
  });

  test('a word that is no engine, and no engine at all, do not compile', () => {
    // @ts-expect-error there is no such engine
    const other: HorovodClusterProps = { ...props, engine: 'slurm' };
    // @ts-expect-error the engine must be chosen
    const none: HorovodClusterProps = { ...props };
    // @ts-expect-error hosts are nodes of the cluster, not names
    const names: HorovodClusterProps = { ...SYNTHETIC, hosts: ['gpu-1', 'gpu-2'] };
    expect([other, none, names]).toHaveLength(3);
  });
});

describe('the sums', () => {
  const shape = fc.record({ hosts: fc.integer({ min: 2, max: 6 }), gpus: fc.integer({ min: 1, max: 16 }), withData: fc.boolean(), dropPageCache: fc.boolean() });
  const built = (engine: HorovodClusterProps['engine'], { hosts, gpus, withData, dropPageCache }: { hosts: number; gpus: number; withData: boolean; dropPageCache: boolean }) => {
    const nodes = gpuNodes(hosts, gpus);
    const made: HorovodCluster[] = [];
    const it = buildTraining(layer => {
      made.push(new HorovodCluster(layer, 'multi', {
        ...RUN, hosts: nodes, gpusPerHost: gpus, engine, data: withData ? { dataset: DATASET } : 'synthetic', dropPageCache,
      }));
    }, nodes);
    return { it, nodes, devices: made[0]!.devices };
  };

  test('host network: devices are hosts x GPUs, workers are hosts - 1, and every host is listed once', () => {
    fc.assert(fc.property(shape, asked => {
      const { it, nodes, devices } = built('host-network', asked);
      const [worker, master] = [it.one('Deployment'), it.one('Job')];
      const command: string[] = podOf(master).containers[0].command;
      expect(it.problems).toEqual([]);
      expect(devices).toBe(asked.hosts * asked.gpus);
      expect(worker.spec.replicas).toBe(asked.hosts - 1);
      for (const manifest of [worker, master]) expect(podOf(manifest).containers[0].resources.limits['nvidia.com/gpu']).toBe(asked.gpus);
      const addresses = nodes.map(({ address }) => address);
      if (asked.dropPageCache) expect(command).toEqual(expect.arrayContaining([`--num_devices=${devices}`, `--nodes=${addresses.join(',')}`]));
      else expect([after(command, '-np'), after(command, '-H')]).toEqual([`${devices}`, addresses.map(address => `${address}:${asked.gpus}`).join(',')]);
      expect(pinnedHosts(podOf(master))).toEqual(['gpu-1']);
      expect(pinnedHosts(podOf(worker))).toEqual(nodes.slice(1).map(({ name }) => name));
    }), { numRuns: 60 });
  });

  test('MPI Operator: devices are hosts x GPUs, and there is one worker per host', () => {
    fc.assert(fc.property(shape, asked => {
      const { it, nodes, devices } = built('mpi-operator', asked);
      const job = it.one('MPIJob');
      const { launcher, worker } = mpiPodsOf(job);
      const command: string[] = launcher.containers[0].command;
      expect(it.problems).toEqual([]);
      expect(devices).toBe(asked.hosts * asked.gpus);
      expect(job.spec.slotsPerWorker).toBe(asked.gpus);
      expect(job.spec.mpiReplicaSpecs.Worker.replicas).toBe(asked.hosts);
      expect(job.spec.mpiReplicaSpecs.Launcher.replicas).toBe(1);
      expect(worker.containers[0].resources.limits['nvidia.com/gpu']).toBe(asked.gpus);
      expect(after(command, '-np')).toBe(`${devices}`);
      expect(pinnedHosts(worker)).toEqual(nodes.map(({ name }) => name));
    }), { numRuns: 60 });
  });

  test.each(ENGINES)('%s: more GPUs per host than a node has are always refused', engine => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 8 }), (hosts, gpus, excess) => {
      const nodes = [...gpuNodes(hosts - 1, gpus + excess), { name: 'small', address: '10.0.9.9', gpus }];
      expect(cluster({ hosts: nodes, gpusPerHost: gpus + excess, engine }, nodes).problems).toContain(
        `[test/20-layer/multi] \`gpusPerHost\` is ${gpus + excess}: node small has ${gpus} GPUs. Use at most ${gpus}, or choose another host.`);
    }), { numRuns: 40 });
  });

  test.each(ENGINES)('%s: more devices than the cluster has are always refused, whatever the hosts claim to have', engine => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 10 }), (hosts, gpus, missing) => {
      const nodes = gpuNodes(hosts, gpus);
      const real = Math.max(0, gpus - missing);
      const actual = [{ ...nodes[0]!, gpus: real }, ...nodes.slice(1)];
      expect(cluster({ hosts: nodes, gpusPerHost: gpus, engine }, actual).problems).toContain(
        `[test/20-layer/multi] \`hosts\` x \`gpusPerHost\` is ${hosts} x ${gpus} = ${hosts * gpus}: the cluster has ${gpus * (hosts - 1) + real} GPUs. Use fewer hosts or GPUs, or correct \`cluster.nodes\`.`);
    }), { numRuns: 40 });
  });
});

describe.each(ENGINES)('mistakes in hosts, %s', engine => {
  const [first, second] = CLUSTER.nodes as readonly [ClusterNode, ClusterNode];

  test.each([[1, 'node'], [0, 'nodes']] as const)('%d %s are refused; there is nothing to distribute', (count, word) => {
    expect(cluster({ engine, hosts: CLUSTER.nodes.slice(0, count) }).problems).toContain(
      `[test/20-layer/multi] \`hosts\` has ${count} ${word}: distributed training needs at least two. Add a node, or use ImagenetBenchmarkJob.`);
  });

  test('a host named twice is refused; its second pod would wait for ever', () => {
    expect(cluster({ engine, hosts: [first, second, first], gpusPerHost: 4 }).problems).toEqual([
      '[test/20-layer/multi] `hosts` lists gpu-1 2 times: each may appear once. Each host runs one pod: name every node once.',
    ]);
  });

  test('a host that the cluster does not have is refused; its pod would wait for ever', () => {
    const path = engine === 'host-network' ? 'test/20-layer/multi/Worker' : 'test/20-layer/multi';
    expect(cluster({ engine, hosts: [first, { name: 'gpu-9', address: '10.0.0.9', gpus: 8 }] }).problems).toEqual([
      `[${path}] \`hosts\` has gpu-9: \`cluster.nodes\` has no node of that name. Correct the name, or add the node with its GPUs.`,
    ]);
  });

  test.each([0, -1, 1.5])('%d GPUs per host are refused', gpusPerHost => {
    expect(cluster({ engine, gpusPerHost }).problems).toContain(
      `[test/20-layer/multi] \`gpusPerHost\` is ${gpusPerHost}: it must be a whole number of at least 1. Choose a value in that range.`);
  });

  test.each([80, 65536])('SSH port %d of the host network is refused, also while the other engine is in use', sshPort => {
    expect(cluster({ engine, hostNetwork: { sshPort } }).problems).toEqual([
      `[test/20-layer/multi] \`hostNetwork.sshPort\` is ${sshPort}: it must be a whole number from 1024 to 65535. Choose a value in that range.`,
    ]);
  });

  test.each([0, 65536])('SSH port %d of the MPI Operator is refused, also while the other engine is in use', sshPort => {
    expect(cluster({ engine, mpiOperator: { sshPort } }).problems).toContain(
      `[test/20-layer/multi] \`mpiOperator.sshPort\` is ${sshPort}: it must be a whole number from 1 to 65535. Choose a value in that range.`);
  });

  test.each(['home/mpiuser', '/home/mpiuser/', '/', '/home/mpi user'])('the home "%s" is refused; SSH keys would be mounted elsewhere', sshUserHome => {
    expect(cluster({ engine, mpiOperator: { sshUserHome } }).problems).toEqual([
      `[test/20-layer/multi] \`mpiOperator.sshUserHome\` is "${sshUserHome}": it is an absolute path without a slash at the end. Write for example /home/mpiuser.`,
    ]);
  });

  test.each(['ReadWriteOnce', 'ReadWriteOncePod'] as const)('claims with %s are refused; the pods on the other nodes would wait for ever', accessMode => {
    const claims = ['data', 'out'].map(name => new ExistingClaim('team', name, accessMode)) as [ExistingClaim, ExistingClaim];
    const sentence = (key: string, name: string) => `[test/20-layer/multi] \`${key}\` is claim ${name} with access mode ${accessMode}: `
      + 'pods on several nodes mount it, which that mode does not allow. Use ReadWriteMany, or ReadOnlyMany for a dataset.';
    expect(cluster({ engine, data: { dataset: claims[0] }, results: claims[1] }, CLUSTER.nodes, claims).problems)
      .toEqual([sentence('data.dataset', 'data'), sentence('results', 'out')]);
  });
});

describe('addresses of the hosts', () => {
  const hosts = (...addresses: (string | undefined)[]): ClusterNode[] => addresses.map((address, index) => ({ name: `gpu-${index + 1}`, address, gpus: 8 }));

  test('are not needed by the MPI Operator, and not written', () => {
    const built = cluster({ engine: 'mpi-operator', hosts: hosts(undefined, undefined) });
    expect(built.problems).toEqual([]);
    expect(JSON.stringify(cluster({ engine: 'mpi-operator' }).manifests)).not.toContain('10.0.0.1');
  });

  test('a node without one is refused on the host network; mpirun connects to addresses', () => {
    expect(cluster({ hosts: hosts('10.0.0.1', undefined) }).problems).toEqual([
      '[test/20-layer/multi] `hosts` has node gpu-2 without an `address`: the host-network engine connects to addresses. Give the node its address, or use `engine: \'mpi-operator\'`.',
    ]);
  });

  test('one that is none is refused; the master would wait until it gives up', () => {
    expect(cluster({ hosts: hosts('10.0.0.1', '10.0.0.300') }).problems).toEqual([
      '[test/20-layer/multi] `hosts["gpu-2"].address` is "10.0.0.300": not an IPv4 or IPv6 address, nor a DNS name. Give the address of the interface, for example 192.168.11.11.',
    ]);
  });

  test('one for two nodes is refused; all processes would start on one of them', () => {
    expect(cluster({ hosts: hosts('10.0.0.1', '10.0.0.1') }).problems).toEqual([
      '[test/20-layer/multi] `hosts` lists 10.0.0.1 2 times: each may appear once. Two nodes cannot have one address: correct one of them.',
    ]);
  });
});

describe('what the cluster must have is declared; otherwise it is found out by a pod that waits', () => {
  const declared = (props: Partial<HorovodClusterProps>): string[] =>
    cluster(props).app.prerequisites().map(({ area, what }) => `${area}: ${what}`).filter(line => !line.startsWith('Cluster: Kubernetes'));

  test('host network: nodes with address, GPUs and host name label, the image, and the data', () => {
    expect(declared({ data: { dataset: DATASET } })).toEqual([
      'Nodes: Node gpu-1 at 10.0.0.1 with 8 GPUs as nvidia.com/gpu and label kubernetes.io/hostname=gpu-1',
      'Nodes: Node gpu-2 at 10.0.0.2 with 8 GPUs as nvidia.com/gpu and label kubernetes.io/hostname=gpu-2',
      'Images: registry.example.com/train:1.0 can be pulled by the GPU nodes',
      'Volumes: The dataset has the TFRecord files of ImageNet in dataset/imagenet',
    ]);
  });

  test('MPI Operator: the operator, and an image with mpirun and an SSH server', () => {
    expect(declared({ engine: 'mpi-operator', mpiOperator: { sshUserHome: '/home/mpiuser' }, gpusPerHost: 4 })).toEqual([
      'Nodes: Node gpu-1 with 4 GPUs as nvidia.com/gpu and label kubernetes.io/hostname=gpu-1',
      'Nodes: Node gpu-2 with 4 GPUs as nvidia.com/gpu and label kubernetes.io/hostname=gpu-2',
      'Cluster: MPI Operator 0.5 or newer with kubeflow.org/v2beta1 MPIJob; not beside the Training Operator\'s MPIJob v1, which has the same resource name',
      'Images: registry.example.com/train:1.0 can be pulled by the GPU nodes, with mpirun and an SSH server configured in /home/mpiuser/.sshd_config',
    ]);
    expect(declared({ engine: 'mpi-operator' })).toContain('Images: registry.example.com/train:1.0 can be pulled by the GPU nodes, with mpirun and an SSH server');
  });

  test.each(ENGINES)('%s: a command of one\'s own needs no ImageNet', engine => {
    expect(declared({ engine, data: { dataset: DATASET }, command: ['python', 'train.py'] }).filter(line => line.startsWith('Volumes'))).toEqual([]);
  });
});

test('the name and the devices can be read back; otherwise other constructs repeat them', () => {
  buildTraining(layer => {
    const multi = new HorovodCluster(layer, 'multi', { ...SYNTHETIC, name: 'mine', gpusPerHost: 4 });
    expect([multi.name, multi.devices]).toEqual(['mine', 8]);
  });
});
