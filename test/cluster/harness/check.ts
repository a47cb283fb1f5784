import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run';
import { type Result } from './table';

export const RESULTS = 'results.jsonl';

/** A test that fills a cell of the closing table. `prove` returns how many things it has proven. */
export function check(environment: string, column: string, title: string, prove: () => Promise<number>): void {
  test(`${column}: ${title}`, async () => {
    const record = recorder(environment, column);
    try {
      record(true, await prove());
    } catch (error) {
      record(false, 0);
      throw error;
    }
  });
}

/** What comes before the first check. Only a failure is in the table: nothing is proven yet. */
export function setUp(environment: string, prepare: () => Promise<void>): void {
  beforeAll(async () => {
    const record = recorder(environment, 'set-up');
    try {
      await prepare();
    } catch (error) {
      record(false, 0);
      throw error;
    }
  });
}

function recorder(environment: string, column: string): (passed: boolean, count: number) => void {
  const start = Date.now();
  return (passed, count) => {
    const result: Result = { environment, check: column, passed, count, milliseconds: Date.now() - start };
    appendFileSync(join(run.folder, RESULTS), `${JSON.stringify(result)}\n`);
  };
}
