import { type EnvironmentApp } from './environment-app';
import { ValidationError } from './problems';

/**
 * Checks every environment, and only then writes them.
 * @throws ValidationError with the mistakes of all environments; nothing is written
 */
export function synthAll(apps: readonly EnvironmentApp[]): void {
  const sameFolder = apps.filter(({ outdir }, index) => apps.findIndex(other => other.outdir === outdir) !== index).map(({ name, outdir }) => ({
    path: name, sentence: `Two environments are written to ${outdir}: the second would replace the first. Rename one of the two.`,
  }));
  const checked = apps.map(app => ({ app, result: app.check() }));
  const findings = [...sameFolder, ...checked.flatMap(({ result }) => result.findings)];
  if (findings.length > 0) throw new ValidationError(findings);
  for (const { app, result } of checked) app.synth(result);
}
