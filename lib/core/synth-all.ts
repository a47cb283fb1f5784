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
  const findings = [...sameFolder, ...apps.flatMap(app => app.findings())];
  if (findings.length > 0) throw new ValidationError(findings);
  for (const app of apps) app.synth();
}
