import { execFile } from 'node:child_process';
import { type Json } from '../../../lib';

/** What a command left. */
export interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** kubectl, always against one cluster. The user's KUBECONFIG is never read unless it is given here. */
export class Kubectl {
  constructor(private readonly binary: string, private readonly target: readonly string[], private readonly env: NodeJS.ProcessEnv) {}

  /** Runs a command; a refusal is an outcome, not an error. */
  try(args: readonly string[], input?: string): Promise<Outcome> {
    return new Promise(resolve => {
      const child = execFile(this.binary, [...this.target, ...args], { env: this.env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
        resolve({ ok: error === null, stdout, stderr });
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });
  }

  /** Runs a command that must succeed. */
  async run(args: readonly string[], input?: string): Promise<string> {
    const { ok, stdout, stderr } = await this.try(args, input);
    if (!ok) throw new Error(`kubectl ${args.join(' ')}:\n${stderr}`);
    return stdout;
  }

  /** Every object of the given kinds (`pods,jobs`), of all namespaces. */
  async list(kinds: string, ...args: readonly string[]): Promise<Json[]> {
    return JSON.parse(await this.run(['get', kinds, '-A', '-o', 'json', ...args])).items;
  }

  /** Creates objects as they are. */
  async create(objects: readonly Json[], ...args: readonly string[]): Promise<string> {
    return objects.length === 0 ? '' : this.run(['create', '-f', '-', ...args], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  }
}
