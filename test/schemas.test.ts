import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { PodTemplateSpec } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import { type Json } from '../lib';
import { podTemplatesOf } from '../lib/core/model';

const ROOT = join(__dirname, '..');
const documents = (path: string): Json[] => parseAllDocuments(readFileSync(path, 'utf8')).map(document => document.toJS());
const yamlFiles = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.yaml')).sort().map(file => join(folder, file));

const written = yamlFiles(join(ROOT, 'dist')).flatMap(path => documents(path).map(json => ({ json, title: `${path.slice(ROOT.length + 6)}: ${json.kind} ${json.metadata.name}` })));
/** With the objects that steps of workflows make. */
const manifests = written.flatMap(({ json, title }) => [
  { json, title },
  ...(json.spec?.templates ?? []).filter((step: Json) => step.resource).map((step: Json) => ({ json: JSON.parse(step.resource.manifest), title: `${title}, step ${step.name}` })),
]);
const isCustom = (json: Json) => crds(join(ROOT, 'crds')).some(crd => crd.apiVersion === json.apiVersion && crd.kind === json.kind);

interface CrdSchema {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: Json;
}

/** Schemas of the custom resource definitions in a folder, one per version. */
function crds(folder: string): CrdSchema[] {
  return yamlFiles(folder).flatMap(file => documents(file).flatMap(({ spec }) => spec.versions.map((version: Json) => ({
    file: file.slice(folder.length + 1), apiVersion: `${spec.group}/${version.name}`, kind: spec.names.kind, schema: version.schema.openAPIV3Schema,
  }))));
}

/** The schema as strict server-side apply sees it: a field that is not described is an error. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return schema.properties && !schema.additionalProperties && !schema['x-kubernetes-preserve-unknown-fields'] ? { ...inner, additionalProperties: false } : inner;
}

/** A validator of a custom resource; metadata is Kubernetes' own and not described in a definition. */
function validator({ schema }: CrdSchema): ValidateFunction {
  const properties = { apiVersion: { type: 'string' }, kind: { type: 'string' }, ...schema.properties, metadata: { type: 'object' } };
  return new Ajv({ strict: false, allErrors: true, formats: { int32: true, int64: true, 'date-time': true, double: true } })
    .compile(closed({ ...schema, properties: schema['x-kubernetes-preserve-unknown-fields'] ? undefined : properties }));
}

const errors = (validate: ValidateFunction, json: Json): unknown[] => (validate(json) ? [] : validate.errors ?? []);

describe('built-in objects meet the Kubernetes schema; otherwise kubectl apply refuses them', () => {
  test.each(manifests.filter(({ json }) => !isCustom(json)))('$title', ({ json }) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const Model = (require(`kubernetes-models/${json.apiVersion}`) as Record<string, new (data: Json) => { validate(): void }>)[json.kind];
    expect(Model).toBeDefined();
    expect(() => { new Model!(json).validate(); }).not.toThrow();
  });
});

describe('custom objects meet our closed schemas; otherwise a typo is accepted and silently ignored', () => {
  const own = crds(join(ROOT, 'crds'));
  test.each(manifests.filter(({ json }) => isCustom(json)))('$title', ({ json }) => {
    const schema = own.find(({ apiVersion, kind }) => apiVersion === json.apiVersion && kind === json.kind);
    expect(errors(validator(schema!), json)).toEqual([]);
  });

  test('the schemas notice a misspelt field', () => {
    const backend = manifests.find(({ json }) => json.kind === 'TridentBackendConfig')!.json;
    const schema = own.find(({ kind }) => kind === 'TridentBackendConfig')!;
    expect(errors(validator(schema), { ...backend, spec: { ...backend.spec, manegementLIF: '10.0.0.1' } })).toHaveLength(1);
  });

  const withPods = manifests.filter(({ json }) => isCustom(json)).flatMap(({ json, title }) => podTemplatesOf(json).map(({ metadata, spec }, index) => ({ title, index, template: { metadata, spec } })));
  test.each(withPods)('pod template $index inside: $title', ({ template }) => {
    expect(() => { new PodTemplateSpec(template).validate(); }).not.toThrow();
  });

  test.each(manifests.filter(({ json }) => json.kind === 'PodDefault'))('what it adds to a pod: $title', ({ json: { spec: { env, volumes, volumeMounts } } }) => {
    expect(() => { new PodTemplateSpec({ spec: { volumes, containers: [{ name: 'notebook', env, volumeMounts }] } }).validate(); }).not.toThrow();
  });
});

/** Folder with the definitions that the upstream projects ship; the gate sets it, users need not. */
const upstream = process.env.UPSTREAM_CRDS;
(upstream !== undefined && existsSync(upstream) ? describe : describe.skip)('custom objects meet the upstream definitions; otherwise the operator that serves them refuses or drops them', () => {
  const definitions = upstream === undefined ? [] : crds(upstream);
  const cases = manifests.flatMap(({ json, title }) => definitions
    .filter(({ apiVersion, kind }) => apiVersion === json.apiVersion && kind === json.kind)
    .map(definition => ({ json, title, definition })));
  test('every custom kind that we write has an upstream definition to be held against', () => {
    const kinds = new Set(written.filter(({ json }) => isCustom(json)).map(({ json }) => json.kind));
    expect([...kinds].filter(kind => !cases.some(({ json }) => json.kind === kind))).toEqual([]);
  });
  test.each(cases)('$title by $definition.file', ({ json, definition }) => {
    expect(errors(validator(definition), json)).toEqual([]);
  });
});
