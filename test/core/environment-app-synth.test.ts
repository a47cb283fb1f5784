import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, Include, type IResolver, JsonPatch, YamlOutputType } from 'cdk8s';
import { Deployment } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { parse, parseAllDocuments } from 'yaml';
import { dev } from '../../apps/environments/dev';
import { declarePrerequisite, EnvironmentApp, type EnvironmentAppProps, ValidationError } from '../../lib';
import { CLUSTER } from '../support';
import { claim, configMap, pod } from './objects';

const WRONG_NAME = '`metadata.name` is "My_settings": the name of a ConfigMap must be at most 253 characters: a-z, 0-9, "-" and ".", with a letter or digit at both ends. Try "my-settings".';
const wrong = configMap({}, 'My_settings');

describe('synth', () => {
  let outputRoot: string;
  beforeEach(() => { outputRoot = mkdtempSync(join(tmpdir(), 'environment-app-')); });
  afterEach(() => { rmSync(outputRoot, { recursive: true }); });

  const environment = (props: Partial<EnvironmentAppProps> = {}) => new EnvironmentApp('lab', { cluster: CLUSTER, outputRoot, ...props });
  const files = (folder = '') => readdirSync(join(outputRoot, 'lab', folder)).sort();
  const read = (file: string) => readFileSync(join(outputRoot, 'lab', file), 'utf8');

  test('every prop has its place', () => {
    const resolver = { resolve: () => undefined };
    const props: Required<EnvironmentAppProps> = {
      cluster: CLUSTER, outputRoot, rules: [() => [{ path: '', sentence: 'Mine.' }]],
      outputFileExtension: '.yml', yamlOutputType: YamlOutputType.FILE_PER_APP, recordConstructMetadata: true, resolvers: [resolver],
    };
    const app = new EnvironmentApp('lab', props);
    expect(app).toMatchObject({ name: 'lab', cluster: CLUSTER, outdir: join(outputRoot, 'lab'), outputFileExtension: '.yml', yamlOutputType: YamlOutputType.FILE_PER_APP });
    expect(app.findings()).toEqual([{ path: 'lab', sentence: 'Mine.' }]);
  });

  test('writes one file per layer, named and ordered by the layer', () => {
    const app = environment();
    new ApiObject(app.layer('30-later'), 'settings', configMap({}, 'later'));
    new ApiObject(app.layer('20-first'), 'settings', configMap({ a: 'b' }));
    app.synth();
    expect(files()).toEqual(['20-first.k8s.yaml', '30-later.k8s.yaml']);
    expect(parse(read('20-first.k8s.yaml'))).toEqual(configMap({ a: 'b' }));
  });

  test('writes nothing when there is a mistake, and leaves the older folder alone; otherwise the last good manifests are gone', () => {
    mkdirSync(join(outputRoot, 'lab'));
    writeFileSync(join(outputRoot, 'lab', 'old.yaml'), 'old');
    const app = environment();
    new ApiObject(app.layer('20-layer'), 'settings', wrong);
    expect(() => { app.synth(); }).toThrow(ValidationError);
    expect(() => { app.synth(); }).toThrow(`1 mistake, nothing written:\n  [lab/20-layer/settings] ${WRONG_NAME}`);
    expect(files()).toEqual(['old.yaml']);
  });

  test('removes files of an earlier synth; otherwise an object that was taken out is applied again', () => {
    mkdirSync(join(outputRoot, 'lab', 'import'), { recursive: true });
    writeFileSync(join(outputRoot, 'lab', '10-gone.k8s.yaml'), 'old');
    writeFileSync(join(outputRoot, 'lab', 'import', 'gone.yaml'), 'old');
    writeFileSync(join(outputRoot, 'beside.txt'), 'not ours');
    const app = environment();
    new ApiObject(app.layer('20-layer'), 'settings', configMap());
    app.synth();
    expect(files()).toEqual(['20-layer.k8s.yaml']);
    expect(existsSync(join(outputRoot, 'beside.txt'))).toBe(true);
  });

  test('writes the files of prerequisites where kubectl apply does not look', () => {
    const app = environment();
    declarePrerequisite(app.layer('20-layer'), { area: 'Volumes', what: 'Import', file: { path: 'import/data.yaml', manifest: claim() } });
    declarePrerequisite(app, { area: 'Volumes', what: 'No file' });
    app.synth();
    expect(files()).toEqual(['20-layer.k8s.yaml', 'import']);
    expect(files('import')).toEqual(['data.yaml']);
    expect(parse(read('import/data.yaml'))).toEqual(claim());
  });

  test('two different files of one path are refused; otherwise one import uses the claim of another', () => {
    const app = environment();
    const file = (name: string) => ({ path: 'import/data.yaml', manifest: claim({}, name) });
    declarePrerequisite(new Construct(app, 'one'), { area: 'Volumes', what: 'One', file: file('one') });
    declarePrerequisite(new Construct(app, 'two'), { area: 'Volumes', what: 'Two', file: file('two') });
    declarePrerequisite(new Construct(app, 'again'), { area: 'Volumes', what: 'Again', file: file('one') });
    expect(app.findings()).toEqual([{
      path: 'lab/two', sentence: 'The file import/data.yaml of a prerequisite is already written by one with other content: it would be replaced. Give the two different names.',
    }]);
  });

  test('checks and writes a Chart and an ApiObject that a user adds beside ours', () => {
    const app = environment();
    new ApiObject(app.layer('20-layer'), 'ours', configMap());
    const own = new Chart(app, 'own', { namespace: 'team', labels: { owner: 'me' } });
    new ApiObject(own, 'settings', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine' }, data: { a: 'b' } });
    new ApiObject(own, 'pod', pod({ volumes: [{ name: 'v', configMap: { name: 'settings' } }] }));
    app.synth();
    expect(files()).toEqual(['20-layer.k8s.yaml', 'own.k8s.yaml']);
    expect(parseAllDocuments(read('own.k8s.yaml')).map(document => document.toJS())[0]).toEqual({
      apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine', namespace: 'team', labels: { owner: 'me' } }, data: { a: 'b' },
    });
    new ApiObject(own, 'wrong', configMap({}, 'mine'));
    expect(() => { app.synth(); }).toThrow('[lab/own/wrong] `metadata.name` is mine: ConfigMap team/mine is already made by own/settings, and an apply would overwrite it. Rename one of the two.');
  });

  test('dependencies in a circle are a mistake like any other; otherwise the old manifests are removed and nothing takes their place', () => {
    const app = environment();
    const [one, two] = ['one', 'two'].map(id => new ApiObject(app.layer('20-layer'), id, configMap({}, id))) as [ApiObject, ApiObject];
    one.addDependency(two);
    two.addDependency(one);
    expect(app.findings()).toEqual([{
      path: 'lab', sentence: '`addDependency` gives no order of apply: 20-layer/one => 20-layer/two => 20-layer/one. Remove one of these dependencies.',
    }]);
    expect(() => { app.synth(); }).toThrow(ValidationError);
  });

  describe('every feature of a cdk8s app gives what cdk8s gives; otherwise a project that moves to this library loses it', () => {
    class Rendered extends Chart {
      override toJson() { return [{ rendered: 'by itself' }]; }
    }
    const replaceText: IResolver = { resolve: context => { if (context.value === 'replace me') context.replaceValue('replaced'); } };
    const own = (app: EnvironmentApp) => {
      const [first] = ['a', 'b'].map(id => new ApiObject(app.layer('30-later'), id, configMap({ text: 'replace me', number: '8080' }, id))) as [ApiObject];
      first.addJsonPatch(JsonPatch.add('/data/patched', 'yes'));
      const chart = new Chart(app, 'own', { labels: { owner: 'me' }, namespace: 'team' });
      const high = new Deployment(chart, 'web', { containers: [{ image: 'registry.example.com/app:1.0', portNumber: 80 }], metadata: { name: 'web' } });
      high.exposeViaService({ name: 'web' });
      ApiObject.of(high).addDependency(first);
      new Include(chart, 'included', { url: join(__dirname, '../../dist/dev/10-namespaces.k8s.yaml') });
    };
    const written = (props: Partial<EnvironmentAppProps>, synth: (app: EnvironmentApp) => void, more: (app: EnvironmentApp) => void = () => undefined) => {
      const app = new EnvironmentApp('lab', { cluster: CLUSTER, outputRoot: mkdtempSync(join(outputRoot, 'x-')), ...props });
      own(app);
      more(app);
      synth(app);
      const entries = readdirSync(app.outdir, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
      return Object.fromEntries(entries.sort().map(path => [path.slice(app.outdir.length), readFileSync(path, 'utf8')]));
    };
    const stock = (app: EnvironmentApp) => { App.prototype.synth.call(app); };
    const ours = (app: EnvironmentApp) => {
      expect(app.findings().map(({ sentence }) => sentence)).toEqual([]);
      app.synth();
    };
    const LAYOUTS: [string, Partial<EnvironmentAppProps>, number][] = [
      ['one file per chart, as always', {}, 2],
      ['one file per chart, said so', { yamlOutputType: YamlOutputType.FILE_PER_CHART }, 2],
      ['one file', { yamlOutputType: YamlOutputType.FILE_PER_APP }, 1],
      ['one file per object', { yamlOutputType: YamlOutputType.FILE_PER_RESOURCE }, 4 + dev.namespaces.length],
      ['a folder per chart', { yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE }, 4 + dev.namespaces.length],
      ['another extension', { outputFileExtension: '.yml' }, 2],
      ['resolvers', { resolvers: [replaceText] }, 2],
      ['construct metadata', { recordConstructMetadata: true }, 3],
    ];

    test.each(LAYOUTS)('%s', (_title, props, count) => {
      const expected = written(props, stock);
      expect(written(props, ours)).toEqual(expected);
      expect(Object.keys(expected)).toHaveLength(count);
      expect(JSON.stringify(expected).includes('replace me')).toBe(props.resolvers === undefined);
    });

    test('construct metadata asked for by the cdk8s command', () => {
      process.env.CDK8S_RECORD_CONSTRUCT_METADATA = 'true';
      const files = Object.keys(written({}, ours));
      delete process.env.CDK8S_RECORD_CONSTRUCT_METADATA;
      expect(files).toContain('/construct-metadata.json');
    });

    test('a chart that renders itself', () => {
      const more = (app: EnvironmentApp) => { new Rendered(app, 'rendered'); };
      const expected = written({}, stock, more);
      expect(written({}, ours, more)).toEqual(expected);
      expect(Object.values(expected)).toContain('rendered: by itself\n');
    });
  });

  describe('without an output root', () => {
    const before = process.env.CDK8S_OUTDIR;
    afterEach(() => {
      if (before === undefined) delete process.env.CDK8S_OUTDIR;
      else process.env.CDK8S_OUTDIR = before;
    });

    test('goes where the cdk8s command says, else to dist', () => {
      process.env.CDK8S_OUTDIR = outputRoot;
      expect(environment({ outputRoot: undefined }).outdir).toBe(join(outputRoot, 'lab'));
      delete process.env.CDK8S_OUTDIR;
      expect(environment({ outputRoot: undefined }).outdir).toBe(join('dist', 'lab'));
    });
  });
});
