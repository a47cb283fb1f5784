import { dirname } from 'node:path/posix';
import { type IConstruct } from 'constructs';
import { checkInteger, checkNotEmpty, checkUnique } from '../core/checks';
import { check } from '../core/problems';

/** What makes one trial better than another. */
export interface KatibObjective {
  /** Whether more or less is better. */
  readonly type: 'maximize' | 'minimize';
  /** Name of the metric, as the trial reports it. */
  readonly metric: string;
  /** Value that ends the experiment early. @default - none: all trials run */
  readonly goal?: number;
  /** Metrics that are recorded beside it. @default - none */
  readonly additionalMetrics?: readonly string[];
}

/**
 * Where metrics are read. In text, a line has `name=value`, or what `filters` say; in JSON, a line is an object whose values are strings, and `timestamp` a string or a number.
 * The folder of `path` becomes an empty volume: what the image has there is hidden.
 */
export type MetricsCollector =
  | {
    /** Reads what the trial prints. */
    readonly kind: 'StdOut';
    /** Regular expressions with two groups, name and value. @default - `name=value` */
    readonly filters?: readonly string[];
  }
  | {
    /** Reads a file that the trial writes. */
    readonly kind: 'File';
    /** Absolute path of the file. */
    readonly path: string;
    /** Format of the file. @default TEXT */
    readonly format?: 'TEXT';
    /** Regular expressions with two groups, name and value. @default - `name=value` */
    readonly filters?: readonly string[];
  }
  | {
    /** Reads a file that the trial writes. */
    readonly kind: 'File';
    /** Absolute path of the file. */
    readonly path: string;
    /** Format of the file. */
    readonly format: 'JSON';
  }
  | {
    /** Reads TensorFlow's event files. */
    readonly kind: 'TensorFlowEvent';
    /** Absolute path of their folder. */
    readonly path: string;
  };

/** Ends trials that do worse than the median of the others. */
export interface MedianStop {
  /** How it is decided. */
  readonly kind: 'medianstop';
  /** Trials that must have succeeded before one is stopped, 1 or more. @default 3 */
  readonly minTrials?: number;
  /** Reported values of a trial before it may be stopped, 1 or more. @default 4 */
  readonly startStep?: number;
}

/** What Katib calls the objective. */
export const objectiveSpec = ({ type, metric, goal, additionalMetrics }: KatibObjective) =>
  ({ type, goal, objectiveMetricName: metric, additionalMetricNames: additionalMetrics && [...additionalMetrics] });

/** What Katib calls the metrics collector. */
export function metricsCollectorSpec(collector: MetricsCollector) {
  const filters = filtersOf(collector);
  const fileSystemPath = fileSystemPathOf(collector);
  const filter = filters.length > 0 ? { metricsFormat: [...filters] } : undefined;
  return { collector: { kind: collector.kind }, source: fileSystemPath || filter ? { fileSystemPath, filter } : undefined };
}

function fileSystemPathOf(collector: MetricsCollector) {
  if (collector.kind === 'StdOut') return undefined;
  return collector.kind === 'File'
    ? { kind: 'File' as const, path: collector.path, format: collector.format }
    : { kind: 'Directory' as const, path: collector.path };
}

const filtersOf = (collector: MetricsCollector): readonly string[] => ('filters' in collector ? collector.filters ?? [] : []);

/** What Katib calls early stopping. */
export function earlyStoppingSpec({ kind, minTrials, startStep }: MedianStop) {
  const settings = Object.entries({ min_trials_required: minTrials, start_step: startStep }).filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, value: String(value) }));
  return { algorithmName: kind, ...settings.length > 0 ? { algorithmSettings: settings } : {} };
}

/** Folder that Katib replaces by an empty volume. Source: Katib, pod/inject_webhook.go. */
const folderOf = (collector: Exclude<MetricsCollector, { kind: 'StdOut' }>): string => (collector.kind === 'File' ? dirname(collector.path) : collector.path.replace(/(?<=.)\/$/, ''));

/** Checks what is reported and how it is read; `mountPaths` are where the trial has its data. */
export function checkMetrics(scope: IConstruct, objective: KatibObjective, collector: MetricsCollector = { kind: 'StdOut' }, earlyStopping?: MedianStop, mountPaths: readonly string[] = []): void {
  checkObjective(scope, objective, collector);
  if (collector.kind !== 'StdOut') checkPath(scope, collector, mountPaths);
  for (const filter of filtersOf(collector)) {
    check(scope, isFilter(filter), () =>
      `\`metricsCollector.filters\` has ${JSON.stringify(filter)}: it must be a regular expression of Go with two groups, name and value, and without ";". For example ([\\w|-]+): ([0-9.]+).`);
  }
  checkInteger(scope, 'earlyStopping.minTrials', earlyStopping?.minTrials, 1);
  checkInteger(scope, 'earlyStopping.startStep', earlyStopping?.startStep, 1);
  check(scope, earlyStopping === undefined || collector.kind !== 'TensorFlowEvent', () =>
    '`earlyStopping` is medianstop: the TensorFlowEvent collector does not know it and would fail each trial. Collect metrics from a file or the output, or leave it out.');
}

function checkObjective(scope: IConstruct, { metric, goal, additionalMetrics = [] }: KatibObjective, collector: MetricsCollector): void {
  checkNotEmpty(scope, 'objective.metric', metric);
  checkUnique(scope, 'objective', [metric, ...additionalMetrics], 'The metric of the objective is recorded anyhow.');
  check(scope, goal === undefined || Number.isFinite(goal), () => `\`objective.goal\` is ${goal}: it must be a finite number. Correct it, or leave it out.`);
  const anyName = collector.kind === 'TensorFlowEvent' || (collector.kind === 'File' && collector.format === 'JSON') || filtersOf(collector).length > 0;
  for (const name of [metric, ...additionalMetrics].filter(value => value !== '')) {
    check(scope, anyName ? !name.includes(';') : /^[\w|-]+$/.test(name), () =>
      `\`objective\` has the metric "${name}": ${anyName ? 'Katib separates names by ";"' : 'Katib finds names of letters, digits, "_", "-" and "|" only'}. Rename it${anyName ? '' : ', or set `metricsCollector.filters`'}.`);
  }
}

function checkPath(scope: IConstruct, collector: Exclude<MetricsCollector, { kind: 'StdOut' }>, mountPaths: readonly string[]): void {
  const folder = folderOf(collector);
  const [key, example] = ['metricsCollector.path', collector.kind === 'File' ? '/var/log/katib/metrics.log' : '/var/log/katib/tfevent'];
  check(scope, collector.path.startsWith('/'), () => `\`${key}\` is "${collector.path}": it must be absolute. For example ${example}.`);
  check(scope, folder !== '/', () => `\`${key}\` is "${collector.path}": Katib mounts an empty volume at its folder, which cannot be the root. Use a folder of its own, for example ${example}.`);
  for (const mountPath of mountPaths.filter(path => folder === path || folder.startsWith(`${path}/`))) {
    check(scope, false, () => `\`${key}\` is "${collector.path}": Katib mounts an empty volume at ${folder}, but data is mounted at ${mountPath}. Use a folder of its own, for example ${example}.`);
  }
}

/** Katib's own rule, without what JavaScript knows and Go does not. */
function isFilter(filter: string): boolean {
  try {
    new RegExp(filter);
  } catch {
    return false;
  }
  return /\(.*\).*\(.*\)/.test(filter) && !/;|\(\?<?[=!]/.test(filter);
}
