import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KnownObject, type ObjectOf, SPELLING } from '../../lib/core/kinds';

const ROOT = join(__dirname, '../..');
const GENERATED = [
  join(ROOT, 'node_modules/cdk8s-plus-27/lib/imports/k8s.js'),
  ...readdirSync(join(ROOT, 'imports')).map(file => join(ROOT, 'imports', file)),
];

/** `'clusterIP': obj.clusterIp` in what turns a generated type into JSON, with the name in the type first. */
const renamed = (file: string): [string, string][] => [...readFileSync(file, 'utf8').matchAll(/'([\w$-]+)': .*?obj\.(\w+)/g)]
  .map(([, written = '', inType = '']): [string, string] => [inType, written])
  .filter(([inType, written]) => inType !== written);

test('every field whose name differs in the generated types is spelled as Kubernetes does; otherwise it is written under a name that the API server refuses', () => {
  // Fields of a JSON schema, which only a CustomResourceDefinition has.
  const ofSchemas = (name: string) => name.startsWith('x-kubernetes-') || name.startsWith('$');
  const all = GENERATED.flatMap(renamed).filter(([, written]) => !ofSchemas(written));
  expect(SPELLING).toEqual(Object.fromEntries(all));
});

test('what Kubernetes would not understand does not compile', () => {
  const service: ObjectOf<'Service'> = { apiVersion: 'v1', kind: 'Service', spec: { clusterIP: 'None', ports: [{ port: 80, targetPort: 'http' }] } };
  const job: ObjectOf<'Job'> = {
    apiVersion: 'batch/v1', kind: 'Job', spec: { template: { spec: { containers: [{ name: 'main', resources: { limits: { 'cpu': '500m', 'nvidia.com/gpu': 8 } } }] } } },
  };
  const wrong: KnownObject[] = [
    // @ts-expect-error the name in the generated type
    { apiVersion: 'v1', kind: 'Service', spec: { clusterIp: 'None' } },
    // @ts-expect-error a Job is of another group
    { apiVersion: 'apps/v1', kind: 'Job', spec: { template: {} } },
    // @ts-expect-error no such field
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team', label: {} } },
    // @ts-expect-error no such value
    { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshotClass', driver: 'csi.trident.netapp.io', deletionPolicy: 'Keep' },
    // @ts-expect-error a number where text is asked for
    { apiVersion: 'v1', kind: 'ConfigMap', data: { port: 80 } },
    // @ts-expect-error no such version of a backend
    { apiVersion: 'trident.netapp.io/v1', kind: 'TridentBackendConfig', spec: { version: 2, storageDriverName: 'ontap-nas', svm: 'svm', managementLIF: '10.0.0.1', credentials: { name: 'login' } } },
  ];
  expect([service, job, ...wrong]).toHaveLength(8);
});
