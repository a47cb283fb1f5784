import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run';
import { type Result } from './table';

export const RESULTS = 'results.jsonl';

/** A test that fills a cell of the closing table. `prove` returns how many things it has proven. */
export function check(environment: string, column: string, title: string, prove: () => Promise<number>): void {
  test(`${column}: ${title}`, async () => {
    const start = Date.now();
    const record = (passed: boolean, count: number) => {
      const result: Result = { environment, check: column, passed, count, milliseconds: Date.now() - start };
      appendFileSync(join(run.folder, RESULTS), `${JSON.stringify(result)}\n`);
    };
    try {
      record(true, await prove());
    } catch (error) {
      record(false, 0);
      throw error;
    }
  });
}
