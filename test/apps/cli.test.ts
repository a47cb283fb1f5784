import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '..', '..');
const COMMAND = join(ROOT, 'node_modules/cdk8s-cli/bin/cdk8s');
const project = mkdtempSync(join(tmpdir(), 'project-'));
const environmentFile = (name: string) => join(project, 'apps/environments', `${name}.ts`);

/** `npx cdk8s synth` in the copy of the project; the check for a newer cdk8s would only slow the test down. */
function synth(...args: string[]) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [COMMAND, 'synth', '--check-upgrade=false', ...args], { cwd: project, encoding: 'utf8' });
  return { status, stderr, stdout };
}

/** What `npm run synth -- [env...]` runs. */
const npmSynth = (...names: string[]) => spawnSync(process.execPath, ['scripts/synth.cjs', ...names], { cwd: project, encoding: 'utf8' });

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
  writeFileSync(file, text.replace(from, to));
}

beforeAll(() => {
  for (const part of ['apps', 'crds', 'imports', 'lib', 'scripts', 'cdk8s.yaml', 'package.json', 'tsconfig.json']) cpSync(join(ROOT, part), join(project, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'), 'dir');
});
afterAll(() => { rmSync(project, { recursive: true }); });

describe('cdk8s synth in a fresh checkout', () => {
  test('writes what is committed; otherwise pipelines and npm run synth disagree', () => {
    expect(synth().status).toBe(0);
    for (const path of readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.yaml'))) {
      expect(readFileSync(join(project, 'dist', path), 'utf8')).toBe(readFileSync(join(ROOT, 'dist', path), 'utf8'));
    }
  }, 120_000);

  test('an edited environment is what is synthesised next; otherwise an old state is applied', () => {
    edit(environmentFile('lab'), "size: '1Gi'", "size: '3Gi'");
    expect(synth().status).toBe(0);
    expect(readFileSync(join(project, 'dist/lab/30-data.k8s.yaml'), 'utf8')).toContain('storage: 3Gi');
  }, 120_000);

  test('an edit back and forth of the same length is seen each time; otherwise what was compiled for the other text is run', () => {
    for (const [from, to] of [['3Gi', '5Gi'], ['5Gi', '3Gi']] as const) {
      edit(environmentFile('lab'), `size: '${from}'`, `size: '${to}'`);
      expect(npmSynth('lab').status).toBe(0);
      expect(npmSynth('lab').status).toBe(0);
      expect(readFileSync(join(project, 'dist/lab/30-data.k8s.yaml'), 'utf8')).toContain(`storage: ${to}`);
    }
  }, 120_000);

  test('manifests of others can be included, with odd values in them; otherwise a project that has some cannot move here', () => {
    const platform = join(project, 'apps/platform.ts');
    const committed = readFileSync(platform, 'utf8');
    const others = join(project, 'others.yaml');
    writeFileSync(others, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: others, namespace: airflow }\ndata: { tab: "a\\tb", sky: "ü" }\n');
    edit(platform, 'import { type EnvironmentApp', "import { Include } from 'cdk8s';\nimport { type EnvironmentApp");
    edit(platform, '  const stores =', `  new Include(app.layer('15-others'), 'others', { url: ${JSON.stringify(others)} });\n  const stores =`);
    const { status, stderr } = npmSynth('lab');
    writeFileSync(platform, committed);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(parse(readFileSync(join(project, 'dist/lab/15-others.k8s.yaml'), 'utf8'))).toMatchObject({ metadata: { name: 'others' }, data: { tab: 'a\tb', sky: 'ü' } });
    rmSync(join(project, 'dist/lab/15-others.k8s.yaml'));
  }, 120_000);

  test('--stdout shows every manifest', () => {
    const { status, stdout } = synth('--stdout');
    expect(status).toBe(0);
    const kinds = (text: string) => text.match(/^kind: .*/gm)!.length;
    const written = readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.yaml'));
    expect(kinds(stdout)).toBe(written.reduce((sum, path) => sum + kinds(readFileSync(join(ROOT, 'dist', path), 'utf8')), 0));
  }, 120_000);

  test('an environment that is named is written, and no other; an unknown name is an error that lists the names', () => {
    rmSync(join(project, 'dist'), { recursive: true, force: true });
    expect(npmSynth('prod').status).toBe(0);
    expect(readdirSync(join(project, 'dist'))).toEqual(['prod']);
    const { status, stderr } = npmSynth('prod', 'staging');
    expect(status).toBe(1);
    expect(stderr).toContain('[staging] There is no environment "staging". Write: npm run synth -- lab | dev | prod');
  }, 120_000);

  test('a misspelt key stops the synth; otherwise it is silently left out', () => {
    edit(environmentFile('dev'), 'rehearsal: true', 'rehersal: true');
    const { status, stderr } = synth();
    expect(status).not.toBe(0);
    expect(stderr).toContain("'rehersal' does not exist in type");
    edit(environmentFile('dev'), 'rehersal: true', 'rehearsal: true');
    expect(synth().status).toBe(0);
  }, 120_000);

  test('mistakes of all environments are reported in one run, with exit code 1 and nothing written; otherwise they are mended one at a time', () => {
    edit(environmentFile('lab'), "address: '192.168.12.12'", "address: '192.168.12.300'");
    edit(environmentFile('dev'), 'busybox:1.37.0', 'busybox');
    edit(environmentFile('prod'), "hosts: ['dgx-01', 'dgx-02']", "hosts: ['dgx-01', 'dgx-03']");
    edit(environmentFile('prod'), "aipod: 'aipod' },\n  },\n  training", "aipod: 'aipot' },\n  },\n  training");
    const { status, stderr } = synth();
    expect(status).toBe(1);
    const lines = stderr.split('\n').filter(line => line.startsWith('  ['));
    expect(lines).toContain('  [lab/20-storage/ontap-ai/ontap-ai-flexgroups-iface2] `dataLif` is "192.168.12.300": not an IPv4 or IPv6 address, nor a DNS name. '
      + 'Give the address of the interface, for example 192.168.11.11.');
    expect(lines.filter(line => line.startsWith('  [dev/40-training/single-imagenet] `image`'))).toHaveLength(1);
    expect(lines).toContain('  [prod] `storage.aipods["aipot"]` is not in the environment, but `data` refers to it. Add it, or correct the reference.');
    expect(existsSync(join(project, 'dist'))).toBe(false);
  }, 120_000);
});
