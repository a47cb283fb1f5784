import { GPU_RESOURCE } from '../core/cluster';
import { type GpuQueue, queuedPod } from '../core/gpu-queue';
import type * as k8s from '../core/k8s';
import { parseQuantity } from '../core/quantity';
import { RESTRICTED_CONTAINER, restrictedPod } from '../core/security-context';
import { SHARED_MEMORY_MOUNT, sharedMemoryVolume } from '../core/shared-memory';
import { type DatasetMount, mountDatasets } from '../storage/mounts';
import { type GpuShare, type NotebookDataset, type NotebookWorkspaceProps } from './notebook-workspace';
import { DEFAULT_EDITOR, queueFor } from './team-namespace';

/** Home directory in all of Kubeflow's images. */
export const HOME = '/home/jovyan';

/** Group that the images' user is in; the controller gives volumes to it in pods that say nothing of it. Source: notebook_controller.go. */
const USERS = 100;

/** What the UI writes for each of its three kinds of server. Source: form.py, set_server_type. */
export function serverAnnotations(server: NonNullable<NotebookWorkspaceProps['server']>, namespace: string, name: string): Record<string, string> {
  const rewrite = { 'notebooks.kubeflow.org/http-rewrite-uri': '/' };
  const type = (value: string) => ({ 'notebooks.kubeflow.org/server-type': value });
  switch (server) {
    case 'jupyter': return type('jupyter');
    case 'codeServer': return { ...type('group-one'), ...rewrite };
    case 'rstudio': return {
      ...type('group-two'), ...rewrite, 'notebooks.kubeflow.org/http-headers-request-set': JSON.stringify({ 'X-RStudio-Root-Path': `/notebook/${namespace}/${name}/` }),
    };
  }
}

/** A part of a GPU, where that is what is asked for. */
export const shareOf = ({ gpus }: NotebookWorkspaceProps): GpuShare | undefined => (typeof gpus === 'object' ? gpus : undefined);

/** Queue of the notebook, if it asks for GPUs. */
export const queueOf = ({ team, gpus }: NotebookWorkspaceProps): GpuQueue | undefined => (typeof gpus === 'object' ? gpus.queue ?? team.queue : queueFor(team, gpus));

/** Datasets with the paths that the UI would give them. */
export const mountsOf = (datasets: readonly NotebookDataset[]): DatasetMount[] => datasets.flatMap(({ dataset, mountPath, readOnly }) => (mountPath === undefined
  ? dataset.claims.map(claim => ({ dataset: { claims: [claim] }, mountPath: `${HOME}/${claim.claimName}`, readOnly }))
  : [{ dataset, mountPath, readOnly }]));

/** The pod of a notebook server. Its first container is the one that the UI and the controller look at. */
export function notebookPod(props: NotebookWorkspaceProps, mounts: readonly DatasetMount[], user: number | 'image'): k8s.PodSpec {
  const { name, sharedMemory = false, environment } = props;
  const { volumes, volumeMounts } = mountDatasets(mounts);
  const shared = sharedMemory !== false;
  // The group is that of the image, 0 for Kubeflow's own: their init program must write to /run.
  return {
    serviceAccountName: props.serviceAccount ?? DEFAULT_EDITOR,
    ...queuedPod(queueOf(props)),
    securityContext: user === 'image' ? undefined : { ...restrictedPod(user, USERS), runAsGroup: undefined },
    nodeSelector: props.nodeSelector && { ...props.nodeSelector },
    tolerations: props.tolerations?.map(toleration => ({ ...toleration })),
    volumes: [...volumes, ...shared ? [sharedMemoryVolume(sharedMemory === true ? undefined : sharedMemory)] : []],
    containers: [{
      name,
      image: props.image,
      env: environment && Object.entries(environment).map(([key, value]) => ({ name: key, value })),
      resources: resourcesOf(props),
      volumeMounts: [...volumeMounts, ...shared ? [SHARED_MEMORY_MOUNT] : []],
      securityContext: user === 'image' ? undefined : RESTRICTED_CONTAINER,
    }],
  };
}

/** Requests, which the UI cannot list a notebook without, and its limits: the request times a factor. */
function resourcesOf({ cpu = 0.5, memory = '1Gi', gpus = 0, limitFactor = 1.2 }: NotebookWorkspaceProps): k8s.ResourceRequirements {
  const factor = limitFactor === 'none' ? undefined : limitFactor;
  const limits = {
    ...factor === undefined ? {} : { cpu: cores(timesFactor(cpu, factor)), memory: mebibytes(timesFactor(memory, factor)) },
    ...typeof gpus === 'number' && gpus > 0 ? { [GPU_RESOURCE]: gpus } : {},
  };
  return { requests: { cpu: String(cpu), memory }, limits: Object.keys(limits).length > 0 ? limits : undefined };
}

/** A request that is no quantity is an error already. */
const timesFactor = (request: string | number, factor: number): number => (parseQuantity(request) ?? 0) * factor;

/** Rounded up to whole units, but not because of the last digits of a floating-point product. */
const wholeUnits = (value: number): number => Math.ceil(Number(value.toFixed(6)));

const cores = (value: number): string => String(wholeUnits(value * 1000) / 1000);

/** Whole mebibytes: Kubernetes warns of fractions of a byte, such as 1.2Gi. */
function mebibytes(bytes: number): string {
  const amount = wholeUnits(bytes / 2 ** 20);
  return amount % 1024 === 0 ? `${amount / 1024}Gi` : `${amount}Mi`;
}
