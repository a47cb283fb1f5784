import { type Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { declareQueueNeeds, queuedPod, queueLabels } from '../core/gpu-queue';
import { type Json } from '../core/model';
import { check } from '../core/problems';
import { type Capacity, parseQuantity } from '../core/quantity';
import { checkWorkload, workloadPod, type WorkloadOptions } from '../services/workload';
import { type KatibParameter } from './katib-parameters';
import { TRIAL_NAME } from './katib-search';
import { NO_SIDECAR, queueFor, type TeamNamespace } from './team-namespace';

/** Makes text from the parameters of a trial, each of which is given as the placeholder that Katib fills in, and from the placeholder of its name. */
export type FromParameters<Name extends string, Text> = (parameters: Readonly<Record<Name, string>>, trialName: string) => Text;

/** What runs in each trial. */
export interface TrialOptions<Name extends string = string> extends Omit<WorkloadOptions, 'command' | 'environment'> {
  /**
   * Program and arguments. Katib puts them into a shell command, so the image needs `sh`; what a shell would change is quoted here, so that each entry
   * reaches the process as it is.
   */
  readonly command: FromParameters<Name, readonly string[]>;
  /** Environment variables. @default - none */
  readonly environment?: FromParameters<Name, Readonly<Record<string, string>>>;
  /** How often a failed trial is started again before it counts as failed, 0 or more. @default - 6, set by Kubernetes */
  readonly backoffLimit?: number;
  /** Whether Jobs of trials that ended stay, so that their logs can be read. @default - false, set by Katib */
  readonly retain?: boolean;
}

/** The container whose metrics count; Katib's examples call it so. */
export const PRIMARY_CONTAINER = 'training-container';

const placeholder = (name: string): string => `\${trialParameters.${name}}`;
const PLACEHOLDER = /\$\{trialParameters\.(.+?)\}/g;

/** A trial as Katib wants it, and what has to be known of it elsewhere. */
export interface Trial {
  /** The Job, without a name. */
  readonly job: Json;
  /** Its parameters. */
  readonly parameters: { readonly name: string; readonly reference: string }[];
  /** Where volumes are mounted, without a slash at the end. */
  readonly mountPaths: readonly string[];
}

/** Makes the Job of the trials, and checks it. */
export function katibTrial(scope: Construct, team: TeamNamespace, labels: Record<string, string>, parameters: readonly [string, KatibParameter][], options: TrialOptions): Trial {
  const values = Object.fromEntries(parameters.map(([name]) => [name, placeholder(name)]));
  const command = options.command(values, placeholder(TRIAL_NAME));
  const workload = { ...options, command, environment: options.environment?.(values, placeholder(TRIAL_NAME)) };
  checkWorkload(scope, 'trial', team.namespace, workload);
  const queue = queueFor(team, options.gpus);
  if (queue) declareQueueNeeds(scope);
  checkInteger(scope, 'trial.backoffLimit', options.backoffLimit, 0);

  const pod = workloadPod(PRIMARY_CONTAINER, {
    ...workload, command: shellSafe(command, new Map(parameters)), sharedMemory: options.sharedMemory && canonical(options.sharedMemory),
  });
  const { apiVersion, kind, spec }: Json = {
    apiVersion: 'batch/v1', kind: 'Job',
    spec: { backoffLimit: options.backoffLimit, template: { metadata: { labels: { ...labels, ...NO_SIDECAR, ...queueLabels(queue, 'train') } }, spec: { restartPolicy: 'Never', ...pod, ...queuedPod(queue) } } },
  };
  const job = withoutEmptyLists({ apiVersion, kind, spec });
  const text = JSON.stringify(job);
  checkPlaceholders(scope, text, Object.keys(values));
  return {
    job,
    parameters: [
      ...parameters.map(([name]) => ({ name, reference: name })),
      ...text.includes(placeholder(TRIAL_NAME)) ? [{ name: TRIAL_NAME, reference: '${trialSpec.Name}' }] : [],
    ],
    mountPaths: (pod.containers[0].volumeMounts ?? []).map(({ mountPath }) => mountPath.replace(/\/+$/, '')),
  };
}

/** Katib wants each parameter used, and each placeholder declared. Source: Katib, validator.go. */
function checkPlaceholders(scope: Construct, text: string, names: readonly string[]): void {
  const used = new Set([...text.matchAll(PLACEHOLDER)].map(([, name]) => name));
  for (const name of names) {
    check(scope, used.has(name), () =>
      `\`trial\` does not use the parameter ${name}: Katib refuses what no trial gets. Use it in \`trial.command\` or \`trial.environment\`, or take it out of \`search.parameters\`.`);
  }
  for (const name of [...used].filter(value => value !== TRIAL_NAME && !names.includes(value!))) {
    check(scope, false, () => `\`trial\` has ${placeholder(name!)}: \`search.parameters\` has no ${name}. Use the parameters that \`trial.command\` is given.`);
  }
  check(scope, !text.includes('${trialSpec.'), () =>
    '`trial` has a placeholder of ${trialSpec}: Katib fills it in nowhere but in a trial parameter. Use the name that `trial.command` is given after the parameters.');
}

/**
 * Katib joins the entries by blanks and runs them in a shell, with its own redirection and marker behind. Entries that a shell would change are quoted; the result is
 * a shell command of its own, so that it means the same to Kubernetes. Source: Katib, pod/inject_webhook.go, wrapWorkerContainer.
 */
function shellSafe(command: readonly string[], parameters: ReadonlyMap<string, KatibParameter>): string[] {
  const filled = (entry: string) => entry.replaceAll(PLACEHOLDER, (_, name: string) => valuesOf(parameters.get(name)).join(''));
  const isPlain = (entry: string) => /^[\w@%+=:,./-]+$/.test(filled(entry));
  const ofShell = command[0] === 'sh' || command[0] === 'bash';
  if (!ofShell && command.every(isPlain)) return [...command];
  return ['sh', '-c', command.map(entry => (isPlain(entry) ? entry : `'${entry.replaceAll('\'', '\'\\\'\'')}'`)).join(' ')];
}

/** Text that may stand for a placeholder; a number is plain. */
const valuesOf = (parameter?: KatibParameter): readonly string[] => (parameter?.type === 'categorical' ? parameter.values : ['0']);

/** Katib's webhook reads the Job, writes it and refuses it where something is missing then: lists without entries are. Source: Katib, validator.go, validatePatchJob. */
function withoutEmptyLists(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutEmptyLists);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => !(Array.isArray(entry) && entry.length === 0)).map(([key, entry]) => [key, withoutEmptyLists(entry)]));
}

/** For the same reason a size outside of `resources` must be written as Kubernetes itself would: 2Gi, not 2048Mi. */
function canonical(size: Capacity): Capacity {
  const bytes = parseQuantity(size) ?? 0;
  const suffix = (['Pi', 'Ti', 'Gi', 'Mi', 'Ki'] as const).find(unit => Number.isInteger(bytes / parseQuantity(`1${unit}`)!));
  return suffix ? `${bytes / parseQuantity(`1${suffix}`)!}${suffix}` : size;
}
