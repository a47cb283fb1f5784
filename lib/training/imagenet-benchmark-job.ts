import { Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { PREEMPTED_JOB } from '../core/gpu-queue';
import { standardLabels } from '../core/labels';
import { addJobObject } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { dataDirectory, dataName, imagePathsOf, type TrainingOptions } from './benchmark';
import { loggedCommand, mpirun, tfCnnBenchmarks } from './mpi-command';
import { checkTrainingOptions, jobLimits, quietPod, trainingContainer, trainingLabels, trainingMounts, trainingVolumes } from './training-pod';

/** What a single-node benchmark is made with. */
export interface ImagenetBenchmarkJobProps extends TrainingOptions {
  /**
   * Name of the Job.
   * @default - netapp-tensorflow-single-imagenet, or -synthetic
   */
  readonly name?: string;
  /** GPUs of the pod, which run on one node, 1 or more. @default 8 */
  readonly gpus?: number;
  /** Machine that the image's runner tunes for; read by the runner only. @default dgx1 */
  readonly dgxVersion?: string;
  /**
   * Runs the same pod, mounts included, without GPUs, privilege and benchmark: it lists its mounts, writes a line to the results volume, and
   * ends. For clusters without GPUs; any image with a shell will do.
   * @default false
   */
  readonly rehearsal?: boolean;
}

/**
 * The documents' single-node benchmark: ResNet-50 on ImageNet or synthetic images, on all GPUs of one node.
 * Source: "Execute a single-node AI workload".
 */
export class ImagenetBenchmarkJob extends Construct {
  /** Name of the Job, without the hash of `naming: contentHash`. */
  public readonly name: string;

  constructor(scope: Construct, id: string, props: ImagenetBenchmarkJobProps) {
    super(scope, id);
    this.name = props.name ?? `netapp-tensorflow-single-${dataName(props.data)}`;
    const gpus = props.gpus ?? 8;
    checkTrainingOptions(this, props);
    checkInteger(this, 'gpus', gpus, 1);

    const dropPageCache = (props.dropPageCache ?? true) && props.rehearsal !== true;
    const container = props.rehearsal === true
      ? trainingContainer(props, 0, props.runAsUser ?? 1000, rehearsalCommand(props))
      : trainingContainer(props, gpus, dropPageCache ? 'privileged' : props.runAsUser ?? 1000, benchmarkCommand(props, gpus, dropPageCache));
    if (props.rehearsal !== true) declareNeeds(this, props, gpus);

    const identity = { name: 'imagenet-benchmark', instance: this.name, component: 'benchmark', partOf: 'training' };
    addJobObject(this, 'Resource', identity, props.naming ?? 'contentHash', {
      apiVersion: 'batch/v1', kind: 'Job',
      metadata: { name: this.name, namespace: props.namespace, labels: trainingLabels(props) },
      spec: {
        ...jobLimits(props),
        ...props.queue && PREEMPTED_JOB,
        template: {
          metadata: { labels: { ...standardLabels(identity), ...trainingLabels(props) } },
          spec: { ...quietPod(props), restartPolicy: 'Never', volumes: trainingVolumes(props), containers: [container] },
        },
      },
    });
  }
}

function benchmarkCommand(props: ImagenetBenchmarkJobProps, gpus: number, dropPageCache: boolean): string[] {
  const { runner, program } = imagePathsOf(props);
  const directory = dataDirectory(props.data);
  if (dropPageCache) {
    return ['python', runner, ...(directory ? [`--dataset_dir=${directory}`] : []), `--dgx_version=${props.dgxVersion ?? 'dgx1'}`, `--num_devices=${gpus}`];
  }
  return loggedCommand([
    ...mpirun({ processes: gpus, hosts: [`localhost:${gpus}`], root: false, distributed: false, environment: Object.keys(props.environment ?? {}) }),
    ...tfCnnBenchmarks(program, props.data),
  ]);
}

function rehearsalCommand(props: ImagenetBenchmarkJobProps): string[] {
  const paths = trainingMounts(props).map(({ mountPath }) => mountPath);
  return ['sh', '-c', 'id && df -h "$@" && ls -ld "$@" && date > "/tmp/$HOSTNAME.txt" && cat "/tmp/$HOSTNAME.txt"', 'rehearsal', ...paths];
}

function declareNeeds(scope: Construct, { image, data }: ImagenetBenchmarkJobProps, gpus: number): void {
  declarePrerequisite(scope, {
    area: 'Nodes',
    what: `A node with ${gpus} free GPUs, offered as nvidia.com/gpu by the NVIDIA device plugin`,
    commands: ['kubectl get nodes -o custom-columns=NAME:.metadata.name,GPUS:.status.allocatable.nvidia\\.com/gpu'],
  });
  declarePrerequisite(scope, { area: 'Images', what: `${image} can be pulled by the GPU nodes` });
  const directory = dataDirectory(data);
  if (directory) declarePrerequisite(scope, { area: 'Volumes', what: `The dataset has the TFRecord files of ImageNet in ${directory.replace('/mnt/mount_0/', '')}` });
}
