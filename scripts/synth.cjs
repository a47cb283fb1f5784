// `cdk8s synth` and `npm run synth -- [env...]`: builds where a source has changed, then writes the manifests.
const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname } = require('node:path');
const { Script } = require('node:vm');
const { build } = require('./build.cjs');

/**
 * Runs the bundle with what V8 has compiled of it in an earlier run. V8 refuses compiled code of another version of itself, but not that of another
 * source of the same length: the name of the bundle is a hash of its sources.
 */
function run(bundle) {
  const codeCache = bundle.replace(/js$/, 'cache');
  const cachedData = existsSync(codeCache) ? readFileSync(codeCache) : undefined;
  // The bundle has no letter outside ASCII.
  const script = new Script(readFileSync(bundle, 'latin1'), { filename: bundle, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(bundle), module, bundle, dirname(bundle));
  if (cachedData && !script.cachedDataRejected) return;
  writeFileSync(`${codeCache}.${process.pid}`, script.createCachedData());
  renameSync(`${codeCache}.${process.pid}`, codeCache);
}

const bundle = build();
if (bundle) run(bundle);
