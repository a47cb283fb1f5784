import { GPU_RESOURCE } from '../core/cluster';
import { queuedPod, queueLabels, type QueuePriority } from '../core/gpu-queue';
import type * as k8s from '../core/k8s';
import { parseQuantity } from '../core/quantity';
import { RESTRICTED_CONTAINER, restrictedPod } from '../core/security-context';
import { SHARED_MEMORY_MOUNT, sharedMemoryVolume } from '../core/shared-memory';
import { claimMount, claimVolume, type DatasetMount, type MountedVolumes, mountDatasets } from '../storage/mounts';
import { type NotebookResources } from './options';
import { type JupyterHubPlan, secondsOf } from './plan';
import { NAMES, PORTS, USERS } from './upstream';

/** Where the volume that all users share is mounted, as in the documents. */
export const SHARED_FOLDER = '/home/shared';

/** A server that somebody works in is not ended for others. */
export const NOTEBOOK_PRIORITY: QueuePriority = 'build';

/** Where homes are mounted, if nothing else is said: the home directory of Jupyter's own images. */
export const HOME = '/home/jovyan';

/** Name of a home claim, as KubeSpawner makes it of the user's name: `claim-<user>` as in the documents' deployment, and `claim-<user>--<server>` for a named server. */
export const HOME_CLAIM = 'claim-{username}--{servername}';

/** KubeSpawner runs text through Python's str.format; what is not meant for that has its braces doubled. */
export function literal<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll(/[{}]/g, '$&$&') as T;
  if (Array.isArray(value)) return value.map(literal) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item)])) as T;
}

/** Security context of a user's pod. */
export const podSecurity = ({ props: { notebooks } }: JupyterHubPlan): k8s.PodSecurityContext =>
  ({ ...restrictedPod(notebooks.runAsUser ?? USERS.notebook, USERS.notebookGroup), runAsGroup: undefined });

/** ServiceAccount of users' pods, if they need the Kubernetes API. */
export const accountOf = ({ props: { dataManagement } }: JupyterHubPlan): string | undefined =>
  dataManagement && (dataManagement.serviceAccount === 'default' ? 'default' : NAMES.dataAccount);

/** Data that all users share, with its paths. */
export const datasetsOf = ({ props: { shared, datasets = [] } }: JupyterHubPlan): DatasetMount[] =>
  [...(shared ? [{ dataset: { claims: [shared] }, mountPath: SHARED_FOLDER }] : []), ...datasets];

/** Volumes of a user's pod; `homeClaim` is the name of the claim, or what KubeSpawner makes it of. */
export function volumesOf(plan: JupyterHubPlan, homeClaim: string, { sharedMemory }: NotebookResources): MountedVolumes {
  const { namespace, props: { home } } = plan;
  const claim = { claimName: homeClaim, namespace, accessMode: home.accessMode ?? 'ReadWriteOnce' } as const;
  const data = literal(mountDatasets(datasetsOf(plan)));
  return {
    volumes: [claimVolume('home', claim), ...data.volumes, ...(sharedMemory ? [sharedMemoryVolume(sharedMemory)] : [])],
    volumeMounts: [claimMount('home', claim, literal(home.mountPath ?? HOME)), ...data.volumeMounts, ...(sharedMemory ? [SHARED_MEMORY_MOUNT] : [])],
  };
}

/** CPU in cores, and memory in bytes, as KubeSpawner takes them; it does not know the suffixes of Kubernetes. */
const amount = (quantity: string | number | undefined): number | undefined => (quantity === undefined ? undefined : parseQuantity(quantity));

/** What pods differ in from one profile to the next. */
function resourceTraits({ cpu, cpuLimit, memory, memoryLimit, gpus, nodeSelector, tolerations, queue, environment }: NotebookResources) {
  const { schedulerName } = queuedPod(queue);
  return defined({
    cpu_guarantee: amount(cpu),
    cpu_limit: amount(cpuLimit),
    mem_guarantee: amount(memory),
    mem_limit: amount(memoryLimit),
    extra_resource_limits: gpus === undefined ? undefined : { [GPU_RESOURCE]: String(gpus) },
    node_selector: nodeSelector,
    tolerations,
    scheduler_name: schedulerName,
    extra_labels: queue && literal(queueLabels(queue, NOTEBOOK_PRIORITY)),
    environment: environment && Object.fromEntries(Object.entries(environment).map(([name, value]) =>
      [name, typeof value === 'string' ? literal(value) : literal({ valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } })])),
  });
}

const defined = (traits: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== undefined));

/** Where notebooks find their own volume. KubeSpawner knows the user's name. */
function workspaceVariables({ namespace, props: { dataManagement } }: JupyterHubPlan): Record<string, string> {
  if (!dataManagement) return {};
  const { snapshotClass } = dataManagement;
  return { WORKSPACE_PVC: HOME_CLAIM, WORKSPACE_NAMESPACE: namespace, ...(snapshotClass ? { WORKSPACE_SNAPSHOT_CLASS: snapshotClass.className } : {}) };
}

/** Settings of KubeSpawner 6.2 and 7.0, which makes the pods and claims of users. */
export function notebookTraits(plan: JupyterHubPlan): Record<string, unknown> {
  const { namespace, release, props: { notebooks, profiles = [], home } } = plan;
  const { image, startTimeout, ...resources } = notebooks;
  const { runAsNonRoot, runAsUser, fsGroup, fsGroupChangePolicy, seccompProfile } = podSecurity(plan);
  const account = accountOf(plan);
  const base = resourceTraits({ cpu: 0.5, memory: '1Gi', ...resources });
  const { volumes, volumeMounts } = volumesOf(plan, HOME_CLAIM, resources);
  return {
    namespace,
    pod_name_template: 'jupyter-{username}--{servername}',
    pvc_name_template: HOME_CLAIM,
    // Otherwise KubeSpawner 7 names claims in another way, and users come back to empty homes.
    ...(release.hasSlugScheme ? { slug_scheme: 'escape' } : {}),
    image,
    cmd: 'jupyterhub-singleuser',
    port: PORTS.notebook,
    start_timeout: startTimeout ? secondsOf(startTimeout) : 600,
    uid: runAsUser,
    fs_gid: fsGroup,
    allow_privilege_escalation: RESTRICTED_CONTAINER.allowPrivilegeEscalation,
    container_security_context: { capabilities: RESTRICTED_CONTAINER.capabilities },
    pod_security_context: { runAsNonRoot, fsGroupChangePolicy, seccompProfile },
    ...(account === undefined ? {} : { service_account: account }),
    automount_service_account_token: account !== undefined,
    extra_pod_config: { enableServiceLinks: false },
    storage_pvc_ensure: true,
    storage_capacity: home.size,
    storage_access_modes: [home.accessMode ?? 'ReadWriteOnce'],
    ...(home.storageClass ? { storage_class: home.storageClass.className } : {}),
    delete_pvc: home.onUserDelete === 'delete',
    volumes,
    volume_mounts: volumeMounts,
    ...base,
    environment: { ...base.environment as object, ...workspaceVariables(plan) },
    ...(profiles.length === 0 ? {} : {
      profile_list: profiles.map(({ name, title, description, image: own, ...profile }) => ({
        slug: name,
        display_name: title,
        ...(description === undefined ? {} : { description }),
        kubespawner_override: {
          ...(own === undefined ? {} : { image: own }),
          ...resourceTraits(profile),
          ...(profile.sharedMemory === undefined ? {} : volumeTraits(volumesOf(plan, HOME_CLAIM, profile))),
        },
      })),
    }),
  };
}

/** KubeSpawner replaces lists, so a profile has all volumes or says nothing of them. */
const volumeTraits = ({ volumes, volumeMounts }: MountedVolumes) => ({ volumes, volume_mounts: volumeMounts });
