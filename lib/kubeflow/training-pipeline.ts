import { type ApiObject, type Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { declareQueueNeeds } from '../core/gpu-queue';
import { selectorLabels, standardLabels } from '../core/labels';
import { addJobObject, addObject } from '../core/manifest-object';
import { check } from '../core/problems';
import { RUN_ENVIRONMENT } from '../services/traceability';
import { checkWorkload, type WorkloadOptions } from '../services/workload';
import { checkManaged, type ExistingClaim } from '../storage/claim';
import { checkMounts, type DatasetMount } from '../storage/mounts';
import { type VolumeClaim } from '../storage/volume-claim';
import { ExistingSnapshot } from '../storage/volume-snapshot';
import { type VolumeSnapshotClass } from '../storage/volume-snapshot-class';
import { addPipelineAccess } from './pipeline-access';
import { checkParameters } from './pipeline-parameters';
import { containerStep, pipelineIdentity, type PipelinePlan, pyTorchStep, snapshotStep, tasksOf, templateHash } from './pipeline-steps';
import { NO_SIDECAR, queueFor, type TeamNamespace } from './team-namespace';

/** The data that a pipeline trains with, and that it takes a snapshot of. */
export interface PipelineDataset {
  /**
   * Claim of the data, in the team's namespace. Trident takes snapshots of volumes that it manages only: an ImportedDataset, an NfsDataset and a
   * SharedVolume are none.
   */
  readonly claim: VolumeClaim | ExistingClaim;
  /** Absolute path in the steps. @default /mnt/data */
  readonly mountPath?: string;
  /** Whether the steps only read it, so that the run itself cannot change what the snapshot shows. @default - true for a ReadOnlyMany claim, else false */
  readonly readOnly?: boolean;
}

/** How the snapshot of the data is taken. */
export interface PipelineSnapshotOptions {
  /** Class to take it with. With `deletionPolicy: Delete`, deleting the VolumeSnapshot deletes what it shows. */
  readonly class: VolumeSnapshotClass;
  /**
   * When it is taken. Neither is what the training has read if others change the data meanwhile; then train with a VolumeClone.
   * @default afterTraining, as documented; a run whose training fails leaves no snapshot
   */
  readonly when?: 'afterTraining' | 'beforeTraining';
  /** How long it may take until the run fails. The snapshot controller itself tries for ever. @default - 10 minutes */
  readonly deadline?: Duration;
}

/** The training step: one container, or a master and workers. */
export interface TrainOptions extends WorkloadOptions {
  /**
   * Trains with a PyTorchJob: one master and workers, each a pod as described here, with its own GPUs. The training operator sets `MASTER_ADDR`, `MASTER_PORT`,
   * `WORLD_SIZE` and `RANK`; from Kubeflow 1.8 also what `torchrun` reads, with one process per GPU, or one where there is none.
   * @default - one container
   */
  readonly pyTorchJob?: {
    /** Workers beside the master, 1 or more. */
    readonly workers: number;
  };
}

/** What a training pipeline is made with. */
export interface TrainingPipelineProps {
  /** Team in whose namespace it runs. */
  readonly team: TeamNamespace;
  /** Name of the WorkflowTemplate, the ServiceAccount and its rights, and start of the names of runs. */
  readonly name: string;
  /** Data to train with. */
  readonly dataset: PipelineDataset;
  /** Step that trains the model. `DATA_VOLUME_NAME` and `SNAPSHOT_NAME` say what to record with it. */
  readonly train: TrainOptions;
  /** Step that tests the model, after training; the same variables are set. @default - none */
  readonly test?: WorkloadOptions;
  /** Snapshot of the data, one per run. */
  readonly snapshot: PipelineSnapshotOptions;
  /**
   * What can be chosen per run, with its value where nothing is chosen. Commands and variables read it as `{{workflow.parameters.<name>}}`.
   * @default - none
   */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Whether applying it starts a run, and once more whenever its steps or parameters change. @default false */
  readonly run?: boolean;
  /** Attempts of each step after the first one, 0 or more. A PyTorchJob that failed is not tried again. @default - none */
  readonly retries?: number;
  /** How long a run may take at most. @default - no limit */
  readonly activeDeadline?: Duration;
  /** How long after its end a run is removed, with its pods and PyTorchJob; its snapshot stays. @default - never */
  readonly ttlAfterFinished?: Duration;
}

/** Longest name: `-<hash>` of a run must fit into a label value of 63 characters. */
const LONGEST_NAME = 63 - '-00000000'.length;

/**
 * A pipeline of the team: train, test, and a snapshot of the dataset that is named after the run, so that each model can be traced to its data. An
 * Argo WorkflowTemplate that needs no image but those of its steps. Source: "Train an Image Recognition Model Using Kubeflow".
 */
export class TrainingPipeline extends Construct {
  /** Name of the WorkflowTemplate. */
  public readonly name: string;
  private readonly dataClaim: VolumeClaim | ExistingClaim;

  constructor(scope: Construct, id: string, props: TrainingPipelineProps) {
    super(scope, id);
    this.name = props.name;
    this.dataClaim = props.dataset.claim;
    const { team: { kubeflow, namespace }, train, test } = props;
    const plan: PipelinePlan = { ...props, data: dataMount(props.dataset), snapshotName: snapshotName(this.dataClaim, '{{workflow.name}}') };
    this.checkName(props);
    this.checkSteps(props, plan.data);
    checkParameters(this, props);
    kubeflow.require(this, 'pipelines');
    if (train.pyTorchJob) kubeflow.require(this, 'trainingOperator');
    if (queueFor(props.team, (train.gpus ?? 0) + (test?.gpus ?? 0))) declareQueueNeeds(this);

    addPipelineAccess(this, props);
    const template = addObject(this, 'Resource', pipelineIdentity(props.name, 'pipeline'), {
      apiVersion: 'argoproj.io/v1alpha1', kind: 'WorkflowTemplate',
      metadata: { name: props.name, namespace },
      spec: {
        entrypoint: 'pipeline',
        serviceAccountName: props.name,
        arguments: props.parameters && { parameters: Object.entries(props.parameters).map(([name, value]) => ({ name, value })) },
        activeDeadlineSeconds: props.activeDeadline?.toSeconds(),
        ttlStrategy: props.ttlAfterFinished && { secondsAfterCompletion: props.ttlAfterFinished.toSeconds() },
        podMetadata: { labels: standardLabels(pipelineIdentity(props.name, 'step')), annotations: { ...NO_SIDECAR } },
        workflowMetadata: { labels: selectorLabels(pipelineIdentity(props.name, 'run')) },
        templates: [
          { name: 'pipeline', dag: { tasks: tasksOf(plan) } },
          train.pyTorchJob ? pyTorchStep(plan, train.pyTorchJob.workers) : containerStep(plan, 'train', train),
          ...test ? [containerStep(plan, 'test', test)] : [],
          snapshotStep(plan),
        ],
      },
    });
    if (props.run) this.addRun(props, template);
  }

  /** The snapshot that a run of this pipeline has left; declare it in `cluster.existing` too. */
  snapshotOf(run: string): ExistingSnapshot {
    return new ExistingSnapshot(this.dataClaim, snapshotName(this.dataClaim, run));
  }

  private addRun({ name, team: { namespace }, ttlAfterFinished }: TrainingPipelineProps, template: ApiObject): void {
    check(this, ttlAfterFinished === undefined, () =>
      '`ttlAfterFinished` is set with `run`: once the run is removed, the next apply would start it again. Leave one of them out.');
    addJobObject(this, 'Run', pipelineIdentity(name, 'run'), 'contentHash', {
      apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow',
      metadata: { name, namespace },
      spec: { workflowTemplateRef: { name }, workflowMetadata: { annotations: { 'cdk8s-aipod/pipeline-hash': templateHash(template) } } },
    });
  }

  private checkName({ name, train: { pyTorchJob }, dataset: { claim: { claimName } } }: TrainingPipelineProps): void {
    const longest = LONGEST_NAME - (pyTorchJob ? `-worker-${pyTorchJob.workers - 1}`.length : 0);
    check(this, name.length <= longest, () =>
      `\`name\` is "${name}", ${name.length} characters: names of runs${pyTorchJob ? ' and hosts' : ''} are made from it, so it may have ${longest}. Shorten it.`);
    check(this, pyTorchJob === undefined || /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name), () =>
      `\`name\` is "${name}": the PyTorchJob of a run is named after it, so it must be a-z, 0-9 and "-", starting with a letter and ending with a letter or digit. Rename it.`);
    check(this, snapshotName({ claimName }, '').length + 63 <= 253, () =>
      `\`dataset.claim\` is ${claimName}, ${claimName.length} characters: snapshots are named after it and the run, in at most 253. Use a claim with a name of at most 189.`);
  }

  private checkSteps({ team: { namespace }, dataset: { claim }, snapshot: { deadline }, train, test, retries }: TrainingPipelineProps, data: DatasetMount): void {
    checkManaged(this, 'dataset.claim', claim);
    checkMounts(this, 'dataset', namespace, [data]);
    checkInteger(this, 'retries', retries, 0);
    checkInteger(this, 'train.pyTorchJob.workers', train.pyTorchJob?.workers, 1);
    check(this, deadline === undefined || deadline.toSeconds() > 0, () => '`snapshot.deadline` is 0 seconds: every run would fail. Give it some minutes.');
    for (const [key, step] of Object.entries({ train, test })) {
      if (step === undefined) continue;
      checkWorkload(this, key, namespace, step);
      check(this, !(step.mounts ?? []).some(({ mountPath }) => mountPath === data.mountPath), () =>
        `\`${key}.mounts\` has the mount path ${data.mountPath}: the dataset is mounted there. Use another path, or set \`dataset.mountPath\`.`);
      for (const variable of RUN_ENVIRONMENT.filter(name => name in (step.environment ?? {}))) {
        check(this, false, () => `\`${key}.environment\` has ${variable}: the pipeline sets it, so that a model is traced to its data. Use another name.`);
      }
    }
  }
}

const dataMount = ({ claim, mountPath = '/mnt/data', readOnly }: PipelineDataset): DatasetMount => ({ dataset: { claims: [claim] }, mountPath, readOnly });

/** Unique per run, and found by the name of either the data or the run. */
const snapshotName = ({ claimName }: { readonly claimName: string }, run: string): string => `${claimName}-${run}`;
