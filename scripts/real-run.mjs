// What the tests share that run the real program with the emitted manifests: a folder that is thrown away, virtual environments, processes, PostgreSQL.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';

export const root = join(import.meta.dirname, '..');

/** A password with everything that breaks URLs, shells and configuration files. */
export const NASTY = 'p/a:s@w %?#&"\'$x{y}\\+é';

/** Manifests of a file in dist/: `find` by kind and start of the name, `container` also by the name of the container. */
export const manifestsOf = file => lookup(parseAllDocuments(readFileSync(join(root, 'dist', file), 'utf8')).map(document => document.toJS()));

/** The same for manifests that are at hand. */
export function lookup(manifests) {
  const find = (kind, name) => manifests.find(manifest => manifest.kind === kind && manifest.metadata.name.startsWith(name));
  const container = (kind, name, which) => {
    const { template } = find(kind, name).spec;
    return [...template.spec.initContainers ?? [], ...template.spec.containers].find(({ name: other }) => other === which);
  };
  return { find, container };
}

export const onPath = name => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
const postgresBin = ['/usr/lib/postgresql/15/bin', '/usr/lib/postgresql/16/bin', '/usr/lib/postgresql/17/bin'].find(existsSync) ?? '';
const tool = name => (postgresBin === '' ? name : join(postgresBin, name));

export const expect = (actual, expected, what) => {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, got ${actual}`);
};
export async function until(what, seconds, condition) {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(1000)) if (await condition()) return;
  throw new Error(`${what} not within ${seconds} s`);
}
export const stop = (child, signal = 'SIGTERM') => { try { process.kill(-child.pid, signal); } catch { /* has ended */ } };
export const hasEnded = child => child.exitCode !== null || child.signalCode !== null;

/** A virtual environment with packages of PyPI; it is kept for the next run. */
export function install(name, packages) {
  const venv = join(root, 'node_modules/.cache', name);
  if (existsSync(join(venv, 'installed'))) return venv;
  console.log(`Installing ${packages[0]} from PyPI`);
  rmSync(venv, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', venv]);
  execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages], { stdio: 'inherit' });
  writeFileSync(join(venv, 'installed'), packages.join('\n'));
  return venv;
}

/** One run in a folder of its own; nothing is run where a program is missing, `initdb` standing for those of PostgreSQL. */
export function realRun(name, programs, packages) {
  const missing = programs.filter(program => !onPath(program) && !existsSync(tool(program)));
  if (missing.length > 0) {
    console.error(`Not run: ${missing.join(', ')} missing. Install them (Debian: apt-get install ${packages}).`);
    process.exit(1);
  }
  const work = mkdtempSync(join(tmpdir(), `${name}-`));
  chmodSync(work, 0o755);
  const folder = path => join(work, path);
  const processes = [];
  let passed = 0;
  let failed = 0;
  const report = (title, error) => {
    if (error === undefined) passed += 1;
    else failed += 1;
    console.log(`${error === undefined ? 'ok    ' : 'FAILED'} ${title}${error === undefined ? '' : `\n       ${error}`}`);
  };

  /** Runs a program to its end, in exactly this environment. */
  const run = (command, env) => execFileSync(command[0], command.slice(1), { env, cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 180_000 });
  /** Starts a program that goes on; its output is in `<title>.log`. */
  function start(title, command, env, cwd = work) {
    const child = spawn(command[0], command.slice(1), { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', data => appendFileSync(join(work, `${title}.log`), data));
    processes.push(child);
    return child;
  }

  const signalled = name => { for (const child of processes) stop(child, 'SIGKILL'); rmSync(work, { recursive: true, force: true }); process.exit(name === 'SIGINT' ? 130 : 143); };
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, signalled);

  return {
    work,
    folder,
    run,
    start,
    async check(title, body) {
      try {
        await body();
        report(title);
      } catch (error) {
        report(title, (error.stderr?.toString() ?? '').split('\n').slice(-8).join('\n       ') || error.message);
      }
    },
    /** An empty PostgreSQL on the address, with one user whose password is the given one, and one database. */
    async startPostgresql(host, user, password, database) {
      const asUser = userInfo().uid === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
      const env = { PATH: process.env.PATH };
      mkdirSync(folder('postgres'));
      if (asUser.length > 0) execFileSync('chown', ['postgres', folder('postgres')]);
      writeFileSync(folder('password'), password);
      chmodSync(folder('password'), 0o644);
      const data = join(folder('postgres'), 'pgdata');
      run([...asUser, tool('initdb'), '-D', data, '-U', user, '-A', 'scram-sha-256', '--pwfile', folder('password'), '-E', 'UTF8'], env);
      const child = start('postgres', [...asUser, tool('postgres'), '-D', data, '-h', host, '-k', folder('postgres')], env);
      await until('PostgreSQL', 30, () => spawnSync(tool('pg_isready'), ['-h', host]).status === 0);
      run([tool('createdb'), '-h', host, '-U', user, database], { ...env, PGPASSWORD: password });
      return child;
    },
    /** Ends all processes, removes the folder, prints the sum, and ends this process; `error` is what broke the run off. */
    async end(error) {
      if (error !== undefined) report('the run goes on to its end', error.stack);
      for (const child of processes.reverse()) stop(child, 'SIGTERM');
      await sleep(2000);
      for (const child of processes) stop(child, 'SIGKILL');
      if (failed > 0) {
        for (const log of readdirSync(work).filter(file => file.endsWith('.log'))) console.log(`--- ${log}\n${readFileSync(join(work, log), 'utf8').split('\n').slice(-15).join('\n')}`);
      }
      rmSync(work, { recursive: true, force: true });
      console.log(`\n${passed} passed, ${failed} failed`);
      process.exit(failed === 0 ? 0 : 1);
    },
  };
}
