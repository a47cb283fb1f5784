import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEnvironment } from '../apps/build';
import { environments } from '../apps/environments';
import { synthAll } from '../lib';

const DIST = join(__dirname, '..', 'dist');
const temporary: string[] = [];

/** Path -> content of every file below a folder. */
function tree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.sort().map(path => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

function synth(): Record<string, string> {
  const outputRoot = mkdtempSync(join(tmpdir(), 'synth-'));
  temporary.push(outputRoot);
  synthAll(environments.map(environment => buildEnvironment(environment, outputRoot)));
  return tree(outputRoot);
}

afterAll(() => { for (const folder of temporary) rmSync(folder, { recursive: true }); });

test('the committed dist/ is what synth writes, byte for byte; otherwise a review looks at something that is not applied', () => {
  expect(synth()).toEqual(tree(DIST));
});

test('two synths give the same bytes; otherwise every pipeline run shows a difference', () => {
  expect(synth()).toEqual(synth());
});

test('only manifests are in the folder that kubectl apply reads; otherwise the apply stops', () => {
  for (const { name } of environments) expect(readdirSync(join(DIST, name)).filter(file => !/^\d\d-[a-z-]+\.k8s\.yaml$/.test(file) && file !== 'import')).toEqual([]);
});

test('no manifest has a letter outside ASCII; otherwise a look-alike breaks a mount option', () => {
   
  expect(Object.entries(tree(DIST)).filter(([, content]) => /[^\x00-\x7F]/.test(content)).map(([path]) => path)).toEqual([]);
});
