import { createHash } from 'node:crypto';
import { type ApiObject, Lazy } from 'cdk8s';
import { queuedPod, queueLabels } from '../core/gpu-queue';
import { type KnownObject, type ObjectOf } from '../core/kinds';
import { type Identity, selectorLabels, standardLabels } from '../core/labels';
import { writtenJson } from '../core/plain-object';
import { restrictedPod } from '../core/security-context';
import { RUN_ENVIRONMENT } from '../services/traceability';
import { workloadPod, type WorkloadOptions } from '../services/workload';
import { type DatasetMount } from '../storage/mounts';
import { NO_SIDECAR, queueFor } from './team-namespace';
import { type TrainingPipelineProps } from './training-pipeline';

/** A step, as Argo calls a template of a workflow. */
type Step = ObjectOf<'WorkflowTemplate'>['spec']['templates'][number];

/** What the steps are made from. */
export interface PipelinePlan extends TrainingPipelineProps {
  /** The dataset as it is mounted. */
  readonly data: DatasetMount;
  /** Name of the snapshot, with the placeholder of the run. */
  readonly snapshotName: string;
}

export const pipelineIdentity = (name: string, component: string): Identity => ({ name: 'training-pipeline', instance: name, component, partOf: 'kubeflow' });

/** User of Argo's own containers, where the installation does not say. */
const EXECUTOR_USER = 1000;

/** An empty folder where the token would be: Kubernetes then leaves it out of that container, and Argo's own beside it keep theirs. */
const NO_TOKEN = {
  volume: { name: 'no-token', emptyDir: {} },
  mount: { name: 'no-token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
};

/** The order of the steps. Test and snapshot wait for the training only, so that a model that fails its test can be traced too. */
export function tasksOf({ snapshot, test }: PipelinePlan): NonNullable<Step['dag']>['tasks'] {
  const task = (name: string, ...dependencies: string[]) => ({ name, template: name, dependencies: dependencies.length > 0 ? dependencies : undefined });
  const tests = test ? [task('test', 'train')] : [];
  return snapshot.when === 'beforeTraining'
    ? [task('dataset-snapshot'), task('train', 'dataset-snapshot'), ...tests]
    : [task('train'), ...tests, task('dataset-snapshot', 'train')];
}

/** A step that runs one container. */
export function containerStep(plan: PipelinePlan, name: string, options: WorkloadOptions): Step {
  const { securityContext, volumes = [], containers: [{ name: _name, ...container }] } = stepPod(plan, name, options);
  const queue = queueFor(plan.team, options.gpus);
  return {
    name,
    metadata: queue && { labels: queueLabels(queue, 'train') },
    ...queuedPod(queue),
    ...retriesOf(plan),
    securityContext,
    volumes: [...volumes, NO_TOKEN.volume],
    container: { ...container, volumeMounts: [...container.volumeMounts ?? [], NO_TOKEN.mount] },
  };
}

/**
 * A step that makes a PyTorchJob and waits for it. Its pods are not restarted: only a failed pod shows in the counts that Argo can wait for.
 * Source: training operator, pytorchjob_controller.go.
 */
export function pyTorchStep(plan: PipelinePlan, workers: number): Step {
  const { train, team, activeDeadline } = plan;
  const identity = pipelineIdentity(plan.name, 'train');
  const queue = queueFor(team, train.gpus);
  const inQueue = queueLabels(queue, 'train');
  const template = { metadata: { labels: { ...standardLabels(identity), ...inQueue }, annotations: { ...NO_SIDECAR } }, spec: { ...stepPod(plan, 'pytorch', train), ...queuedPod(queue) } };
  return {
    ...resourceStep(plan, 'train', {
      apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob',
      metadata: { name: '{{workflow.name}}', namespace: team.namespace, labels: { ...selectorLabels(identity), ...inQueue } },
      spec: {
        // Not known to the training operator 1.6 of Kubeflow 1.7.
        nprocPerNode: team.kubeflow.has('1.8') ? String(Math.max(1, train.gpus ?? 0)) : undefined,
        runPolicy: { cleanPodPolicy: 'Running', activeDeadlineSeconds: activeDeadline?.toSeconds() },
        pytorchReplicaSpecs: {
          Master: { replicas: 1, restartPolicy: 'Never', template },
          Worker: { replicas: workers, restartPolicy: 'Never', template },
        },
      },
    }, {
      setOwnerReference: true,
      successCondition: 'status.replicaStatuses.Master.succeeded > 0',
      // Either of them.
      failureCondition: 'status.replicaStatuses.Master.failed > 0, status.replicaStatuses.Worker.failed > 0',
    }),
  };
}

/**
 * A step that takes the snapshot and waits until it can be used. An error in its status is not the end: the snapshot controller tries again and clears it.
 * It belongs to no run, so that it outlives all of them.
 */
export function snapshotStep(plan: PipelinePlan): Step {
  const { name, team: { namespace }, dataset: { claim }, snapshot, snapshotName } = plan;
  return {
    ...resourceStep(plan, 'dataset-snapshot', {
      apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshot',
      metadata: {
        name: snapshotName,
        namespace,
        labels: { ...selectorLabels(pipelineIdentity(name, 'snapshot')), 'workflows.argoproj.io/workflow': '{{workflow.name}}' },
      },
      spec: { volumeSnapshotClassName: snapshot.class.className, source: { persistentVolumeClaimName: claim.claimName } },
    }, { successCondition: 'status.readyToUse == true' }),
    activeDeadlineSeconds: snapshot.deadline?.toSeconds() ?? 600,
  };
}

/** `apply`, so that a second attempt goes on with the object that the first one made. */
function resourceStep(plan: PipelinePlan, name: string, manifest: KnownObject, options: Partial<Step['resource']>): Step {
  return {
    name,
    ...retriesOf(plan),
    securityContext: restrictedPod(EXECUTOR_USER, EXECUTOR_USER),
    resource: { action: 'apply', manifest: JSON.stringify(writtenJson(manifest), null, 2), ...options },
  };
}

/** Argo's own policy would not try again where a pod was lost. */
const retriesOf = ({ retries }: PipelinePlan): Pick<Step, 'retryStrategy'> =>
  ({ retryStrategy: !retries ? undefined : { limit: retries, retryPolicy: 'Always' } });

/** The pod of a step, with the dataset and the names of the snapshot and its volume. */
function stepPod({ data, dataset: { claim }, snapshotName }: PipelinePlan, name: string, options: WorkloadOptions) {
  const [volume, snapshot] = RUN_ENVIRONMENT;
  return workloadPod(name, {
    ...options,
    environment: { [volume]: claim.claimName, [snapshot]: snapshotName, ...options.environment },
    mounts: [data, ...options.mounts ?? []],
  });
}

/** Hash of what a run of the template does, JSON patches included: a run cannot be changed, so a changed template is another run. */
export const templateHash = (template: ApiObject): string => Lazy.any({
  produce: () => {
    const { arguments: parameters, templates } = template.toJson().spec;
    return createHash('sha256').update(JSON.stringify([parameters, templates])).digest('hex').slice(0, 8);
  },
});
