import { type BenchmarkData, dataClaims, dataDirectory } from './benchmark';

export interface MpiRunOptions {
  /** Number of processes, one per GPU. */
  readonly processes: number;
  /** `host:slots` of every host. @default - the host file of the MPI Operator */
  readonly hosts?: readonly string[];
  /** How processes are spread; `ppr:1:node` is one per host. @default slot */
  readonly mapBy?: 'slot' | 'ppr:1:node';
  /** Whether the processes are root. */
  readonly root: boolean;
  /** SSH port of the hosts. @default - a single host, or the MPI Operator's own */
  readonly sshPort?: number;
  /** Several hosts talk over TCP with these options; a single host needs none. */
  readonly distributed: boolean;
  /** Network interface of MPI's own traffic. @default - all */
  readonly interface?: string;
  /** Variables to pass on to all processes. */
  readonly environment: readonly string[];
}

/** `mpirun` with the options that the documents' logs show. */
export function mpirun(options: MpiRunOptions): string[] {
  const { processes, hosts, root, sshPort, distributed, environment } = options;
  return [
    'mpirun',
    ...(root ? ['-allow-run-as-root'] : []),
    '-np', String(processes),
    ...(hosts ? ['-H', hosts.join(',')] : []),
    '-bind-to', 'none', '-map-by', options.mapBy ?? 'slot',
    '-x', 'NCCL_DEBUG=INFO', '-x', 'LD_LIBRARY_PATH', '-x', 'PATH', ...environment.flatMap(name => ['-x', name]),
    ...(distributed ? ['-mca', 'pml', 'ob1', '-mca', 'btl', '^openib'] : []),
    ...(options.interface ? ['-mca', 'btl_tcp_if_include', options.interface] : []),
    ...(sshPort === undefined ? [] : ['-mca', 'plm_rsh_agent', 'ssh', '-mca', 'plm_rsh_args', `-p ${sshPort}`]),
  ];
}

/** Writes all dirty pages, then drops the page cache; needs a privileged container. */
export const DROP_PAGE_CACHE = ['bash', '-c', 'sync; echo 1 > /proc/sys/vm/drop_caches'];

/** The documents' ResNet-50 run of tf_cnn_benchmarks: batches of 256, 500 of them, half precision, one GPU per process. */
export function tfCnnBenchmarks(program: string, data: BenchmarkData): string[] {
  const directory = dataDirectory(data);
  return [
    'python', program,
    '--model=resnet50', '--batch_size=256', '--device=gpu', '--force_gpu_compatible=True', '--num_intra_threads=1', '--num_inter_threads=48',
    '--variable_update=horovod', '--batch_group_size=20', '--num_batches=500', '--nodistortions', '--num_gpus=1', '--data_format=NCHW',
    '--use_fp16=True', '--use_tf_layers=False',
    ...(directory === undefined ? [] : [
      '--data_name=imagenet', '--use_datasets=True', `--data_dir=${directory}`,
      '--datasets_parallel_interleave_cycle_length=10', '--datasets_sloppy_parallel_interleave=False',
      `--num_mounts=${dataClaims(data).length}`, '--mount_prefix=/mnt/mount_%d',
      '--datasets_prefetch_buffer_size=2000', '--datasets_use_prefetch=True', '--datasets_num_private_threads=4',
    ]),
    '--horovod_device=gpu',
  ];
}

/**
 * A container command that runs one command, shows its output, and keeps it on the results volume as `/tmp/<pod>.txt`. Arguments reach the command
 * unread by the shell.
 * @param before a command to run first
 */
export function loggedCommand(command: readonly string[], before?: readonly string[]): string[] {
  const first = before ? `${before.map(quote).join(' ')} && ` : '';
  return ['bash', '-c', `set -o pipefail; ${first}"$@" 2>&1 | tee "/tmp/$HOSTNAME.txt"`, 'benchmark', ...command];
}

const quote = (argument: string): string => (/^[\w./:=,@%+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`);
