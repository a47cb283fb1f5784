// npm run bench: how long a synth takes against other tools, as ratios of medians of interleaved runs; writes docs/performance.md.
// npm run bench -- --short: a quick look that writes nothing and fails where the time no longer grows with the size alone.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { checkSameObjects, installedTools, peerCases, settingsChart } from './peers.mjs';
import { HELM_OF_SETTINGS, page, table } from './report.mjs';
import { medians, versionOf } from './run.mjs';

const root = join(import.meta.dirname, '..', '..');
const short = process.argv.includes('--short');
const temporary = mkdtempSync(join(tmpdir(), 'bench-'));
const script = (...args) => ({ command: [process.execPath, ...args], cwd: root });
const bench = name => fileURLToPath(new URL(name, import.meta.url));

/** One environment by its compiled entry. */
function environment({ tools }) {
  return medians({
    'this library': script('scripts/synth.cjs', 'prod'),
    ...peerCases(tools, join(root, 'dist/prod'), join(temporary, 'prod')),
    'cdk8s alone, compiled': script(bench('stock.cjs'), 'prod', join(temporary, 'stock')),
    'Node itself (`node -e 0`)': script('-e', '0'),
  }, short ? 3 : 15);
}

/** The cdk8s command, in its first and second run after `npm ci`, and as its template has it. */
function command() {
  const synth = (...app) => script('node_modules/cdk8s-cli/bin/cdk8s', 'synth', '--output', join(temporary, 'cdk8s'), ...app);
  const forgetRuns = () => readdirSync(join(root, 'out/bundle')).filter(file => file.endsWith('.cache')).forEach(file => rmSync(join(root, 'out/bundle', file)));
  return medians({
    'first run': { ...synth(), before: forgetRuns },
    'second run': synth(),
    ...(versionOf('ts-node', '--version') === undefined ? {} : { 'the same app with `ts-node`, as in the template': synth('--app', 'ts-node apps/main.ts') }),
  }, short ? 1 : 5);
}

/** Ten thousand objects. */
function many({ tools }) {
  // In one file, as scripts/build.cjs makes it of the environments.
  const bundle = join(temporary, 'many.cjs');
  buildSync({ entryPoints: [bench('many.cjs')], outfile: bundle, bundle: true, platform: 'node', target: 'node20', minifyWhitespace: true, minifySyntax: true });
  const own = (objects, charts, how = 'own') => script(bundle, String(objects), String(charts), how, join(temporary, `${how}-${objects}-${charts}`));
  const cases = short ? {
    '1,000 objects': own(1000, 1), '2,000 objects': own(2000, 1),
    '150 objects in 5 charts': own(150, 5), '150 objects in 5 charts that depend on each other in a chain': own(150, 5, 'chained'),
  } : {
    '10,000 objects in 1 chart': own(10_000, 1), '10,000 objects in 100 charts': own(10_000, 100), '10,000 objects in 1,000 charts': own(10_000, 1000), '1,000 objects in 1 chart': own(1000, 1),
    '10,000 objects in 100 charts in a chain': own(10_000, 100, 'chained'),
    '10,000 objects in 100 charts, with the checks timed': own(10_000, 100, 'timed'),
    'cdk8s alone, 1 chart': own(10_000, 1, 'stock'), 'cdk8s alone, 100 charts': own(10_000, 100, 'stock'),
  };
  // The other tools get what the first case writes.
  medians({ first: own(short ? 1000 : 10_000, 100) }, 1);
  const manifests = join(temporary, `own-${short ? 1000 : 10_000}-100`, 'many');
  const peers = short ? [] : tools.filter(({ name }) => name === 'helm' || name === 'kosko');
  const ofSettings = peers.some(({ name }) => name === 'helm') ? { [HELM_OF_SETTINGS]: settingsChart(200) } : {};
  if (peers.some(({ name }) => name === 'helm')) {
    medians({ small: own(200, 1) }, 1);
    checkSameObjects(join(temporary, 'own-200-1', 'many'), settingsChart(4));
  }
  return medians({ ...cases, ...ofSettings, ...peerCases(peers, manifests, join(temporary, 'many')) }, 3);
}

/** Ratios that hold on any machine. */
function checkGrowth(results) {
  const ratio = (name, other) => results[name].seconds / results[other].seconds;
  const growth = [
    { what: '2,000 objects against 1,000', is: ratio('2,000 objects', '1,000 objects'), below: 2.6 },
    { what: 'five charts in a chain against five without', is: ratio('150 objects in 5 charts that depend on each other in a chain', '150 objects in 5 charts'), below: 2 },
  ];
  for (const { what, is, below } of growth) console.log(`${what}: ${is.toFixed(2)}, must be below ${below}`);
  if (growth.some(({ is, below }) => is >= below)) process.exitCode = 1;
}

try {
  const { tools, missing } = installedTools();
  if (versionOf('ts-node', '--version') === undefined) missing.push('ts-node');
  medians({ build: script('scripts/synth.cjs') }, 1);
  const results = { environment: environment({ tools }), command: command(), many: many({ tools }) };
  for (const part of Object.values(results)) console.log(`${table(part)}\n`);
  console.log(missing.length > 0 ? `Not installed, so not compared: ${missing.join(', ')}.` : 'All tools were found.');
  if (short) checkGrowth(results.many);
  else writeFileSync(join(root, 'docs/performance.md'), page(results, tools, missing));
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
