import { Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { standardLabels } from '../core/labels';
import { type ObjectOf } from '../core/kinds';
import { addJobObject, type JobNaming } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { checkMetrics, earlyStoppingSpec, type KatibObjective, type MedianStop, type MetricsCollector, metricsCollectorSpec, objectiveSpec } from './katib-metrics';
import { type KatibSearch, parametersOf, searchSpec } from './katib-search';
import { checkSearch } from './katib-search-checks';
import { katibTrial, PRIMARY_CONTAINER, type TrialOptions } from './katib-trial';
import { type TeamNamespace } from './team-namespace';

/** How many trials run. */
export interface TrialCounts {
  /** In all, 1 or more. */
  readonly max: number;
  /** At once, up to `max`. @default - 3, or `max` where that is less */
  readonly parallel?: number;
  /** That may fail before the experiment does, 0 to `max`. @default - 3, or `max` where that is less */
  readonly maxFailed?: number;
}

/** What is searched, and how. */
export interface KatibExperimentProps<Name extends string = string> {
  /** The team in whose namespace the trials run. */
  readonly team: TeamNamespace;
  /** Name of the Experiment, at most 40 characters (26 for `pbt`), of which the hash of `naming: contentHash` takes 9. */
  readonly name: string;
  /** What makes one trial better than another. */
  readonly objective: KatibObjective;
  /** The algorithm, and the parameters that it searches. */
  readonly search: KatibSearch<Name>;
  /** How many trials run. */
  readonly trials: TrialCounts;
  /** What runs in each trial: a Job of one pod. */
  readonly trial: TrialOptions<Name>;
  /** Where metrics are read. @default - what the trial prints, as `name=value` */
  readonly metricsCollector?: MetricsCollector;
  /** Ends trials that do badly. @default - every trial runs to its end */
  readonly earlyStopping?: MedianStop;
  /**
   * Whether an experiment that reached `trials.max` goes on when that is raised: with the service of the algorithm still running, or from a volume that Katib makes of the default class.
   * @default - Never, set by Katib
   */
  readonly resumePolicy?: 'Never' | 'LongRunning' | 'FromVolume';
  /**
   * How the Experiment is named. Katib refuses changes to it. With `contentHash` a change makes a new one; the old one stays until it is deleted. With `fixed`, delete the old one
   * before the changed one is applied. With a `resumePolicy` of LongRunning or FromVolume a change of `trials` keeps the name.
   * @default contentHash
   */
  readonly naming?: JobNaming;
}

/** What Katib lets be changed. Source: Katib, validator.go. */
const COUNTS = ['maxTrialCount', 'parallelTrialCount', 'maxFailedTrialCount'];

/** A search for the best hyperparameters of a training, with Katib. Source: "Experiment with Hyperparameters Using Katib". */
export class KatibExperiment<Name extends string = string> extends Construct {
  /** Name of the Experiment, without the hash of `naming: contentHash`. */
  public readonly name: string;

  constructor(scope: Construct, id: string, props: KatibExperimentProps<Name>) {
    super(scope, id);
    const { team: { namespace, kubeflow }, metricsCollector, earlyStopping, resumePolicy, naming = 'contentHash' } = props;
    this.name = props.name;
    kubeflow.require(this, 'katib');
    declarePrerequisite(this, { area: 'Images', what: `${props.trial.image} can be pulled in namespace ${namespace}` });

    const search: KatibSearch = props.search;
    const { max } = props.trials;
    const most = Math.max(1, max);
    const { parallel = Math.min(3, most), maxFailed = Math.min(3, most) } = props.trials;
    const identity = { name: 'katib-experiment', instance: this.name, component: 'experiment', partOf: 'kubeflow' };
    checkInteger(this, 'trials.max', max, 1);
    checkInteger(this, 'trials.parallel', parallel, 1, most);
    checkInteger(this, 'trials.maxFailed', maxFailed, 0, most);
    checkSearch(this, search, { max, parallel }, kubeflow);
    const trial = katibTrial(this, props.team, standardLabels(identity), parametersOf(search), props.trial);
    checkMetrics(this, props.objective, metricsCollector, earlyStopping, trial.mountPaths);
    this.checkName(naming, search.algorithm);
    this.checkPopulation(search, resumePolicy, trial.mountPaths);

    const spec: ObjectOf<'Experiment'>['spec'] = {
      objective: objectiveSpec(props.objective),
      ...searchSpec(search),
      maxTrialCount: max,
      parallelTrialCount: parallel,
      maxFailedTrialCount: maxFailed,
      earlyStopping: earlyStopping && earlyStoppingSpec(earlyStopping),
      metricsCollectorSpec: metricsCollector && metricsCollectorSpec(metricsCollector),
      resumePolicy,
      trialTemplate: { primaryContainerName: PRIMARY_CONTAINER, retain: props.trial.retain, trialParameters: trial.parameters, trialSpec: trial.job },
    };
    addJobObject(this, 'Resource', identity, naming, { apiVersion: 'kubeflow.org/v1beta1', kind: 'Experiment', metadata: { name: this.name, namespace }, spec },
      resumePolicy === 'LongRunning' || resumePolicy === 'FromVolume' ? COUNTS : []);
  }

  /** Services and Jobs are named after the experiment; a trial of `pbt` has 37 characters more, others have 9. */
  private checkName(naming: JobNaming, algorithm: string): void {
    const most = (algorithm === 'pbt' ? 26 : 40) - (naming === 'contentHash' ? 9 : 0);
    check(this, this.name.length <= most && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(this.name), () =>
      `\`name\` is "${this.name}": an experiment with ${algorithm} needs at most ${most} characters${naming === 'contentHash' ? ' before its hash' : ''}: a-z, 0-9 and "-", `
      + 'starting with a letter and ending with a letter or digit. Rename it.');
  }

  /** Checkpoints of `pbt` are in the volume that Katib makes for FromVolume, and for nothing else. Source: Katib, composer.go. */
  private checkPopulation(search: KatibSearch, resumePolicy: string | undefined, mountPaths: readonly string[]): void {
    if (search.algorithm !== 'pbt') return;
    const { suggestion_trial_dir: folder } = search.settings;
    check(this, resumePolicy === 'FromVolume', () =>
      `\`resumePolicy\` is ${resumePolicy ?? 'Never'}: the checkpoints of pbt need a volume that Katib makes for FromVolume only, and trials would wait for it. Set \`resumePolicy: 'FromVolume'\`.`);
    check(this, folder.startsWith('/') && !mountPaths.includes(folder.replace(/\/$/, '')), () =>
      `\`search.settings.suggestion_trial_dir\` is "${folder}": it must be an absolute path where nothing else is mounted. Use one of its own, for example /var/lib/checkpoints.`);
  }
}
