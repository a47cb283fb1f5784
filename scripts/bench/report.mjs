// The tables of a benchmark, and docs/performance.md.

/** What a script of this folder says about itself: peak memory, and the time of its parts in milliseconds. */
function details(output) {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

/** Seconds of each case, as multiples of the first one. */
export function table(part) {
  const entries = Object.entries(part);
  const reference = entries[0][1].seconds;
  const withMemory = entries.some(([, { output }]) => details(output)?.mebibytes);
  return [
    `| | Time, as a multiple of the first line | Seconds |${withMemory ? ' Peak memory, MiB |' : ''}`,
    `|---|---|---|${withMemory ? '---|' : ''}`,
    ...entries.map(([name, { seconds, output }]) =>
      `| ${name} | ${(seconds / reference).toFixed(2)} | ${seconds.toFixed(2)} |${withMemory ? ` ${details(output)?.mebibytes ?? ''} |` : ''}`),
  ].join('\n');
}

/** Title of the case in which helm makes the objects of values. */
export const HELM_OF_SETTINGS = '`helm template`, a chart that makes them of values';

/** The goals, and what came out. */
function goals({ environment, command, many }) {
  const rows = [];
  const add = (goal, part, name, other, limit) => {
    if (!part[name] || !part[other]) return;
    const is = part[name].seconds / part[other].seconds;
    rows.push(`| ${goal} | at most ${limit} | ${is.toFixed(2)} | ${is <= limit ? 'yes' : 'no'} |`);
  };
  add('prod by its compiled entry, against `helm template`', environment, 'this library', '`helm template`', 1.5);
  add('`cdk8s synth`, against the template\'s `ts-node`', command, 'first run', 'the same app with `ts-node`, as in the template', 0.33);
  add('its second run, against its first (no slower, within noise)', command, 'second run', 'first run', 1.05);
  add('10,000 objects, against `helm template` of a chart that makes them of values', many, '10,000 objects in 100 charts', HELM_OF_SETTINGS, 0.4);
  add('10,000 objects against 1,000', many, '10,000 objects in 1 chart', '1,000 objects in 1 chart', 10);
  add('10,000 objects in 1,000 charts against 1', many, '10,000 objects in 1,000 charts', '10,000 objects in 1 chart', 1.2);
  const memory = name => details(many[name].output).mebibytes;
  for (const charts of ['1 chart', '100 charts']) {
    const is = memory(`10,000 objects in ${charts}`) / memory(`cdk8s alone, ${charts}`);
    rows.push(`| peak memory of 10,000 objects in ${charts}, against cdk8s alone | below 1 | ${is.toFixed(2)} | ${is < 1 ? 'yes' : 'no'} |`);
  }
  const timed = many['10,000 objects in 100 charts, with the checks timed'];
  const checks = details(timed.output).checks / 1000 / timed.seconds;
  rows.push(`| checks of constructs and rules over 10,000 objects, as part of their synth | below 0.25 | ${checks.toFixed(2)} | ${checks < 0.25 ? 'yes' : 'no'} |`);
  return ['| Goal | Ratio | Here | Reached |', '|---|---|---|---|', ...rows].join('\n');
}

export function page(results, tools, missing) {
  return `# Performance

Written by \`npm run bench\`, which compares with whatever of helm, kustomize, jsonnet and kosko is installed. Each number is the median of whole processes that ran in turn in one
run. Machines differ: look at the ratios, and measure on your own. Why it is built as it is: [decision 8](decisions/0008-own-synth-loop.md).

This run: Node ${process.versions.node}${tools.map(({ name, found }) => `, ${name} ${found.replace(/^\D*/, '')}`).join('')}.${missing.length > 0 ? ` Not installed, so not compared: ${missing.join(', ')}.` : ''}

## Goals

${goals(results)}

## One environment

The whole of \`prod\`: \`node scripts/synth.cjs prod\`, which looks for changed sources, checks and writes. The other tools print the same objects.

${table(results.environment)}

## The cdk8s command

\`npx cdk8s synth\`, all environments, right after \`npm ci\` and once more. Most of it is the command itself.

${table(results.command)}

## Ten thousand objects

200 teams of 50: a namespace, two claims and 47 jobs each. The library makes, checks and writes them; cdk8s alone makes and writes. Helm runs twice: with \`scripts/bench/helm-chart\`,
written in the style of \`helm create\`, which makes the objects of values as the library makes them of props, and with a chart whose templates are the finished manifests.

${table(results.many)}
`;
}
