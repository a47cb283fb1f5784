import { type IConstruct } from 'constructs';

/** One mistake, as it is shown to the engineer who has to mend it. */
export interface Finding {
  /** `env/layer/construct` of the construct or object that is wrong. */
  readonly path: string;
  /** What is wrong: key, value, rule and fix. */
  readonly sentence: string;
}

/** A finding as one line: `[env/layer/construct] sentence`. */
export const formatFinding = ({ path, sentence }: Finding): string => `[${path}] ${sentence}`;

/** Thrown by a synth that found mistakes. Nothing has been written when it is thrown. */
export class ValidationError extends Error {
  constructor(
    /** Every mistake that was found. */
    public readonly findings: readonly Finding[],
  ) {
    super(`${findings.length} mistake${findings.length === 1 ? '' : 's'}, nothing written:\n  ${findings.map(formatFinding).join('\n  ')}`);
    this.name = 'ValidationError';
  }
}

/**
 * Records a mistake in the props of one construct. It does not throw: synth shows all mistakes of a run together.
 * See docs/decisions/0002-collect-mistakes.md.
 */
export function reportProblem(scope: IConstruct, sentence: string): void {
  scope.node.addValidation({ validate: () => [sentence] });
}

/** Records `sentence` unless `ok`. */
export function check(scope: IConstruct, ok: boolean, sentence: () => string): void {
  if (!ok) reportProblem(scope, sentence());
}
