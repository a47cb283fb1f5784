import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESULTS } from './check';
import { run } from './run';
import { resultTable, type Result } from './table';

/** Runs after the last test. */
export default function printTable(): void {
  const file = join(run.folder, RESULTS);
  const results = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(line => JSON.parse(line) as Result) : [];
  const version = join(run.folder, 'version');
  const title = existsSync(version) ? `Kubernetes ${readFileSync(version, 'utf8')}` : 'No control plane was reached';
  process.stdout.write(`\n${resultTable(title, results)}`);
}
