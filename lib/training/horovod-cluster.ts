import { Construct } from 'constructs';
import { checkAddress, checkInteger, checkUnique } from '../core/checks';
import { type ClusterNode, GPU_RESOURCE, totalGpus } from '../core/cluster';
import { EnvironmentApp } from '../core/environment-app';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { dataDirectory, dataName, imagePathsOf, type TrainingOptions } from './benchmark';
import { addHostNetworkCluster } from './host-network-engine';
import { tfCnnBenchmarks } from './mpi-command';
import { addMpiOperatorCluster } from './mpi-operator-engine';
import { checkTrainingOptions, mountedClaims } from './training-pod';

/** Settings that only the host-network engine reads. */
export interface HostNetworkOptions {
  /** Port of the workers' SSH servers on their hosts, 1024-65535; 22 is the host's own. @default 22122 */
  readonly sshPort?: number;
  /**
   * Network interface of MPI's own traffic. Not read by the image's runner, which runs with `dropPageCache` and without `command`.
   * @default - all
   */
  readonly interface?: string;
  /** Machine that the image's runner tunes for; read by the runner only. @default dgx1 */
  readonly dgxVersion?: string;
}

/** Settings that only the MPI Operator engine reads. */
export interface MpiOperatorOptions {
  /**
   * Home directory of the user that runs SSH server and training, with a `.sshd_config` for it in the image, as the MPI Operator's own base images
   * have. Pods then meet Pod Security `restricted`.
   * @default - the SSH server is root, which meets `baseline`
   */
  readonly sshUserHome?: string;
  /** Port of the image's SSH server, 1-65535. @default - 2222 with `sshUserHome`, else 22 */
  readonly sshPort?: number;
}

/** What a distributed run is made with. */
export interface HorovodClusterProps extends TrainingOptions {
  /**
   * Start of all names.
   * @default - netapp-tensorflow-multi-imagenet, or -synthetic
   */
  readonly name?: string;
  /** Nodes to train on, two or more, each once. The first runs the master of the host-network engine. */
  readonly hosts: readonly ClusterNode[];
  /** GPUs on each host, 1 or more. All devices together are hosts x this. @default 8 */
  readonly gpusPerHost?: number;
  /**
   * `host-network`: the documents' Deployment of SSH workers and Job of a master, on fixed addresses. `mpi-operator`: an MPIJob, which does the same
   * without fixed addresses and host network.
   */
  readonly engine: 'host-network' | 'mpi-operator';
  /** What the host-network engine reads; may stay when the engine is switched. @default - as documented */
  readonly hostNetwork?: HostNetworkOptions;
  /** What the MPI Operator engine reads; may stay when the engine is switched. @default - root */
  readonly mpiOperator?: MpiOperatorOptions;
  /**
   * What each process runs in place of the benchmark, for a training of your own.
   * @default - the documents' benchmark
   */
  readonly command?: readonly string[];
}

/** What an engine builds from: props with everything derived from them. */
export interface HorovodPlan {
  readonly props: HorovodClusterProps;
  readonly name: string;
  readonly gpusPerHost: number;
  /** All GPUs: hosts x GPUs per host. */
  readonly devices: number;
  readonly dropPageCache: boolean;
  /** What each process runs. */
  readonly rankCommand: readonly string[];
}

/**
 * Synchronous training on several nodes with Horovod, one process per GPU.
 * Source: "Execute a synchronous distributed AI workload"; MPI Operator v2beta1.
 */
export class HorovodCluster extends Construct {
  /** Start of all names, without the hash of `naming: contentHash`. */
  public readonly name: string;
  /** GPUs of all hosts together. */
  public readonly devices: number;

  constructor(scope: Construct, id: string, props: HorovodClusterProps) {
    super(scope, id);
    const gpusPerHost = props.gpusPerHost ?? 8;
    this.name = props.name ?? `netapp-tensorflow-multi-${dataName(props.data)}`;
    this.devices = props.hosts.length * gpusPerHost;
    checkTrainingOptions(this, props);
    this.checkHosts(props, gpusPerHost);
    if (props.engine === 'host-network') this.checkAddresses(props.hosts);
    this.checkSharedClaims(props);
    this.declareNeeds(props, gpusPerHost);
    const { program } = imagePathsOf(props);
    const plan: HorovodPlan = {
      props,
      name: this.name,
      gpusPerHost,
      devices: this.devices,
      dropPageCache: props.dropPageCache ?? true,
      rankCommand: props.command ?? tfCnnBenchmarks(program, props.data),
    };
    if (props.engine === 'mpi-operator') addMpiOperatorCluster(this, plan);
    else addHostNetworkCluster(this, plan);
  }

  private checkHosts({ hosts, hostNetwork, mpiOperator }: HorovodClusterProps, gpusPerHost: number): void {
    checkInteger(this, 'gpusPerHost', gpusPerHost, 1);
    checkInteger(this, 'hostNetwork.sshPort', hostNetwork?.sshPort, 1024, 65535);
    checkInteger(this, 'mpiOperator.sshPort', mpiOperator?.sshPort, 1, 65535);
    check(this, mpiOperator?.sshUserHome === undefined || /^\/\S+[^/\s]$/.test(mpiOperator.sshUserHome), () =>
      `\`mpiOperator.sshUserHome\` is "${mpiOperator?.sshUserHome}": it is an absolute path without a slash at the end. Write for example /home/mpiuser.`);
    check(this, hosts.length >= 2, () =>
      `\`hosts\` has ${hosts.length} ${hosts.length === 1 ? 'node' : 'nodes'}: distributed training needs at least two. Add a node, or use ImagenetBenchmarkJob.`);
    checkUnique(this, 'hosts', hosts.map(({ name }) => name), 'Each host runs one pod: name every node once.');
    for (const { name, gpus } of hosts) {
      check(this, gpus >= gpusPerHost, () =>
        `\`gpusPerHost\` is ${gpusPerHost}: node ${name} has ${gpus} GPUs. Use at most ${gpus}, or choose another host.`);
    }
    const nodes = EnvironmentApp.find(this)?.cluster.nodes;
    check(this, nodes === undefined || this.devices <= totalGpus(nodes), () =>
      `\`hosts\` x \`gpusPerHost\` is ${hosts.length} x ${gpusPerHost} = ${this.devices}: the cluster has ${totalGpus(nodes ?? [])} GPUs. Use fewer hosts or GPUs, or correct \`cluster.nodes\`.`);
  }

  /** The host-network engine starts processes by address; a wrong one is a master that waits until it gives up. */
  private checkAddresses(hosts: readonly ClusterNode[]): void {
    const addressOf = new Map(hosts.map(({ name, address }) => [name, address]));
    for (const [name, address] of addressOf) {
      check(this, address !== undefined, () =>
        `\`hosts\` has node ${name} without an \`address\`: the host-network engine connects to addresses. Give the node its address, or use \`engine: 'mpi-operator'\`.`);
      if (address !== undefined) checkAddress(this, `hosts["${name}"].address`, address);
    }
    checkUnique(this, 'hosts', [...addressOf.values()].filter(address => address !== undefined), 'Two nodes cannot have one address: correct one of them.');
  }

  /** A claim for one node at a time would let the first pod start and leave the others waiting. */
  private checkSharedClaims(props: HorovodClusterProps): void {
    for (const { key, claim: { claimName, accessMode } } of mountedClaims(props)) {
      check(this, accessMode === 'ReadWriteMany' || accessMode === 'ReadOnlyMany', () =>
        `\`${key}\` is claim ${claimName} with access mode ${accessMode}: pods on several nodes mount it, which that mode does not allow. Use ReadWriteMany, or ReadOnlyMany for a dataset.`);
    }
  }

  private declareNeeds({ hosts, image, engine, data, mpiOperator, command }: HorovodClusterProps, gpusPerHost: number): void {
    for (const { name, address } of hosts) {
      declarePrerequisite(this, {
        area: 'Nodes',
        what: `Node ${name}${address && engine === 'host-network' ? ` at ${address}` : ''} with ${gpusPerHost} GPUs as ${GPU_RESOURCE} and label kubernetes.io/hostname=${name}`,
        commands: [`kubectl get node -l kubernetes.io/hostname=${name} -o jsonpath='{.items[*].status.allocatable.nvidia\\.com/gpu}'`],
      });
    }
    if (engine === 'mpi-operator') {
      declarePrerequisite(this, {
        area: 'Cluster',
        what: 'MPI Operator 0.5 or newer with kubeflow.org/v2beta1 MPIJob; not beside the Training Operator\'s MPIJob v1, which has the same resource name',
        commands: ["kubectl get crd mpijobs.kubeflow.org -o jsonpath='{.spec.versions[*].name}'"],
      });
    }
    const ssh = engine === 'host-network' ? '' : `, with mpirun and an SSH server${mpiOperator?.sshUserHome ? ` configured in ${mpiOperator.sshUserHome}/.sshd_config` : ''}`;
    declarePrerequisite(this, { area: 'Images', what: `${image} can be pulled by the GPU nodes${ssh}` });
    const directory = dataDirectory(data);
    if (directory && !command) declarePrerequisite(this, { area: 'Volumes', what: `The dataset has the TFRecord files of ImageNet in ${directory.replace('/mnt/mount_0/', '')}` });
  }
}
