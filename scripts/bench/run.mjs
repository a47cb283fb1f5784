// Runs commands in turn, so that what else the machine does meets all of them alike.
import { spawnSync } from 'node:child_process';

// Costs every Node process time where it is set, and no other tool.
const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined, CDK8S_CHECK_UPGRADE: 'false' };

/** cases: name -> { command: [file, ...args], cwd?, before? }. Returns name -> { seconds: median, output: of the last run }. */
export function medians(cases, rounds) {
  const times = Object.fromEntries(Object.keys(cases).map(name => [name, []]));
  const outputs = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, { command: [file, ...args], cwd, before }] of Object.entries(cases)) {
      before?.();
      const start = performance.now();
      const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 30 });
      times[name].push((performance.now() - start) / 1000);
      if (status !== 0) throw new Error(`${name}: ${error?.message ?? ''} ${stderr}`);
      outputs[name] = stdout;
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, { seconds: median(values), output: outputs[name] }]));
}

const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** First line that a tool says about its version, or undefined where the tool is not installed. */
export function versionOf(tool, ...args) {
  const { status, stdout } = spawnSync(tool, args, { env, encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n')[0] : undefined;
}
