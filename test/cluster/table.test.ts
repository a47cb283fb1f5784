import { resultTable } from './harness/table';

const result = (environment: string, check: string, passed = true) => ({ environment, check, passed, count: 2, milliseconds: 500 });

test('the table sums what was proven by environment and check; otherwise nobody sees what a run was worth', () => {
  expect(resultTable('Kubernetes v1.28.15', [result('lab', 'apply'), result('lab', 'apply'), result('lab', 'RBAC'), result('dev', 'apply')])).toBe([
    'Kubernetes v1.28.15',
    '',
    '| Environment | apply      | RBAC       | Time  |',
    '|-------------|------------|------------|-------|',
    '| lab         | 4 in 1.0 s | 2 in 0.5 s | 1.5 s |',
    '| dev         | 2 in 0.5 s | -          | 0.5 s |',
    '',
  ].join('\n'));
});

test('one failure makes the cell a failure; otherwise it hides behind what has passed', () => {
  expect(resultTable('', [result('lab', 'apply'), result('lab', 'apply', false)])).toContain('| lab         | FAILED | 1.0 s |');
});
