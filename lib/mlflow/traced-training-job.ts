import { type Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { declareQueueNeeds, type GpuQueue, PREEMPTED_JOB, queuedPod, queueLabels } from '../core/gpu-queue';
import type * as k8s from '../core/k8s';
import { selectorLabels, standardLabels } from '../core/labels';
import { addJobObject, addObject, type JobNaming } from '../core/manifest-object';
import { check } from '../core/problems';
import { requireSecret, type SecretKey } from '../core/secret-requirements';
import { RESTRICTED_CONTAINER } from '../core/security-context';
import { resourcesOf } from '../services/resources';
import { RUN_ENVIRONMENT } from '../services/traceability';
import { checkWorkload, workloadPod, type WorkloadOptions } from '../services/workload';
import { type ExistingClaim } from '../storage/claim';
import { type DatasetMount } from '../storage/mounts';
import { VolumeAccess } from '../storage/volume-access';
import { type VolumeClaim } from '../storage/volume-claim';
import { ExistingSnapshot } from '../storage/volume-snapshot';
import { type VolumeSnapshotClass } from '../storage/volume-snapshot-class';
import { API_FOLDER, TAKE_SNAPSHOT } from './snapshot-script';
import { type TrackingServer } from './tracking';

/** What a traced training job is made with. It runs in the namespace of its data. */
export interface TracedTrainingJobProps {
  /** Name of the Job, of its ServiceAccount, and with `-snapshot` of its rights; at most 48 characters. */
  readonly name: string;
  /** Whether the name gets a hash of the job's content, so that a changed job applies beside the old one. @default contentHash */
  readonly naming?: JobNaming;
  /** Server that the run is recorded at. */
  readonly server: TrackingServer;
  /** Login there, from a Secret in the namespace of the job. @default - none; only for a server without users */
  readonly login?: { readonly username: string; readonly password: SecretKey };
  /** Experiment that the run belongs to. @default - MLflow's own, `Default` */
  readonly experiment?: string;
  /** Further tags of the run. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Data to train with, and that a snapshot is taken of. Trident takes snapshots of volumes that it manages only. */
  readonly dataset: {
    readonly claim: VolumeClaim | ExistingClaim;
    /** Absolute path in the container. @default /mnt/data */
    readonly mountPath?: string;
    /** Whether the training only reads it, so that it cannot change what the snapshot shows. @default - true for a ReadOnlyMany claim, else false */
    readonly readOnly?: boolean;
  };
  /** Snapshot of the data, one per pod, before the training starts. */
  readonly snapshot: {
    /** Class to take it with. */
    readonly class: VolumeSnapshotClass;
    /** How long it may take until the pod fails. @default - 10 minutes */
    readonly deadline?: Duration;
    /** Image with `python3`; nothing else is needed of it. @default - that of the training */
    readonly image?: string;
  };
  /** The training. It needs MLflow's Python client, and starts its run with `mlflow.start_run()`. */
  readonly train: WorkloadOptions;
  /**
   * Queue of KAI Scheduler that its GPUs are counted against; other queues may take back what is beyond its guarantee, and the training starts anew.
   * @default - none: the scheduler of Kubernetes places the pod
   */
  readonly queue?: GpuQueue;
  /** Pods after the first one that failed, 0 or more; each takes a snapshot of its own. @default 0 */
  readonly retries?: number;
  /** How long it may take in all. @default - no limit */
  readonly activeDeadline?: Duration;
  /** How long after its end the Job is removed; its snapshots stay. @default - never */
  readonly ttlAfterFinished?: Duration;
  /** Whether it waits to be started by hand. @default false */
  readonly suspend?: boolean;
}

/** Longest name: with hash it is a label of the pods, which may have 63 characters, and with five more the host name. */
const LONGEST_NAME = 63 - '-00000000-00000'.length;

/** Variables that MLflow reads and this construct sets. */
const OWN_VARIABLES = [...RUN_ENVIRONMENT, 'MLFLOW_RUN_CONTEXT', 'MLFLOW_TRACKING_URI', 'MLFLOW_TRACKING_USERNAME', 'MLFLOW_TRACKING_PASSWORD', 'MLFLOW_EXPERIMENT_NAME'];

/** The documents' tags. */
const OWN_TAGS = ['data_volume_name', 'snapshot_name'];

/**
 * A training job whose run can be traced to its data: before it starts, a snapshot of the data is taken, and MLflow puts the tags `data_volume_name` and
 * `snapshot_name` on the run by itself. Source: the documents' MLflow page; MLflow's `MLFLOW_RUN_CONTEXT`, which it reads at every `start_run`.
 */
export class TracedTrainingJob extends Construct {
  /** Name of the ServiceAccount; only the step that takes the snapshot has its token. */
  public readonly serviceAccount: string;
  private readonly claim: VolumeClaim | ExistingClaim;

  constructor(scope: Construct, id: string, props: TracedTrainingJobProps) {
    super(scope, id);
    this.serviceAccount = props.name;
    this.claim = props.dataset.claim;
    const { namespace } = this.claim;
    const data: DatasetMount = { dataset: { claims: [this.claim] }, mountPath: props.dataset.mountPath ?? '/mnt/data', readOnly: props.dataset.readOnly };
    const train = { ...props.train, mounts: [data, ...props.train.mounts ?? []] };
    this.checkProps(props, train);
    if (props.login) requireSecret(this, { namespace, name: props.login.password.secret, keys: [props.login.password.key], purpose: `password of ${props.login.username} at ${props.server.trackingUri}`, generate: `$(cat ./${props.login.password.key})` });

    const identity = { name: 'traced-training', instance: props.name, component: 'training', partOf: 'mlflow' };
    addObject(this, 'ServiceAccount', identity, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: props.name, namespace }, automountServiceAccountToken: false });
    new VolumeAccess(this, 'rights', { name: `${props.name}-snapshot`, claims: [this.claim], right: 'snapshot', serviceAccount: { namespace, name: props.name } });
    const inQueue = queueLabels(props.queue, 'train');
    if (props.queue) declareQueueNeeds(this, { preemptible: true });
    addJobObject(this, 'Resource', identity, props.naming ?? 'contentHash', {
      apiVersion: 'batch/v1', kind: 'Job',
      metadata: { name: props.name, namespace, labels: inQueue },
      spec: {
        ...props.queue && PREEMPTED_JOB,
        suspend: props.suspend,
        backoffLimit: props.retries ?? 0,
        activeDeadlineSeconds: props.activeDeadline?.toSeconds(),
        ttlSecondsAfterFinished: props.ttlAfterFinished?.toSeconds(),
        template: { metadata: { labels: { ...standardLabels(identity), ...inQueue } }, spec: this.podSpec(props, train, selectorLabels(identity)) },
      },
    });
  }

  /** The snapshot that a pod of this job has left; declare it in `cluster.existing` too. */
  snapshotOf(pod: string): ExistingSnapshot {
    return new ExistingSnapshot(this.claim, snapshotName(this.claim.claimName, pod));
  }

  private podSpec({ name, snapshot, ...props }: TracedTrainingJobProps, train: WorkloadOptions, labels: Record<string, string>): k8s.PodSpec {
    const { containers: [container], volumes = [], ...pod } = workloadPod('training', train);
    const trace = traceVariables(this.claim.claimName);
    return {
      ...pod,
      ...queuedPod(props.queue),
      restartPolicy: 'Never',
      serviceAccountName: name,
      enableServiceLinks: false,
      initContainers: [{
        name: 'dataset-snapshot',
        image: snapshot.image ?? train.image,
        command: ['python3', '-c', TAKE_SNAPSHOT],
        env: [
          ...trace,
          { name: 'SNAPSHOT_NAMESPACE', value: this.claim.namespace },
          { name: 'SNAPSHOT_CLASS', value: snapshot.class.className },
          { name: 'SNAPSHOT_LABELS', value: JSON.stringify(labels) },
          { name: 'SECONDS_TO_WAIT', value: String(snapshot.deadline?.toSeconds() ?? 600) },
        ],
        resources: resourcesOf({ cpu: '50m', memory: '64Mi' }),
        securityContext: RESTRICTED_CONTAINER,
        volumeMounts: [{ name: 'kubernetes-api', mountPath: API_FOLDER, readOnly: true }],
      }],
      containers: [{ ...container, env: [...trace, ...mlflowVariables(props), ...container.env ?? []] }],
      volumes: [...volumes, {
        name: 'kubernetes-api',
        projected: {
          defaultMode: 0o440,
          sources: [
            { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          ],
        },
      }],
    };
  }

  private checkProps({ name, server, login, tags, snapshot, retries, dataset }: TracedTrainingJobProps, train: WorkloadOptions): void {
    const { namespace, claimName } = dataset.claim;
    check(this, name.length <= LONGEST_NAME, () => `\`name\` is "${name}", ${name.length} characters: names of pods and labels are made from it, so it may have ${LONGEST_NAME}. Shorten it.`);
    check(this, snapshotName(claimName, '').length + 63 <= 253, () =>
      `\`dataset.claim\` is ${claimName}, ${claimName.length} characters: snapshots are named after it and the pod, in at most 253. Use a claim with a name of at most 189.`);
    checkWorkload(this, 'train', namespace, train);
    checkInteger(this, 'retries', retries, 0);
    check(this, snapshot.deadline === undefined || snapshot.deadline.toSeconds() > 0, () => '`snapshot.deadline` is 0 seconds: every pod would fail. Give it some minutes.');
    check(this, !server.requiresLogin || login !== undefined, () => `\`login\` is missing, and the server at ${server.trackingUri} asks for one: the run could not be recorded. Give user and password.`);
    check(this, server.requiresLogin || login === undefined, () => `\`login\` is given, and the server at ${server.trackingUri} has no users: it would not be used. Leave it out.`);
    for (const key of OWN_VARIABLES.filter(variable => variable in (train.environment ?? {}))) {
      check(this, false, () => `\`train.environment\` has ${key}: the job sets it, so that the run is traced to its data. Use another name, or the props of the job.`);
    }
    for (const key of OWN_TAGS.filter(tag => tag in (tags ?? {}))) check(this, false, () => `\`tags\` has ${key}: the job sets it, so that the run is traced to its data. Use another name.`);
  }
}

const snapshotName = (claim: string, pod: string): string => `${claim}-${pod}`;

/** Kubernetes fills in the name of the pod. */
function traceVariables(claim: string): k8s.EnvVar[] {
  const [volume, snapshot] = RUN_ENVIRONMENT;
  return [
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: volume, value: claim },
    { name: snapshot, value: snapshotName(claim, '$(POD_NAME)') },
  ];
}

function mlflowVariables({ server, login, experiment, tags = {} }: Pick<TracedTrainingJobProps, 'server' | 'login' | 'experiment' | 'tags'>): k8s.EnvVar[] {
  // Kubernetes reads $( as the start of a variable.
  const further = Object.entries(tags).map(([key, value]) => [asText(key), asText(value)] as const);
  const own = RUN_ENVIRONMENT.map((variable, index) => [OWN_TAGS[index]!, `$(${variable})`] as const);
  return [
    { name: 'MLFLOW_TRACKING_URI', value: server.trackingUri },
    ...(login ? [
      { name: 'MLFLOW_TRACKING_USERNAME', value: login.username },
      { name: 'MLFLOW_TRACKING_PASSWORD', valueFrom: { secretKeyRef: { name: login.password.secret, key: login.password.key } } },
    ] : []),
    ...(experiment === undefined ? [] : [{ name: 'MLFLOW_EXPERIMENT_NAME', value: asText(experiment) }]),
    { name: 'MLFLOW_RUN_CONTEXT', value: JSON.stringify(Object.fromEntries([...further, ...own])) },
  ];
}

const asText = (value: string): string => value.replaceAll('$', '$$$$');
