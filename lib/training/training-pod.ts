import type * as k8s from '../core/k8s';
import { type Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { GPU_RESOURCE } from '../core/cluster';
import { declareQueueNeeds, queuedPod, queueLabels } from '../core/gpu-queue';
import { check } from '../core/problems';
import { RESTRICTED_CONTAINER } from '../core/security-context';
import { SHARED_MEMORY_MOUNT, sharedMemoryVolume } from '../core/shared-memory';
import { type Claim } from '../storage/claim';
import { claimMount, claimVolume } from '../storage/mounts';
import { dataClaims, type TrainingOptions } from './benchmark';

/** Name of the documents' container, which `kubectl logs -c` and dashboards know. */
export const CONTAINER_NAME = 'netapp-tensorflow-py2';

/** What the processes of a container are allowed to do. */
export type Privilege =
  /** Everything, on the host too: dropping the page cache takes that. */
  | 'privileged'
  /** Root inside the container: an SSH server takes that. */
  | 'root'
  /** Nothing but a user id: Pod Security `restricted`. */
  | number;

/** Security context of a container. */
export function securityContext(privilege: Privilege): k8s.SecurityContext {
  if (privilege === 'privileged') return { privileged: true };
  const seccompProfile = { type: 'RuntimeDefault' };
  return privilege === 'root' ? { allowPrivilegeEscalation: false, seccompProfile } : { ...RESTRICTED_CONTAINER, seccompProfile, runAsNonRoot: true, runAsUser: privilege };
}

/** Volumes of a training pod: shared memory, the dataset once per claim, results. */
export function trainingVolumes({ data, results, sharedMemory }: TrainingOptions): k8s.Volume[] {
  return [
    sharedMemoryVolume(sharedMemory),
    ...dataClaims(data).map((claim, index) => claimVolume(`testdata-iface${index + 1}`, claim)),
    claimVolume('results', results),
  ];
}

/** Mounts of a training container; the counterpart of `trainingVolumes`. */
export function trainingMounts({ data, results }: TrainingOptions): k8s.VolumeMount[] {
  return [
    SHARED_MEMORY_MOUNT,
    ...dataClaims(data).map((claim, index) => claimMount(`testdata-iface${index + 1}`, claim, `/mnt/mount_${index}`)),
    claimMount('results', results, '/tmp', false),
  ];
}

/** Resources of a GPU container; what is not asked for is not written. */
export function gpuResources(gpus: number, { cpu, memory }: TrainingOptions): k8s.ResourceRequirements | undefined {
  const limits = {
    ...(gpus > 0 ? { [GPU_RESOURCE]: gpus } : {}),
    ...(cpu === undefined ? {} : { cpu: String(cpu) }),
    ...(memory === undefined ? {} : { memory }),
  };
  return Object.keys(limits).length > 0 ? { limits } : undefined;
}

/** The container that trains. */
export function trainingContainer(options: TrainingOptions, gpus: number, privilege: Privilege, command: readonly string[]): k8s.Container {
  return {
    name: CONTAINER_NAME,
    image: options.image,
    command: [...command],
    env: options.environment && Object.entries(options.environment).map(([name, value]) => ({ name, value })),
    resources: gpuResources(gpus, options),
    volumeMounts: trainingMounts(options),
    securityContext: securityContext(privilege),
  };
}

/** Retries, deadlines and suspension, under the names that Job and MPIJob share. */
export const jobLimits = ({ backoffLimit, activeDeadline, ttlAfterFinished, suspend }: TrainingOptions) => ({
  backoffLimit: backoffLimit ?? 5,
  activeDeadlineSeconds: activeDeadline?.toSeconds(),
  ttlSecondsAfterFinished: ttlAfterFinished?.toSeconds(),
  suspend,
});

/** Settings of every training pod: they need neither the Kubernetes API nor the addresses of Services. */
export const quietPod = ({ queue }: TrainingOptions) => ({ automountServiceAccountToken: false, enableServiceLinks: false, ...queuedPod(queue) });

/** Labels of the object that makes training pods, and of the pods. In a queue they may be pre-empted, also those of a Deployment. */
export const trainingLabels = ({ queue }: TrainingOptions) => queueLabels(queue, 'train');

/** Claims that a training pod mounts, each with the prop that holds it. */
export const mountedClaims = ({ data, results }: TrainingOptions): readonly { readonly key: string; readonly claim: Claim }[] =>
  [...dataClaims(data).map(claim => ({ key: 'data.dataset', claim })), { key: 'results', claim: results }];

/** Checks what single-node and distributed runs have in common. */
export function checkTrainingOptions(scope: Construct, options: TrainingOptions): void {
  const { namespace, data, results, backoffLimit, runAsUser, queue } = options;
  if (queue) declareQueueNeeds(scope, { preemptible: true });
  checkInteger(scope, 'backoffLimit', backoffLimit, 0);
  checkInteger(scope, 'runAsUser', runAsUser, 1);
  check(scope, data === 'synthetic' || data.dataset.claims.length > 0, () =>
    '`data.dataset` has no claims: there would be nothing to read. Pass a dataset with at least one claim, or `synthetic`.');
  for (const { key, claim } of mountedClaims(options)) {
    check(scope, claim.namespace === namespace, () =>
      `\`${key}\` is claim ${claim.claimName} of namespace ${claim.namespace}: pods of namespace ${namespace} cannot mount it. Make the claim in ${namespace}.`);
  }
  check(scope, results.accessMode !== 'ReadOnlyMany', () =>
    `\`results\` is claim ${results.claimName} with access mode ReadOnlyMany: results could not be written. Use ReadWriteMany.`);
}
