import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { type Json } from '../lib';

/** The documents' own manifests; see test/reference/README.md. */
const REFERENCE = join(__dirname, 'reference');
const LAB = join(__dirname, '..', 'dist', 'lab');

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => /\.(ya?ml|json)$/.test(file)).sort();

const written: Json[] = filesBelow(LAB).flatMap(file => parseAllDocuments(readFileSync(join(LAB, file), 'utf8')).map(document => document.toJS()));

/** What the documents print and what stands for it today. */
function current(file: string, json: Json): Json {
  if (file.endsWith('.json')) return { apiVersion: 'trident.netapp.io/v1', kind: 'TridentBackendConfig', metadata: { name: json.backendName }, spec: json };
  return json.provisioner === 'netapp.io/trident' ? { ...json, provisioner: 'csi.trident.netapp.io' } : json;
}

/** Every field of `documented` that `actual` has otherwise or not at all. Lists of named things are compared by name, others in order. */
function differences(documented: Json, actual: Json, place = ''): string[] {
  if (Array.isArray(documented)) {
    if (!Array.isArray(actual)) return [`${place}: expected a list, got ${JSON.stringify(actual)}`];
    const named = documented.every(item => item !== null && typeof item === 'object' && 'name' in item);
    if (!named && documented.length !== actual.length) return [`${place}: expected ${JSON.stringify(documented)}, got ${JSON.stringify(actual)}`];
    return documented.flatMap((item, index) => {
      const counterpart = named && !('mountPath' in item) ? actual.find(other => other.name === item.name) : actual[index];
      return differences(item, counterpart, `${place}[${named ? item.name : index}]`);
    });
  }
  if (documented !== null && typeof documented === 'object') {
    return Object.entries(documented).flatMap(([key, value]) => differences(value, actual?.[key], place === '' ? key : `${place}.${key}`));
  }
  return documented === actual ? [] : [`${place}: expected ${JSON.stringify(documented)}, got ${JSON.stringify(actual)}`];
}

describe('the documents\' deployment is what lab deploys; without this, a team that follows the documents gets something else', () => {
  const files = filesBelow(REFERENCE);

  test('there are reference manifests of storage and training to compare with', () => {
    expect(files.filter(file => file.startsWith('ontap-ai/')).length).toBeGreaterThanOrEqual(11);
    expect(files.filter(file => file.startsWith('aipod/')).length).toBeGreaterThanOrEqual(5);
    expect(files.filter(file => file.startsWith('training/')).length).toBeGreaterThanOrEqual(3);
  });

  test.each(files)('%s has every documented field in dist/lab', file => {
    const documented = current(file, parse(readFileSync(join(REFERENCE, file), 'utf8')));
    const found = written.filter(({ kind, metadata }) => kind === documented.kind && metadata.name === documented.metadata.name
      && (documented.metadata.namespace ?? metadata.namespace) === metadata.namespace);
    expect(found).toHaveLength(1);
    expect(differences(documented, found[0])).toEqual([]);
  });

  test('the comparison itself notices a changed, a missing and an additional list entry', () => {
    const documented = { spec: { list: [{ name: 'a', value: 1 }], args: ['x', 'y'] } };
    expect(differences(documented, { spec: { list: [{ name: 'a', value: 2 }], args: ['x', 'y'] } })).toEqual(['spec.list[a].value: expected 1, got 2']);
    expect(differences(documented, { spec: { list: [], args: ['x', 'y'] } })).toHaveLength(2);
    expect(differences(documented, { spec: { list: [{ name: 'a', value: 1 }], args: ['x', 'y', 'z'] } })).toHaveLength(1);
  });
});
