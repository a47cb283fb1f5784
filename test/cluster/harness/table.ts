/** What a check of one environment came to. */
export interface Result {
  readonly environment: string;
  readonly check: string;
  readonly passed: boolean;
  /** How many things were proven. */
  readonly count: number;
  readonly milliseconds: number;
}

const seconds = (results: readonly Result[]): string => `${(results.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000).toFixed(1)} s`;

function cell(results: readonly Result[]): string {
  if (results.length === 0) return '-';
  if (results.some(({ passed }) => !passed)) return 'FAILED';
  return `${results.reduce((sum, { count }) => sum + count, 0)} in ${seconds(results)}`;
}

/** The table that ends a run: environment x check, how many things were proven, and how long it took. */
export function resultTable(title: string, results: readonly Result[]): string {
  const distinct = (key: 'environment' | 'check') => [...new Set(results.map(result => result[key]))];
  const checks = distinct('check');
  const rows = distinct('environment').map(environment => {
    const own = results.filter(result => result.environment === environment);
    return [environment, ...checks.map(check => cell(own.filter(result => result.check === check))), seconds(own)];
  });
  const lines = [['Environment', ...checks, 'Time'], ...rows];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map(line => line[column]!.length)));
  const text = (line: readonly string[]) => `| ${line.map((value, column) => value.padEnd(widths[column]!)).join(' | ')} |`;
  return [title, '', text(lines[0]!), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...lines.slice(1).map(text), ''].join('\n');
}
