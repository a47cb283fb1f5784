import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type Json } from '../../lib';

const written = (environment: string): Json[] =>
  parseAllDocuments(readFileSync(join(__dirname, '..', '..', 'dist', environment, '80-mlflow.k8s.yaml'), 'utf8')).map(document => document.toJS());
const one = (manifests: Json[], kind: string, name: string): Json => manifests.find(manifest => manifest.kind === kind && manifest.metadata.name === name);

describe('lab is the documents\' MLflow; otherwise a team that follows the documents gets something else', () => {
  const lab = written('lab');

  test('NodePort 30002:30002, as the documents set it in the chart', () => {
    expect(one(lab, 'Service', 'mlflow-tracking').spec).toMatchObject({ type: 'NodePort', ports: [{ port: 30002, nodePort: 30002 }] });
  });

  test('Services of the database, under the names of the chart', () => {
    expect(one(lab, 'Service', 'mlflow-postgresql').spec.ports[0].port).toBe(5432);
    expect(one(lab, 'Service', 'mlflow-postgresql-hl').spec.clusterIP).toBe('None');
  });

  test('all volumes are provisioned from the default class of Trident', () => {
    const claims = [one(lab, 'PersistentVolumeClaim', 'mlflow-artifacts').spec, one(lab, 'StatefulSet', 'mlflow-postgresql').spec.volumeClaimTemplates[0].spec];
    expect(claims.map(({ storageClassName, resources }) => [storageClassName, resources.requests.storage])).toEqual([[undefined, '8Gi'], [undefined, '8Gi']]);
  });

  test('release 2.14.1 with users, and no image that is gone', () => {
    const { containers: [server], initContainers } = one(lab, 'Deployment', 'mlflow-tracking').spec.template.spec;
    expect(server.image).toMatch(/:2\.14\.1$/);
    expect(server.command).toContain('--app-name=basic-auth');
    expect(initContainers).toHaveLength(1);
    expect(JSON.stringify(lab)).not.toMatch(/bitnami|minio/);
  });

  test('a training run has the documents\' two tags', () => {
    const job = lab.find(({ kind }) => kind === 'Job')!;
    const context = job.spec.template.spec.containers[0].env.find(({ name }: Json) => name === 'MLFLOW_RUN_CONTEXT').value;
    expect(Object.keys(JSON.parse(context))).toEqual(['data_volume_name', 'snapshot_name']);
  });
});

test('lab and prod have the same names; only the hash of a job and what prod adds is different', () => {
  const names = (environment: string) => written(environment).map(({ kind, metadata }) => `${kind} ${(metadata.name as string).replace(/-[0-9a-f]{8}$/, '')}`);
  expect(names('prod').filter(name => !names('lab').includes(name))).toEqual(['Ingress mlflow-tracking']);
  expect(names('lab').filter(name => !names('prod').includes(name))).toEqual([]);
});
