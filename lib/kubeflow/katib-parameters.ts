/** A number between two bounds. */
export interface DoubleParameter {
  /** Kind of parameter. */
  readonly type: 'double';
  /** Smallest value. */
  readonly min: number;
  /** Largest value. */
  readonly max: number;
  /** Distance between neighbouring values, more than 0. @default - any value in between */
  readonly step?: number;
}

/** A number of steps between two bounds: what a grid needs to be finite. */
export interface SteppedDoubleParameter extends DoubleParameter {
  /** Distance between neighbouring values, more than 0. */
  readonly step: number;
}

/** A whole number between two bounds, which belong to the range. */
export interface IntParameter {
  /** Kind of parameter. */
  readonly type: 'int';
  /** Smallest value. */
  readonly min: number;
  /** Largest value. */
  readonly max: number;
  /** Distance between neighbouring values, 1 or more. @default 1 */
  readonly step?: number;
}

/** One of a list of words. */
export interface CategoricalParameter {
  /** Kind of parameter. */
  readonly type: 'categorical';
  /** What there is to choose from. */
  readonly values: readonly string[];
}

/** One of a list of numbers. */
export interface DiscreteParameter {
  /** Kind of parameter. */
  readonly type: 'discrete';
  /** What there is to choose from. */
  readonly values: readonly number[];
}

/** How the values of a range are drawn: `logUniform` for learning rates; `normal` and `logNormal` may leave the range. Needs Kubeflow 1.10. */
export interface Distributed<Distribution> {
  /** Distribution of the values; with a logarithm, `min` must be more than 0. @default - uniform */
  readonly distribution?: Distribution;
}

/** A parameter for algorithms that search a whole range. */
export type RangeParameter = DoubleParameter | IntParameter | CategoricalParameter | DiscreteParameter;

/** A parameter for algorithms that go step by step: a double has a step. */
export type SteppedParameter = SteppedDoubleParameter | IntParameter | CategoricalParameter | DiscreteParameter;

/** A parameter for algorithms that draw values of a range. */
export type DrawnParameter<Distribution> =
  (DoubleParameter & Distributed<Distribution>) | (IntParameter & Distributed<Distribution>) | CategoricalParameter | DiscreteParameter;

/** Any parameter. */
export type KatibParameter = DrawnParameter<'uniform' | 'logUniform' | 'normal' | 'logNormal'>;

/** What Katib calls the feasible space: text, numbers too. Exponents, as in 1e-7, are read by all of its algorithms. */
export function feasibleSpace(parameter: KatibParameter) {
  if ('values' in parameter) return { list: parameter.values.map(String) };
  const { min, max, step, distribution } = parameter;
  return { min: String(min), max: String(max), step: step === undefined ? undefined : String(step), distribution };
}

/** Values of a parameter in a grid, counted as Katib does, whose rounding can add or drop the last one. Source: Katib, suggestion/internal/search_space.py. */
export function gridSize(parameter: KatibParameter): number {
  if ('values' in parameter) return parameter.values.length;
  const { type, min, max, step = 1 } = parameter;
  if (type === 'int') return Math.floor((max - min) / step) + 1;
  const length = Math.ceil((max + step - min) / step);
  const last = min + (length - 1) * (min + step - min);
  return last > max ? length - 1 : length;
}
