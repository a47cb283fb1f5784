// Compiles what has changed, types included, and puts the entry with all that it loads into one file. Does nothing when no source has changed since.
// Run by `npm ci` (as "prepare") and at the start of every synth, so that there is no build step to remember.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const folder = join(root, 'out', 'bundle');

/** Every file below a folder of the project. */
const filesBelow = name => readdirSync(join(root, name), { withFileTypes: true })
  .flatMap(entry => (entry.isDirectory() ? filesBelow(join(name, entry.name)) : [join(name, entry.name)]));

/** A hash of everything that the build reads: the content of the sources, and which packages are installed. */
function fingerprint() {
  const hash = createHash('sha1');
  const sources = ['apps', 'imports', 'lib'].flatMap(filesBelow);
  for (const file of [...sources.filter(name => name.endsWith('.ts')).sort(), 'package.json', 'tsconfig.json', join('scripts', 'build.cjs'), ...filesBelow(join('scripts', 'late'))]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  const packages = statSync(join(root, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false });
  return hash.update(`\0${packages?.mtimeMs} ${packages?.size}`).digest('hex');
}

/** The path of the bundle of the present sources, made now if there is none yet; undefined, with the exit code set, if they do not compile. */
function build() {
  const sources = fingerprint();
  const bundle = join(folder, `${sources}.js`);
  if (existsSync(bundle)) return bundle;
  // `cdk8s synth` shows only the standard error, so the compiler's messages go there.
  const { spawnSync } = require('node:child_process');
  const { status } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-b'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    process.exitCode = status ?? 1;
    return undefined;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Include and Yaml.load of cdk8s start this program, which they expect beside themselves.
  writeFileSync(join(folder, '_loadurl.mjs'), "import 'cdk8s/lib/_loadurl.mjs';\n");
  const outfile = join(folder, `unfinished-${process.pid}.js`);
  require('esbuild').buildSync({
    absWorkingDir: root, entryPoints: [join('apps', 'main.ts')], outfile, bundle: true, platform: 'node', target: 'node20', minifyWhitespace: true, minifySyntax: true,
    // As Node wraps a module, so that what runs it need not copy the text.
    banner: { js: '(function (exports, require, module, __filename, __dirname) {' }, footer: { js: '})' },
    alias: { yaml: join(__dirname, 'late', 'yaml.cjs'), child_process: join(__dirname, 'late', 'child-process.cjs') },
  });
  // Once more, should somebody have saved a file in the meantime.
  if (fingerprint() !== sources) return build();
  renameSync(outfile, bundle);
  return bundle;
}

module.exports = { build };
if (require.main === module) build();
