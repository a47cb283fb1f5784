import { type DrawnParameter, feasibleSpace, type KatibParameter, type RangeParameter, type SteppedParameter } from './katib-parameters';

/** What every algorithm has. */
interface Search<Name extends string, Algorithm extends string, Parameter extends KatibParameter> {
  /** How the next values are found. */
  readonly algorithm: Algorithm;
  /** What is searched, by name: letters, digits, `-`, `_` and `.`. */
  readonly parameters: Readonly<Record<Name, Parameter>>;
}

/** Setting that most algorithms know. */
export interface SeedSettings {
  /** Start of the random numbers, 0 or more. @default - another one in each run */
  readonly random_state?: number;
}

/** Every combination of values, in an order of chance; with fewer trials than combinations, a slice of them. */
export interface GridSearch<Name extends string> extends Search<Name, 'grid', SteppedParameter> {
  /** Settings of the algorithm, by Katib's names. @default - Katib's defaults */
  readonly settings?: SeedSettings;
}

/** Values by chance: the sensible choice where nothing is known. */
export interface RandomSearch<Name extends string> extends Search<Name, 'random', KatibParameter> {
  /** Settings of the algorithm, by Katib's names. @default - Katib's defaults */
  readonly settings?: SeedSettings;
}

/** Settings of `tpe`. */
export interface TpeSettings extends SeedSettings {
  /** Share of the trials that count as good, between 0 and 1. @default 0.25 */
  readonly gamma?: number;
  /** Weight of what was assumed before the first trial, more than 0. @default 1 */
  readonly prior_weight?: number;
  /** Candidates that are weighed for each trial, 1 or more. @default 24 */
  readonly n_EI_candidates?: number;
}

/** Tree of Parzen estimators: learns from the trials that ended. */
export interface TpeSearch<Name extends string> extends Search<Name, 'tpe', KatibParameter> {
  /** Settings of the algorithm, by Katib's names. @default - Katib's defaults */
  readonly settings?: TpeSettings;
}

/** Settings of `multivariate-tpe`. */
export interface MultivariateTpeSettings extends SeedSettings {
  /** Trials by chance before it begins to learn, 0 or more. @default 10 */
  readonly n_startup_trials?: number;
  /** Candidates that are weighed for each trial, 0 or more. @default 24 */
  readonly n_ei_candidates?: number;
}

/** The same for parameters that depend on each other. */
export interface MultivariateTpeSearch<Name extends string> extends Search<Name, 'multivariate-tpe', DrawnParameter<'uniform' | 'logUniform'>> {
  /** Settings of the algorithm, by Katib's names. @default - Katib's defaults */
  readonly settings?: MultivariateTpeSettings;
}

/** Settings of `bayesianoptimization`. */
export interface BayesianOptimizationSettings extends SeedSettings {
  /** Model of the objective: Gaussian process, random forest, extra trees or gradient boosted trees. @default GP */
  readonly base_estimator?: 'GP' | 'RF' | 'ET' | 'GBRT';
  /** Trials by chance before the model is used, 0 or more. @default 10 */
  readonly n_initial_points?: number;
  /** What decides on the next trial. @default gp_hedge */
  readonly acq_func?: 'gp_hedge' | 'LCB' | 'EI' | 'PI' | 'EIps' | 'PIps';
  /** How that is optimised. @default auto */
  readonly acq_optimizer?: 'auto' | 'sampling' | 'lbfgs';
}

/** Bayesian optimisation. It searches doubles on a logarithmic scale, hence above 0, and knows no steps. */
export interface BayesianOptimizationSearch<Name extends string> extends Search<Name, 'bayesianoptimization', RangeParameter> {
  /** Settings of the algorithm, by Katib's names. @default - Katib's defaults */
  readonly settings?: BayesianOptimizationSettings;
}

/** Settings of `cmaes`. */
export interface CmaesSettings extends SeedSettings {
  /** First standard deviation, 0 or more. @default - a sixth of the range */
  readonly sigma?: number;
  /** What happens when it no longer gets better. @default none */
  readonly restart_strategy?: 'none' | 'ipop' | 'bipop';
}

/** Evolution strategy over at least two numbers; lists are drawn by chance. */
export interface CmaesSearch<Name extends string> extends Search<Name, 'cmaes', RangeParameter> {
  /** Settings of the algorithm, by Katib's names. @default - Katib's defaults */
  readonly settings?: CmaesSettings;
}

/** Values that are spread evenly over the whole space. It has no settings. */
export type SobolSearch<Name extends string> = Search<Name, 'sobol', RangeParameter>;

/** Settings of `hyperband`. */
export interface HyperbandSettings<Name extends string> {
  /** The parameter that says how much a trial may spend, for example its epochs. */
  readonly resource_name: Name;
  /** The most of it that one trial may spend, 1 or more. */
  readonly r_l: number;
  /** One trial in so many goes on with more, 2 or more. @default 3 */
  readonly eta?: number;
}

/** Many short trials, of which the best go on with more. It knows no steps, and whole numbers only in a discrete list. */
export interface HyperbandSearch<Name extends string> extends Search<Name, 'hyperband', RangeParameter> {
  /** Settings of the algorithm, by Katib's names. */
  readonly settings: HyperbandSettings<NoInfer<Name>>;
}

/** Settings of `pbt`. */
export interface PbtSettings {
  /** Where the checkpoints of a trial are mounted in its container: an absolute path. */
  readonly suggestion_trial_dir: string;
  /** Trials of one generation, 5 or more. */
  readonly n_population: number;
  /** Share of a generation that is replaced by the best of it, 0 to 1. */
  readonly truncation_threshold: number;
}

/** Population-based training: each generation goes on with the checkpoints of the one before. Needs `resumePolicy: 'FromVolume'`. */
export interface PbtSearch<Name extends string> extends Search<Name, 'pbt', SteppedParameter> {
  /** Settings of the algorithm, by Katib's names. */
  readonly settings: PbtSettings;
}

/** An algorithm, with the parameters and settings that it accepts. Source: Katib, suggestion services and their ValidateAlgorithmSettings. */
export type KatibSearch<Name extends string = string> = GridSearch<Name> | RandomSearch<Name> | TpeSearch<Name> | MultivariateTpeSearch<Name>
  | BayesianOptimizationSearch<Name> | CmaesSearch<Name> | SobolSearch<Name> | HyperbandSearch<Name> | PbtSearch<Name>;

/** Name under which the trial itself is a trial parameter. */
export const TRIAL_NAME = 'trialName';

/** Parameters by name, whatever the algorithm. */
export const parametersOf = (search: KatibSearch): [string, KatibParameter][] => Object.entries<KatibParameter>(search.parameters);

/** Settings that were given, by Katib's names. */
export const settingsOf = (search: KatibSearch): [string, string | number][] =>
  Object.entries<string | number | undefined>('settings' in search ? { ...search.settings } : {}).filter((entry): entry is [string, string | number] => entry[1] !== undefined);

/** What Katib calls the algorithm and the parameters. */
export function searchSpec(search: KatibSearch) {
  const settings = settingsOf(search).map(([name, value]) => ({ name, value: String(value) }));
  return {
    algorithm: { algorithmName: search.algorithm, ...settings.length > 0 ? { algorithmSettings: settings } : {} },
    parameters: parametersOf(search).map(([name, parameter]) => ({ name, parameterType: parameter.type, feasibleSpace: feasibleSpace(parameter) })),
  };
}
