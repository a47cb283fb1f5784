import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LAUNCHER = join(__dirname, '..', '..', 'scripts/cluster-test.mjs');
const assets = mkdtempSync(join(tmpdir(), 'assets-'));
afterAll(() => { rmSync(assets, { recursive: true }); });

function launch(args: readonly string[], env: NodeJS.ProcessEnv) {
  const { status, stderr } = spawnSync(process.execPath, [LAUNCHER, ...args], { env, encoding: 'utf8' });
  return { status, stderr: stderr.trim() };
}

function install(program: string): void {
  writeFileSync(join(assets, program), '#!/bin/sh\nexit 1\n');
  chmodSync(join(assets, program), 0o755);
}

describe('npm run test:cluster', () => {
  test('stops with every missing program in one sentence; otherwise nothing is tested and it looks as if all were well', () => {
    expect(launch([], { PATH: '' })).toEqual({
      status: 1,
      stderr: 'Not run: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubectl, kwok missing, neither in KUBEBUILDER_ASSETS (not set) nor on PATH. docs/cluster-tests.md says how to get them.',
    });
  });

  test('finds programs in KUBEBUILDER_ASSETS and on PATH; otherwise those who have them cannot run it', () => {
    install('etcd');
    expect(launch([], { PATH: '', KUBEBUILDER_ASSETS: assets }).stderr).toContain(`Not run: kube-apiserver, kube-controller-manager, kube-scheduler, kubectl, kwok missing, neither in KUBEBUILDER_ASSETS (${assets})`);
    expect(launch([], { PATH: assets }).stderr).toContain('Not run: kube-apiserver,');
  });

  test('needs only kubectl for a cluster of the user; otherwise trying one is a day of work', () => {
    expect(launch(['--context', 'mine'], { PATH: '' }).stderr).toContain('Not run: kubectl missing,');
  });

  test('names the environments when there is none of that name; otherwise a misspelt one is a run of nothing', () => {
    expect(launch(['labb'], { PATH: '' })).toEqual({ status: 1, stderr: 'Not run: there is no environment labb. There are: dev, lab, prod.' });
  });

  test('refuses an option that it does not know; otherwise a misspelt --context starts something else', () => {
    const { status, stderr } = launch(['--contxt', 'mine'], { PATH: '' });
    expect(status).toBe(1);
    expect(stderr).toContain("Unknown option '--contxt'");
  });

  test('a test that fails is an exit code of 1, and an API server that does not start is a failure; otherwise the gate passes', () => {
    for (const program of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kwok']) install(program);
    const { status, stderr } = launch(['dev'], { PATH: process.env.PATH, KUBEBUILDER_ASSETS: assets });
    expect(status).toBe(1);
    expect(stderr).toContain('The control plane does not start. Error: etcd has ended with 1');
  }, 120_000);
});
