import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type Json } from '../../../lib';
import { type Kubectl } from './kubectl';

const OWN = join(__dirname, '..', '..', '..', 'crds');

interface Definition {
  readonly file: string;
  readonly json: Json;
}

function definitionsIn(folder: string | undefined): Definition[] {
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.yaml'))
    .flatMap(file => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map(document => ({ file, json: document.toJS() })))
    .sort((a, b) => a.file.localeCompare(b.file, 'en', { numeric: true }));
}

const serves = ({ apiVersion, kind }: Json) => ({ json: { spec } }: Definition): boolean =>
  spec.names.kind === kind && spec.versions.some(({ name, served = true }: Json) => served && `${spec.group}/${name}` === apiVersion);

/** Definitions of the custom kinds among the objects: the newest that upstream ships, else the closed one of this project. */
export function definitionsFor(objects: readonly Json[]): Json[] {
  const [upstream, own] = [definitionsIn(process.env.UPSTREAM_CRDS), definitionsIn(OWN)];
  const found = objects.map(object => upstream.findLast(serves(object)) ?? own.findLast(serves(object)));
  return [...new Set(found.filter(definition => definition !== undefined))].map(({ json }) => installable(json));
}

/** The webhooks that convert between versions do not run here; and a group of Kubernetes itself has to say whether it was approved. */
function installable({ apiVersion, kind, metadata, spec }: Json): Json {
  const annotations = { 'api-approved.kubernetes.io': 'unapproved, for a test', ...metadata.annotations };
  return { apiVersion, kind, metadata: { ...metadata, annotations }, spec: { ...spec, conversion: { strategy: 'None' } } };
}

/** Installs the definitions, and waits until the API server serves them. */
export async function installDefinitions(kubectl: Kubectl, definitions: readonly Json[]): Promise<void> {
  if (definitions.length === 0) return;
  await kubectl.create(definitions);
  await kubectl.run(['wait', '--for=condition=Established', '--timeout=60s', ...definitions.map(({ metadata }) => `crd/${metadata.name}`)]);
}
