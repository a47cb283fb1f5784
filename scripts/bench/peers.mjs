// The same objects as inputs of other tools: made from the manifests in a folder, or from the settings that they follow from.
import { deepStrictEqual } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { versionOf } from './run.mjs';

const filesOf = folder => readdirSync(folder).filter(name => name.endsWith('.yaml')).map(name => [name, readFileSync(join(folder, name), 'utf8')]);
const objectsOf = text => parseAllDocuments(text, { version: '1.1' }).map(document => document.toJS());

/** A chart whose templates are the manifests, with the label of who manages the object as a value, so that the template engine has work in each. */
function helm(files, folder) {
  mkdirSync(join(folder, 'templates'), { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 0.1.0\n');
  writeFileSync(join(folder, 'values.yaml'), 'managedBy: cdk8s-aipod\n');
  for (const [name, text] of files) {
    const template = text.replace(/\{\{/g, '{{ "{{" }}').replace(/(managed-by: )cdk8s-aipod$/gm, '$1{{ .Values.managedBy }}');
    writeFileSync(join(folder, 'templates', name), template);
  }
  return ['helm', 'template', 'bench', folder];
}

function kustomize(files, folder) {
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ resources: files.map(([name]) => name), labels: [{ pairs: { managed: 'bench' } }] }));
  return ['kustomize', 'build', folder];
}

function jsonnet(files, folder) {
  const objects = files.flatMap(([, text]) => objectsOf(text));
  writeFileSync(join(folder, 'main.jsonnet'), `local managedBy = 'cdk8s-aipod';\nstd.manifestYamlStream([object + { metadata+: { labels+: { managed: managedBy } } } for object in ${JSON.stringify(objects)}])\n`);
  return ['jsonnet', '-S', join(folder, 'main.jsonnet')];
}

function kosko(files, folder) {
  mkdirSync(join(folder, 'components'));
  writeFileSync(join(folder, 'kosko.toml'), 'components = ["*"]\n');
  for (const [name, text] of files) writeFileSync(join(folder, 'components', name.replace(/\.k8s\.yaml$/, '.js')), `module.exports = ${JSON.stringify(objectsOf(text))};\n`);
  return ['kosko', 'generate', '--cwd', folder];
}

const TOOLS = [
  { name: 'helm', version: ['version', '--short'], prepare: helm, title: '`helm template`' },
  { name: 'kustomize', version: ['version'], prepare: kustomize, title: '`kustomize build`' },
  { name: 'jsonnet', version: ['--version'], prepare: jsonnet, title: '`jsonnet`' },
  { name: 'kosko', version: ['--version'], prepare: kosko, title: '`kosko generate`' },
];

/** The tools that are installed, with their versions, and the names of those that are not. */
export function installedTools() {
  const tools = TOOLS.map(tool => ({ ...tool, found: versionOf(tool.name, ...tool.version) }));
  return { tools: tools.filter(({ found }) => found !== undefined), missing: tools.filter(({ found }) => found === undefined).map(({ name }) => name) };
}

/** Title -> case for each tool, on the manifests of a folder. */
export function peerCases(tools, manifests, temporary) {
  const files = filesOf(manifests);
  return Object.fromEntries(tools.map(({ name, prepare, title }) => {
    const folder = join(temporary, name);
    mkdirSync(folder, { recursive: true });
    return [title, { command: prepare(files, folder) }];
  }));
}

/** The ten thousand objects by a chart in the style of `helm create`, which makes them of values, as the library makes them of props. */
export const settingsChart = teams => ({ command: ['helm', 'template', 'bench', join(import.meta.dirname, 'helm-chart'), '--set', `teams=${teams}`] });

/** Throws unless the chart gives the objects that are in a folder, but for the hash in the names of jobs. */
export function checkSameObjects(folder, { command: [file, ...args] }) {
  const sorted = objects => objects.map(({ metadata: { name, ...metadata }, ...object }) => ({ ...object, metadata: { ...metadata, name: name.replace(/-[0-9a-f]{8}$/, '') } }))
    .map(object => [`${object.metadata.namespace} ${object.kind} ${object.metadata.name}`, object]).sort(([a], [b]) => (a < b ? -1 : 1));
  deepStrictEqual(sorted(objectsOf(spawnSync(file, args, { encoding: 'utf8', maxBuffer: 2 ** 30 }).stdout)), sorted(filesOf(folder).flatMap(([, text]) => objectsOf(text))));
}
