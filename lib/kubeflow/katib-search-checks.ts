import { type IConstruct } from 'constructs';
import { checkUnique } from '../core/checks';
import { check } from '../core/problems';
import { gridSize, type KatibParameter } from './katib-parameters';
import { type HyperbandSearch, type KatibSearch, parametersOf, settingsOf, TRIAL_NAME } from './katib-search';
import { type KubeflowInstallation } from './kubeflow-installation';

type Range = Extract<KatibParameter, { min: number }>;
const isRange = (parameter: KatibParameter): parameter is Range => 'min' in parameter;

/** How many trials run, in all and at once. */
interface Counts {
  readonly max: number;
  readonly parallel: number;
}

/** Checks what Katib's webhook and its suggestion services would refuse, or would not do. */
export function checkSearch(scope: IConstruct, search: KatibSearch, counts: Counts, kubeflow: KubeflowInstallation): void {
  const parameters = parametersOf(search);
  check(scope, parameters.length > 0, () => '`search.parameters` is empty: there would be nothing to search. Add a parameter.');
  for (const [name, parameter] of parameters) {
    check(scope, /^[\w.-]+$/.test(name) && name !== TRIAL_NAME, () =>
      `\`search.parameters\` has the name "${name}": use letters, digits, "-", "_" and ".", and not ${TRIAL_NAME}, which is taken. Rename it.`);
    if (isRange(parameter)) checkRange(scope, `search.parameters.${name}`, parameter, search.algorithm, kubeflow);
    else checkValues(scope, `search.parameters.${name}.values`, parameter, search.algorithm);
  }
  for (const [name, value] of settingsOf(search)) checkSetting(scope, `search.settings.${name}`, value, SETTINGS[name]);
  if (search.algorithm === 'grid') checkGrid(scope, parameters, counts);
  if (search.algorithm === 'hyperband') checkHyperband(scope, search, counts);
  if (search.algorithm === 'cmaes') {
    const ranges = parameters.filter(([, parameter]) => isRange(parameter)).length;
    check(scope, ranges >= 2, () => `\`search.parameters\` has ${ranges} of type double or int: cmaes needs 2 or more. Add one, or use another algorithm.`);
  }
}

function checkRange(scope: IConstruct, key: string, parameter: Range, algorithm: KatibSearch['algorithm'], kubeflow: KubeflowInstallation): void {
  const { type, min, max, step, distribution } = parameter;
  const [ok, words] = type === 'int' ? [Number.isSafeInteger, 'whole'] : [Number.isFinite, 'finite'];
  check(scope, ok(min) && ok(max), () => `\`${key}\` is ${min} to ${max}: the bounds of type ${type} must be ${words} numbers. Correct them.`);
  check(scope, step === undefined || (ok(step) && step > 0), () => `\`${key}.step\` is ${step}: it must be a ${words} number above 0. Correct it, or leave it out.`);
  check(scope, !(min > max), () => `\`${key}.min\` is ${min}, but \`${key}.max\` is ${max}: the smallest value comes first. Exchange them.`);
  checkStep(scope, key, parameter, algorithm, kubeflow);
  check(scope, distribution === undefined || kubeflow.has('1.10'), () =>
    `\`${key}.distribution\` is ${distribution}: Katib knows distributions from Kubeflow 1.10 on, and this is ${kubeflow.version}. Leave it out, or upgrade Kubeflow.`);
  check(scope, distribution?.startsWith('log') !== true || min > 0, () =>
    `\`${key}.min\` is ${min}: ${distribution} takes its logarithm. Use a value above 0.`);
  if (algorithm === 'bayesianoptimization') {
    check(scope, type === 'int' || min > 0, () => `\`${key}.min\` is ${min}: bayesianoptimization searches doubles on a logarithmic scale. Use a value above 0, or another algorithm.`);
    check(scope, min !== max, () => `\`${key}\` is ${min} to ${max}: bayesianoptimization needs a range. Make \`max\` larger, or leave the parameter out.`);
  }
}

/** Steps are ignored without a word by some algorithms; two of them count steps from 0 instead of from `min`. */
function checkStep(scope: IConstruct, key: string, { type, min, max, step }: Range, algorithm: KatibSearch['algorithm'], kubeflow: KubeflowInstallation): void {
  if (step === undefined || !(step > 0)) return;
  const drawn = algorithm === 'random' || algorithm === 'tpe';
  const never = algorithm === 'bayesianoptimization' || algorithm === 'hyperband';
  const notYet = !kubeflow.has('1.10') && (algorithm === 'multivariate-tpe' || (drawn && type === 'double'));
  check(scope, !never && !notYet, () =>
    `\`${key}.step\` is ${step}: ${algorithm} ${never ? 'knows no steps' : `knows no such steps before Kubeflow 1.10, and this is ${kubeflow.version}`}, and would try any value in between. `
    + 'Use a discrete parameter, or another algorithm.');
  for (const [bound, value] of Object.entries({ min, max })) {
    check(scope, !drawn || notYet || isMultiple(value, step), () =>
      `\`${key}.${bound}\` is ${value}: ${algorithm} tries multiples of \`step\`, ${step}, even outside of the range. Use a multiple of it, or another algorithm.`);
  }
}

const isMultiple = (value: number, step: number): boolean => Math.abs(value / step - Math.round(value / step)) < 1e-9;

function checkValues(scope: IConstruct, key: string, parameter: Exclude<KatibParameter, Range>, algorithm: KatibSearch['algorithm']): void {
  check(scope, parameter.values.length > 0, () => `\`${key}\` is empty: there would be nothing to choose from. List at least one value.`);
  checkUnique(scope, key, parameter.values.map(String), 'Take the others out.');
  if (parameter.type === 'categorical') {
    for (const value of parameter.values) {
      // Katib writes the value into the JSON of the Job, and runs the command in a shell.
      check(scope, /^[^'"\\\p{Cc}]+$/u.test(value), () => `\`${key}\` has ${JSON.stringify(value)}: Katib cannot hand on quotes, backslashes, control characters or nothing at all. Use another word.`);
    }
  } else {
    for (const value of parameter.values) {
      check(scope, algorithm === 'hyperband' ? Number.isSafeInteger(value) : Number.isFinite(value), () =>
        `\`${key}\` has ${value}: it must be a ${algorithm === 'hyperband' ? 'whole number for hyperband' : 'finite number'}. Correct it${algorithm === 'hyperband' ? ', or use a categorical parameter' : ''}.`);
    }
  }
}

interface SettingRule {
  readonly ok: (value: number) => boolean;
  readonly words: string;
}

const atLeast = (min: number): SettingRule => ({ ok: value => Number.isSafeInteger(value) && value >= min, words: `a whole number of at least ${min}` });
const SETTINGS: Readonly<Record<string, SettingRule | undefined>> = {
  random_state: atLeast(0), n_startup_trials: atLeast(0), n_ei_candidates: atLeast(0), n_EI_candidates: atLeast(1), n_initial_points: atLeast(0), eta: atLeast(2), n_population: atLeast(5),
  gamma: { ok: value => value > 0 && value < 1, words: 'between 0 and 1' },
  prior_weight: { ok: value => value > 0 && Number.isFinite(value), words: 'more than 0' },
  sigma: { ok: value => value >= 0 && Number.isFinite(value), words: '0 or more' },
  r_l: { ok: value => value >= 1 && Number.isFinite(value), words: '1 or more' },
  truncation_threshold: { ok: value => value >= 0 && value <= 1, words: 'from 0 to 1' },
};

function checkSetting(scope: IConstruct, key: string, value: string | number, rule?: SettingRule): void {
  check(scope, rule === undefined || rule.ok(Number(value)), () => `\`${key}\` is ${value}: it must be ${rule?.words}. Choose such a value.`);
}

/** Source: Katib, optuna/service.py. */
function checkGrid(scope: IConstruct, parameters: readonly [string, KatibParameter][], { max }: Counts): void {
  const sizes = parameters.map(([name, parameter]) => ({ name, size: gridSize(parameter) }));
  const combinations = sizes.reduce((product, { size }) => product * size, 1);
  check(scope, !(max > combinations), () =>
    `\`trials.max\` is ${max}, but the grid has ${sizes.map(({ name, size }) => `${size} (${name})`).join(' x ')} = ${combinations} combinations: Katib refuses more trials than that. `
    + `Lower it to ${combinations}, or search smaller steps or more values.`);
}

/** Source: Katib, hyperband/service.py. */
function checkHyperband(scope: IConstruct, { settings: { r_l: most, eta = 3 } }: HyperbandSearch<string>, { parallel }: Counts): void {
  const rounds = Math.trunc(Math.log(most) / Math.log(eta));
  check(scope, !(parallel < eta ** rounds), () =>
    `\`trials.parallel\` is ${parallel}: hyperband with \`r_l\` ${most} starts ${eta}^${rounds} = ${eta ** rounds} trials at once. Raise it to ${eta ** rounds}, or lower \`search.settings.r_l\`.`);
}
