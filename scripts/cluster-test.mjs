// npm run test:cluster -- [--context NAME] [ENVIRONMENT...]
// Applies the environments to a throw-away control plane on loopback, or to the cluster of a context. See docs/cluster-tests.md.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const stop = message => {
  console.error(message);
  process.exit(1);
};

function options() {
  try {
    const { values, positionals } = parseArgs({ options: { context: { type: 'string' } }, allowPositionals: true });
    return { context: values.context, environments: positionals };
  } catch (error) {
    return stop(`Not run: ${error.message} Write: npm run test:cluster -- [--context NAME] [ENVIRONMENT...]`);
  }
}

/** The convention of controller tests: KUBEBUILDER_ASSETS, then PATH. */
function find(binary) {
  const folders = [process.env.KUBEBUILDER_ASSETS, ...(process.env.PATH ?? '').split(delimiter)].filter(Boolean);
  return folders.map(folder => join(folder, binary)).find(path => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const { context, environments } = options();
const known = readdirSync(join(root, 'apps/environments')).map(file => file.replace(/\.ts$/, '')).filter(name => name !== 'index');
const unknown = environments.filter(name => !known.includes(name));
if (unknown.length > 0) stop(`Not run: there is no environment ${unknown.join(', ')}. There are: ${known.join(', ')}.`);

const needed = context === undefined ? ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kwok'] : ['kubectl'];
const binaries = Object.fromEntries(needed.map(binary => [binary, find(binary)]));
const missing = needed.filter(binary => binaries[binary] === undefined);
if (missing.length > 0) {
  stop(`Not run: ${missing.join(', ')} missing, neither in KUBEBUILDER_ASSETS (${process.env.KUBEBUILDER_ASSETS ?? 'not set'}) nor on PATH. docs/cluster-tests.md says how to get them.`);
}

const folder = mkdtempSync(join(tmpdir(), 'cluster-test-'));
const label = { key: 'cdk8s-aipod.example.com/cluster-test', value: `aipod-test-${randomBytes(3).toString('hex')}` };
const user = context === undefined ? undefined : { context, label };
const jest = spawn(process.execPath, [
  join(root, 'node_modules/jest/bin/jest.js'), '--config', join(root, 'jest.cluster.config.js'), '--runInBand', '--runTestsByPath',
  join(root, 'test/cluster', user ? 'context.cluster.ts' : 'throw-away.cluster.ts'),
], { cwd: root, stdio: 'inherit', env: { ...process.env, CLUSTER_TEST: JSON.stringify({ folder, binaries, user, environments }) } });

/** Whatever became of the tests, nothing that they started stays. */
function tidyUp() {
  const pids = join(folder, 'pids');
  for (const pid of existsSync(pids) ? readdirSync(pids) : []) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch { /* has ended already */ }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  if (!user) return true;
  const selector = `${label.key}=${label.value}`;
  const removed = spawnSync(binaries.kubectl, ['--context', context, 'delete', 'namespace', '-l', selector], { stdio: 'inherit' }).status === 0;
  if (!removed) console.error(`The namespaces of the test could not be removed. Write: kubectl --context ${context} delete namespace -l ${selector}`);
  return removed;
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));
jest.on('exit', code => process.exit(tidyUp() ? code ?? 1 : 1));
