import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chart, Duration } from 'cdk8s';
import {
  type BenchmarkData, type ClusterNode, type Dataset, ExistingClaim, type HorovodClusterProps, type HostNetworkOptions, type ImagePaths, type Json, type MpiOperatorOptions,
  PlatformNamespace, type PodSecurityLevel, type TrainingOptions,
} from '../../lib';
import { build, type Built, CLUSTER } from '../support';

export const IMAGE = 'registry.example.com/train:1.0';
export const RESULTS = new ExistingClaim('team', 'results', 'ReadWriteMany');
/** One dataset over two data LIFs. */
export const DATASET: Dataset = {
  claims: [new ExistingClaim('team', 'data-iface1', 'ReadOnlyMany'), new ExistingClaim('team', 'data-iface2', 'ReadOnlyMany')],
};
/** What every run must be given, but its data. */
export type Run = Pick<TrainingOptions, 'namespace' | 'image' | 'results'>;
export const RUN: Run = { namespace: 'team', image: IMAGE, results: RESULTS };
/** What every run on several nodes must be given, but its data and engine. */
export const MULTI: Run & Pick<HorovodClusterProps, 'hosts'> = { ...RUN, hosts: CLUSTER.nodes };
export const ENGINES: readonly HorovodClusterProps['engine'][] = ['host-network', 'mpi-operator'];

export const ALL_PATHS: Required<ImagePaths> = { runner: '/opt/run.py', slave: '/opt/slave.sh', program: '/opt/bench.py' };
export const ALL_DATA: Required<Exclude<BenchmarkData, 'synthetic'>> = { dataset: DATASET, directory: 'tfrecords' };
const ALL_HOST_NETWORK: Required<HostNetworkOptions> = { sshPort: 30022, interface: 'bond0', dgxVersion: 'dgx2' };
const ALL_MPI_OPERATOR: Required<MpiOperatorOptions> = { sshUserHome: '/home/trainer', sshPort: 2345 };
/** Every prop of HorovodCluster but the engine; a new prop without a value here does not compile. */
export const ALL_MULTI: Required<Omit<HorovodClusterProps, 'engine'>> = {
  namespace: 'team', image: 'registry.example.com/other:2.0', data: ALL_DATA, results: RESULTS, name: 'my-run', hosts: CLUSTER.nodes, gpusPerHost: 4,
  hostNetwork: ALL_HOST_NETWORK, mpiOperator: ALL_MPI_OPERATOR, command: ['python', '/my train.py', '--epochs=3'], dropPageCache: false, runAsUser: 1234,
  imagePaths: ALL_PATHS, environment: { NCCL_IB_DISABLE: '1', NCCL_ALGO: 'Ring' }, sharedMemory: '64Gi', cpu: 32, memory: '256Gi', backoffLimit: 2,
  activeDeadline: Duration.hours(3), ttlAfterFinished: Duration.days(1), suspend: true, naming: 'fixed',
  queue: { queueName: 'vision' },
};

const existing = (claims: readonly { namespace: string; claimName: string }[]) =>
  claims.map(({ namespace, claimName }) => ({ kind: 'PersistentVolumeClaim' as const, namespace, name: claimName }));

/** Builds a layer in a cluster that has the claims above. */
export function buildTraining(add: (layer: Chart) => void, nodes: readonly ClusterNode[] = CLUSTER.nodes, claims: readonly ExistingClaim[] = []): Built {
  return build(add, { cluster: { ...CLUSTER, nodes, existing: [...CLUSTER.existing ?? [], { kind: 'Queue', name: 'vision' }, ...existing([RESULTS, ...DATASET.claims, ...claims])] } });
}

/** Builds in a namespace `secure` of a Pod Security level; `run` has the props that are tied to it. */
export function buildSecured(podSecurity: PodSecurityLevel, add: (layer: Chart, run: Run) => void): Built {
  const results = new ExistingClaim('secure', 'results', 'ReadWriteMany');
  return buildTraining(layer => {
    new PlatformNamespace(layer, 'namespace', { name: 'secure', podSecurity });
    add(layer, { ...RUN, namespace: 'secure', results });
  }, CLUSTER.nodes, [results]);
}

/** `count` GPU nodes with an address each. */
export const gpuNodes = (count: number, gpus: number): ClusterNode[] =>
  Array.from({ length: count }, (_, index) => ({ name: `gpu-${index + 1}`, address: `10.0.0.${index + 1}`, gpus }));

/** The one pod spec of a Job or Deployment. */
export const podOf = (manifest: Json): Json => manifest.spec.template.spec;

/** Launcher and worker pod specs of an MPIJob. */
export const mpiPodsOf = (manifest: Json): { launcher: Json; worker: Json } => ({
  launcher: podOf({ spec: manifest.spec.mpiReplicaSpecs.Launcher }),
  worker: podOf({ spec: manifest.spec.mpiReplicaSpecs.Worker }),
});

/** The argument that follows `option`, for example the 16 of `-np 16`. */
export const after = (command: readonly string[], option: string): string | undefined => command[command.indexOf(option) + 1];

/** Names that required node affinity allows. */
export const pinnedHosts = (pod: Json): string[] =>
  pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values;

/** How a container command ended. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
  /** Content of `/tmp/$HOSTNAME.txt`, or undefined where the command wrote none. */
  readonly log?: string;
}

/**
 * Runs a container command on this machine, for real. `programs` are shell scripts that stand for programs of the image;
 * a variable of `environment` is set for the command.
 */
export async function runHere(command: readonly string[], programs: Readonly<Record<string, string>> = {}, environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const bin = mkdtempSync(join(tmpdir(), 'programs-'));
  const hostName = `aipod-test-${randomUUID()}`;
  const logFile = `/tmp/${hostName}.txt`;
  for (const [name, script] of Object.entries(programs)) writeFileSync(join(bin, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  try {
    const ended = await new Promise<Ended>((resolve, reject) => {
      const [program = '', ...args] = command;
      // Without input: bash takes a socket there for a remote login, and would read the start-up files of this machine.
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: bin, env: { PATH: `${bin}:${process.env.PATH}`, HOSTNAME: hostName, ...environment } });
      // A command that hangs is ended with all that it started, before jest gives the test up.
      const timer = setTimeout(() => { if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL'); }, 4000);
      let output = '';
      child.stdout.on('data', (data: Buffer) => { output += data.toString(); });
      child.stderr.on('data', (data: Buffer) => { output += data.toString(); });
      child.on('error', error => { clearTimeout(timer); reject(error); });
      child.on('close', status => { clearTimeout(timer); resolve({ status, output }); });
    });
    return { ...ended, log: existsSync(logFile) ? readFileSync(logFile, 'utf8') : undefined };
  } finally {
    rmSync(bin, { recursive: true });
    rmSync(logFile, { force: true });
  }
}

/** A program that prints every argument it got, ended by a zero byte, so that nothing in them can be mistaken. */
export const PRINT_ARGUMENTS = 'printf \'%s\\0\' "$@"';
/** What that program was given. */
export const printed = (output: string | undefined): string[] => (output ?? '').split('\0').slice(0, -1);
