import { Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { type AccessMode } from '../core/cluster';
import { EnvironmentApp } from '../core/environment-app';
import { checkFraction, declareQueueNeeds, fractionAnnotations, type GpuFraction, type GpuQueue, queueLabels } from '../core/gpu-queue';
import type * as k8s from '../core/k8s';
import { addObject } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { type Capacity, type CpuQuantity } from '../core/quantity';
import { type Claim } from '../storage/claim';
import { checkMounts, type DatasetMount } from '../storage/mounts';
import { type StorageClassReference } from '../storage/storage-class';
import { VolumeClaim } from '../storage/volume-claim';
import { HOME, mountsOf, notebookPod, queueOf, serverAnnotations, shareOf } from './notebook-pod';
import { type PodDefaultReference } from './pod-default';
import { serviceNames } from './rules/service-names';
import { type TeamNamespace } from './team-namespace';

/** A new volume for the home directory. */
export interface WorkspaceOptions {
  /** Name of the claim. @default - the notebook's name and -workspace */
  readonly name?: string;
  /** Size. @default 5Gi */
  readonly size?: Capacity;
  /** Class to provision from. @default - the default class of the cluster */
  readonly storageClass?: StorageClassReference;
  /** How many nodes may mount it. `ReadWriteMany` lets a TensorBoard on another node read it. @default ReadWriteOnce */
  readonly accessMode?: Exclude<AccessMode, 'ReadOnlyMany'>;
}

/** Data in a notebook. */
export interface NotebookDataset extends Omit<DatasetMount, 'mountPath'> {
  /**
   * Where.
   * @default - each claim at /home/jovyan/<claim>, as the UI does
   */
  readonly mountPath?: string;
}

/** A part of a GPU, which KAI Scheduler hands out. The parts share the GPU's memory: nothing keeps one from taking all of it. */
export interface GpuShare extends GpuFraction {
  /** Queue that it is counted against. @default - the team's */
  readonly queue?: GpuQueue;
}

/** What a notebook is made with. */
export interface NotebookWorkspaceProps {
  /** Team that works with it. */
  readonly team: TeamNamespace;
  /** Name of the notebook, its Service and its container: at most 52 characters, a-z, 0-9 and "-". */
  readonly name: string;
  /** Image with a fixed tag; it listens on port 8888 and keeps its home at /home/jovyan, as Kubeflow's own do. */
  readonly image: string;
  /** What runs in the image; it decides how the UI shows it and how its web address is passed on. @default jupyter */
  readonly server?: 'jupyter' | 'codeServer' | 'rstudio';
  /** CPU that is set aside for it. @default 0.5 */
  readonly cpu?: CpuQuantity;
  /** Memory that is set aside for it. @default 1Gi */
  readonly memory?: Capacity;
  /** How much more CPU and memory it may take than is set aside: 1 or more; `none` for no limit. @default 1.2 */
  readonly limitFactor?: number | 'none';
  /** Whole GPUs, 0 or more, or a part of one. @default 0 */
  readonly gpus?: number | GpuShare;
  /**
   * Shared memory at `/dev/shm`, and the most that it may take; PyTorch's data loaders need it. With `true`, as the UI makes it, the memory limit is
   * the only bound.
   * @default - no more than the container runtime's own 64 MiB
   */
  readonly sharedMemory?: boolean | Capacity;
  /** Volume of the home directory: a new one, or a claim that exists. @default - a new one of 5Gi */
  readonly workspace?: WorkspaceOptions | Claim;
  /** Data to mount. @default - none */
  readonly datasets?: readonly NotebookDataset[];
  /** Settings of the team that it takes up. @default - none but those that select all pods */
  readonly podDefaults?: readonly PodDefaultReference[];
  /** Environment variables. @default - none */
  readonly environment?: Readonly<Record<string, string>>;
  /** ServiceAccount of the pod. @default default-editor */
  readonly serviceAccount?: string;
  /** User that the UI shows as its creator; from Kubeflow 1.8. @default - none */
  readonly creator?: string;
  /**
   * User id that it runs as, 1 or more, under Pod Security `restricted`; or `image` for the image's own user and rights.
   * @default - 1000 (jovyan) from Kubeflow 1.9, whose images can do with that; image before
   */
  readonly runAsUser?: number | 'image';
  /** Labels of the nodes that it may run on. @default - any node */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Taints of nodes that it puts up with. @default - none */
  readonly tolerations?: readonly k8s.Toleration[];
}

/** First platform release that knows the creator. */
const CREATOR_SINCE = '1.8';
/** First platform release whose images run without a way to more privileges. Source: kubeflow/kubeflow, pull request 7622. */
const RESTRICTED_SINCE = '1.9';

/**
 * A notebook server with its home volume, data, CPU, memory and GPUs, written as the Kubeflow UI would, so that it is listed and can be stopped and
 * deleted there. Source: the documents' notebook page; Kubeflow, form.py, utils.py, notebook_controller.go.
 */
export class NotebookWorkspace extends Construct {
  /** Name of the notebook. */
  public readonly name: string;
  /** Claim of the home directory. */
  public readonly workspace: Claim;

  constructor(scope: Construct, id: string, props: NotebookWorkspaceProps) {
    super(scope, id);
    this.name = props.name;
    const { team: { namespace, kubeflow }, name, workspace = {} } = props;
    const share = shareOf(props);
    const user = props.runAsUser ?? (kubeflow.has(RESTRICTED_SINCE) ? 1000 : 'image');
    this.workspace = 'claimName' in workspace ? workspace : new VolumeClaim(this, 'workspace', {
      name: workspace.name ?? `${name}-workspace`, namespace, size: workspace.size ?? '5Gi', accessMode: workspace.accessMode ?? 'ReadWriteOnce', storageClass: workspace.storageClass,
    });
    const mounts = mountsOf(props.datasets ?? []);
    this.checkProps(props);
    this.checkVolumes(namespace, mounts, props.sharedMemory);
    EnvironmentApp.find(this)?.addRule(serviceNames);
    addObject(this, 'Resource', { name: 'notebook', instance: name, component: 'notebook', partOf: 'kubeflow' }, {
      apiVersion: 'kubeflow.org/v1', kind: 'Notebook',
      metadata: {
        name,
        namespace,
        // The controller copies the labels to the pod, and the annotations whose key has neither "kubectl" nor "notebook" in it.
        labels: { ...Object.assign({}, ...(props.podDefaults ?? []).map(({ podDefaultLabels }) => podDefaultLabels)), app: name, ...queueLabels(queueOf(props)) },
        annotations: {
          ...serverAnnotations(props.server ?? 'jupyter', namespace, name),
          ...props.creator !== undefined && { 'notebooks.kubeflow.org/creator': props.creator },
          ...share && fractionAnnotations(share, name),
        },
      },
      spec: {
        template: { spec: notebookPod(props, [{ dataset: { claims: [this.workspace] }, mountPath: HOME }, ...mounts], user) },
      },
    });
    kubeflow.require(this, 'notebooks');
    this.declareNeeds(props);
  }

  private checkProps(props: NotebookWorkspaceProps): void {
    const { gpus, limitFactor = 1, runAsUser, team: { kubeflow } } = props;
    check(this, limitFactor === 'none' || limitFactor >= 1, () =>
      `\`limitFactor\` is ${limitFactor}: a limit may not be less than what is set aside. Choose 1 or more, or none.`);
    if (runAsUser !== 'image') checkInteger(this, 'runAsUser', runAsUser, 1);
    check(this, props.creator === undefined || kubeflow.has(CREATOR_SINCE), () =>
      `\`creator\` needs Kubeflow ${CREATOR_SINCE} or newer: \`kubeflow.version\` is ${kubeflow.version}. Upgrade Kubeflow, or leave it out.`);
    check(this, props.environment === undefined || !('NB_PREFIX' in props.environment), () =>
      '`environment` has NB_PREFIX: the notebook controller sets it to the path that the UI opens, and another one could not be reached. Leave it out.');
    if (typeof gpus !== 'object') {
      checkInteger(this, 'gpus', gpus, 0);
      return;
    }
    checkFraction(this, gpus);
    check(this, queueOf(props) !== undefined, () =>
      '`gpus.queue` is missing: KAI Scheduler counts a part of a GPU against a queue, and the team has none. Give one, or set `queue` of the team.');
  }

  private checkVolumes(namespace: string, mounts: readonly DatasetMount[], sharedMemory: NotebookWorkspaceProps['sharedMemory']): void {
    const { claimName, accessMode } = this.workspace;
    checkMounts(this, 'workspace', namespace, [{ dataset: { claims: [this.workspace] }, mountPath: HOME }]);
    check(this, accessMode !== 'ReadOnlyMany', () =>
      `\`workspace\` is claim ${claimName} with access mode ReadOnlyMany: the home directory could not be written. Use ReadWriteMany, or mount it as one of \`datasets\`.`);
    checkMounts(this, 'datasets', namespace, mounts);
    const taken = [HOME, ...sharedMemory === undefined || sharedMemory === false ? [] : ['/dev/shm']];
    // Of several claims, each is mounted in a folder of its own below the path.
    for (const { mountPath } of mounts.filter(({ dataset }) => dataset.claims.length === 1)) {
      const hidden = taken.find(path => `${path}/`.startsWith(`${mountPath.replace(/\/+$/, '')}/`));
      check(this, hidden === undefined, () => `\`datasets\` has the mount path ${mountPath}: it would hide ${hidden}, or be hidden by it. Mount it elsewhere, for example at ${HOME}/data.`);
    }
  }

  private declareNeeds(props: NotebookWorkspaceProps): void {
    const { image, gpus = 0 } = props;
    declarePrerequisite(this, { area: 'Images', what: `${image} can be pulled by the nodes of notebooks` });
    if (queueOf(props)) declareQueueNeeds(this, { shared: typeof gpus === 'object' });
    if (typeof gpus === 'number' && gpus > 0) {
      declarePrerequisite(this, {
        area: 'Nodes',
        what: `A node with free GPUs for each notebook that asks for some (${gpus}), offered as nvidia.com/gpu by the NVIDIA device plugin`,
        commands: ['kubectl get nodes -o custom-columns=NAME:.metadata.name,GPUS:.status.allocatable.nvidia\\.com/gpu'],
      });
    }
  }
}
