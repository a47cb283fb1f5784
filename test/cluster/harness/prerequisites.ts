import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Json } from '../../../lib';
import { type BuiltEnvironment } from './built';
import { type ControlPlane } from './control-plane';
import { definitionsFor, installDefinitions } from './definitions';
import { addNodes } from './nodes';

/** Provisioner of the class that a cluster without Trident has. */
const SOME_PROVISIONER = 'provisioner.example.com';

/** Brings about what must be true before the first apply: nodes, definitions, namespaces, and the objects that the cluster has already. */
export async function prepareCluster({ kubectl }: ControlPlane, built: BuiltEnvironment): Promise<void> {
  const { cluster } = built.environment;
  await installDefinitions(kubectl, definitionsFor(built.objects.map(({ json }) => json)));
  const present = (await kubectl.list('namespaces')).map(({ metadata }) => metadata.name);
  await kubectl.create(built.foreignNamespaces().filter(name => !present.includes(name)).map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
  for (const object of cluster.existing ?? []) if (object.kind === 'StorageClass') await kubectl.create([existingClass(object)]);
  await addNodes(kubectl, cluster);
}

const existingClass = ({ name = 'existing', isDefault = false }: { readonly name?: string; readonly isDefault?: boolean }): Json => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) } },
  provisioner: SOME_PROVISIONER,
});

/**
 * Brings about what needs the namespaces and classes of the first apply: Secrets, by the very commands of the prerequisites, the
 * claims of imported volumes, as `tridentctl import` would make them, and ServiceAccounts that some controller makes.
 */
export async function meetPrerequisites({ kubectl, env, folder }: ControlPlane, { prerequisites }: BuiltEnvironment): Promise<number> {
  const work = mkdtempSync(join(folder, 'secrets-'));
  const secrets = prerequisites.filter(({ area }) => area === 'Secrets').flatMap(({ commands = [] }) => commands);
  for (const command of secrets) {
    for (const [, file] of command.matchAll(/--from-file=\S+?=\.\/(\S+)/g)) writeFileSync(join(work, file!), 'simulated');
    await promisify(execFile)('sh', ['-ec', command], { cwd: work, env });
  }
  const claims = prerequisites.flatMap(({ file }) => (file ? [file.manifest] : []));
  const accounts = prerequisites.flatMap(({ provides = [] }) => provides).filter(({ kind }) => kind === 'ServiceAccount')
    .map(({ kind, namespace, name }) => ({ apiVersion: 'v1', kind, metadata: { namespace, name } }));
  await kubectl.create([...claims, ...accounts]);
  return secrets.length + claims.length + accounts.length;
}
