import { type DeclaredPrerequisite, prerequisitesTable } from '../../lib';

const ROWS: DeclaredPrerequisite[] = [
  { area: 'Array', what: 'Storage VM a', neededBy: ['20-storage/aipod/flexvols', '20-storage/aipod/lif1'] },
  { area: 'Nodes', what: 'Linux | 5.3', commands: ['uname -r', 'lsmod | grep x'], neededBy: ['30-training'] },
  { area: 'Cluster', what: 'Kubernetes 1.29', commands: ['kubectl version'], neededBy: [''] },
];

test('the table has a numbered row each, and the commands by the same numbers; otherwise nobody knows which belong together', () => {
  expect(prerequisitesTable('lab', ROWS, 'dist/lab')).toBe(`# Before applying lab

| # | Where | What must be true | Needed by | Done |
|---|---|---|---|---|
| 1 | Array | Storage VM a | aipod/flexvols, aipod/lif1 | [ ] |
| 2 | Nodes | Linux \\| 5.3 | 30-training | [ ] |
| 3 | Cluster | Kubernetes 1.29 | everything | [ ] |

Commands, by number; run them in dist/lab:

\`\`\`sh
# 2
uname -r
lsmod | grep x

# 3
kubectl version
\`\`\`
`);
});

test('an environment without needs says so', () => {
  expect(prerequisitesTable('lab', [], 'dist/lab')).toBe('# Before applying lab\n\nNothing is needed.\n');
});

test('needs without commands have no empty block of commands', () => {
  const table = prerequisitesTable('lab', ROWS.slice(0, 1), 'dist/lab');
  expect(table).toContain('| 1 | Array | Storage VM a |');
  expect(table).not.toContain('```');
});
