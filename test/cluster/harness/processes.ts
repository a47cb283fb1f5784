import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Binary, run } from './run';

/** Programs of one control plane, each with its log in a folder. */
export class Processes {
  private readonly children = new Map<Binary, ChildProcess>();

  constructor(private readonly folder: string) {}

  start(name: Binary, args: readonly string[]): void {
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    const child = spawn(run.binaries[name], args, { stdio: ['ignore', log, log], env: { PATH: process.env.PATH, HOME: this.folder } });
    this.children.set(name, child);
    // The launcher ends what is still listed here, should the tests be interrupted.
    const listed = join(run.folder, 'pids', String(child.pid));
    mkdirSync(dirname(listed), { recursive: true });
    writeFileSync(listed, name);
    child.once('exit', () => { rmSync(listed, { force: true }); });
  }

  /** Throws with the log of a program that has ended by itself. */
  assertAlive(): void {
    for (const [name, { exitCode, signalCode }] of this.children) {
      if (exitCode !== null || signalCode !== null) throw new Error(`${name} has ended with ${exitCode ?? signalCode}:\n${this.logOf(name)}`);
    }
  }

  /** The last lines of every log. */
  logs(): string {
    return [...this.children.keys()].map(name => `--- ${name}\n${this.logOf(name)}`).join('\n');
  }

  /** What is thrown away needs no time to end well. */
  async stop(): Promise<void> {
    for (const child of [...this.children.values()].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
  }

  private logOf(name: Binary): string {
    return readFileSync(join(this.folder, `${name}.log`), 'utf8').trim().split('\n').slice(-15).join('\n');
  }
}

/** Ports of loopback that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => { resolve(server); });
  })));
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}

/** Asks again until the answer is `true`; any other answer is what is still missing, and the error when time is over. */
export async function until(what: string, ask: () => Promise<true | string>, seconds = 120): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer === true) return;
    if (Date.now() > end) throw new Error(`${what}: not so after ${seconds} s. ${answer}`);
    await sleep(300);
  }
}
