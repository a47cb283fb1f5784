import fc from 'fast-check';
import { type BenchmarkData } from '../../lib';
import { DROP_PAGE_CACHE, loggedCommand, mpirun, tfCnnBenchmarks } from '../../lib/training/mpi-command';
import { DATASET, PRINT_ARGUMENTS, printed, runHere } from './training-support';

const BASIC = { processes: 8, root: false, distributed: false, environment: [] };

describe('mpirun', () => {
  test('with nothing asked for it has the options of the documents\' logs and no others', () => {
    expect(mpirun(BASIC)).toEqual(['mpirun', '-np', '8', '-bind-to', 'none', '-map-by', 'slot', '-x', 'NCCL_DEBUG=INFO', '-x', 'LD_LIBRARY_PATH', '-x', 'PATH']);
  });

  test('each option reaches the command line; otherwise processes start in the wrong place, or not at all', () => {
    const all: Required<Parameters<typeof mpirun>[0]> = {
      processes: 16, hosts: ['10.0.0.1:8', '10.0.0.2:8'], mapBy: 'ppr:1:node', root: true, sshPort: 22122, distributed: true, interface: 'bond0', environment: ['A', 'B'],
    };
    expect(mpirun(all)).toEqual([
      'mpirun', '-allow-run-as-root', '-np', '16', '-H', '10.0.0.1:8,10.0.0.2:8', '-bind-to', 'none', '-map-by', 'ppr:1:node',
      '-x', 'NCCL_DEBUG=INFO', '-x', 'LD_LIBRARY_PATH', '-x', 'PATH', '-x', 'A', '-x', 'B',
      '-mca', 'pml', 'ob1', '-mca', 'btl', '^openib', '-mca', 'btl_tcp_if_include', 'bond0',
      '-mca', 'plm_rsh_agent', 'ssh', '-mca', 'plm_rsh_args', '-p 22122',
    ]);
  });
});

describe('the benchmark program', () => {
  const RESNET = [
    'python', '/bench.py', '--model=resnet50', '--batch_size=256', '--device=gpu', '--force_gpu_compatible=True', '--num_intra_threads=1', '--num_inter_threads=48',
    '--variable_update=horovod', '--batch_group_size=20', '--num_batches=500', '--nodistortions', '--num_gpus=1', '--data_format=NCHW', '--use_fp16=True', '--use_tf_layers=False',
  ];

  test('on synthetic data reads no files; otherwise the figure depends on storage', () => {
    expect(tfCnnBenchmarks('/bench.py', 'synthetic')).toEqual([...RESNET, '--horovod_device=gpu']);
  });

  test('on ImageNet reads the directory through every mount; otherwise half of the bandwidth is lost', () => {
    expect(tfCnnBenchmarks('/bench.py', { dataset: DATASET })).toEqual([
      ...RESNET, '--data_name=imagenet', '--use_datasets=True', '--data_dir=/mnt/mount_0/dataset/imagenet', '--datasets_parallel_interleave_cycle_length=10',
      '--datasets_sloppy_parallel_interleave=False', '--num_mounts=2', '--mount_prefix=/mnt/mount_%d', '--datasets_prefetch_buffer_size=2000',
      '--datasets_use_prefetch=True', '--datasets_num_private_threads=4', '--horovod_device=gpu',
    ]);
  });

  test('is told the number of claims of a dataset, whatever it is, and a directory of one\'s own', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), count => {
      const data: BenchmarkData = { dataset: { claims: Array.from({ length: count }, () => DATASET.claims[0]!) }, directory: 'tf records' };
      expect(tfCnnBenchmarks('/bench.py', data)).toEqual(expect.arrayContaining([`--num_mounts=${count}`, '--data_dir=/mnt/mount_0/tf records']));
    }));
  });
});

describe('a logged command, run here', () => {
  const HARD = ['^openib', '/mnt/mount_%d', 'two words', '$HOME', '`id`', '"', '\'', '*', ';', '', '--flag=a b', '\\n'];

  test('gives the program every argument unchanged; otherwise mpirun takes the wrong transport or mount', async () => {
    const { status, output, log } = await runHere(loggedCommand(['program', ...HARD]), { program: PRINT_ARGUMENTS });
    expect(status).toBe(0);
    expect(printed(output)).toEqual(HARD);
    expect(printed(log)).toEqual(HARD);
  });

  test('gives a command that runs first its arguments unchanged too', async () => {
    const { status, output, log } = await runHere(loggedCommand(['second', 'x'], ['first', ...HARD]), { first: PRINT_ARGUMENTS, second: PRINT_ARGUMENTS });
    expect(status).toBe(0);
    expect(printed(output)).toEqual([...HARD, 'x']);
    expect(printed(log)).toEqual(['x']);
  });

  test('keeps any printable argument as it is', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.string(), { maxLength: 5 }), async args => {
      const { output } = await runHere(loggedCommand(['program', 'second', ...args], ['program', 'first', ...args]), { program: PRINT_ARGUMENTS });
      expect(printed(output)).toEqual(['first', ...args, 'second', ...args]);
    }), { numRuns: 20 });
  });

  test('that fails makes the container fail, and its output is kept; otherwise a failed training counts as done', async () => {
    const { status, output, log } = await runHere(loggedCommand(['program']), { program: 'echo started; echo no GPU >&2; exit 3' });
    expect(status).toBe(3);
    expect(output).toBe('started\nno GPU\n');
    expect(log).toBe('started\nno GPU\n');
  });

  test('does not start when the command before it fails; otherwise a run with a warm cache looks like a cold one', async () => {
    const { status, output, log } = await runHere(loggedCommand(['second'], ['first']), { first: 'echo refused >&2; exit 7', second: 'echo trained' });
    expect(status).toBe(7);
    expect(output).toBe('refused\n');
    expect(log).toBeUndefined();
  });
});

test('the page cache is dropped after dirty pages are written; otherwise they stay in memory and the run reads from it', () => {
  expect(DROP_PAGE_CACHE).toEqual(['bash', '-c', 'sync; echo 1 > /proc/sys/vm/drop_caches']);
});
