// Packs the library, installs it in an empty project, and compiles and runs the README's first example there, as a new user would.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const project = mkdtempSync(join(tmpdir(), 'package-test-'));
const run = (command, ...args) => execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const { devDependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

try {
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], { cwd: root, encoding: 'utf8' }));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'new-user', private: true }));
  const peers = Object.entries(peerDependencies).map(([name, range]) => `${name}@${range}`);
  run('npm', 'install', '--no-audit', '--no-fund', `./${filename}`, ...peers, `typescript@${devDependencies.typescript}`);

  const [, example] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(root, 'README.md'), 'utf8'));
  writeFileSync(join(project, 'example.ts'), example);
  const compilerOptions = { strict: true, target: 'es2022', module: 'nodenext', types: [], skipLibCheck: true };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
  run('npx', 'tsc');
  run('node', 'example.js');
  const written = readdirSync(join(project, 'dist/site'));
  const expected = ['20-storage.k8s.yaml', '40-training.k8s.yaml', 'import'];
  if (JSON.stringify(written) !== JSON.stringify(expected)) throw new Error(`the example wrote ${written}, not ${expected}`);

  for (const [tool, args] of [['publint', ['--strict', filename]], ['attw', ['--profile', 'node16', filename]]]) {
    console.log(execFileSync(join(root, 'node_modules/.bin', tool), args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim());
  }
  console.log('The package works in an empty project.');
} finally {
  rmSync(project, { recursive: true, force: true });
}
