import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { type Json } from '../../lib';

const ROOT = join(__dirname, '..', '..');
const written = (environment: string): Json[] =>
  parseAllDocuments(readFileSync(join(ROOT, 'dist', environment, '70-jupyterhub.k8s.yaml'), 'utf8')).map(document => document.toJS());
const one = (manifests: Json[], kind: string, name: string): Json => manifests.find(manifest => manifest.kind === kind && manifest.metadata.name === name);
const kubeSpawner = (manifests: Json[]): Json => JSON.parse(one(manifests, 'ConfigMap', 'hub').data['settings.json'] as string).traits.KubeSpawner;

/** The documents' values of chart 3.3.7, which has JupyterHub 4.1.5. */
const VALUES = parse(`
singleuser:
  storage:
    dynamic:
      storageClass: aipod-flexvols-retain
    extraVolumes:
      - name: jupyterhub-shared
        persistentVolumeClaim:
          claimName: jupyterhub-shared-volume
    extraVolumeMounts:
      - name: jupyterhub-shared
        mountPath: /home/shared
`).singleuser.storage;

describe('lab is the documents\' JupyterHub; otherwise a team that follows the documents gets something else', () => {
  const lab = written('lab');

  test('release, class of homes, and the volume that all users share', () => {
    expect(one(lab, 'Deployment', 'hub').spec.template.spec.containers[0].image).toBe('quay.io/jupyterhub/k8s-hub:3.3.7');
    const { storage_class: storageClass, volumes, volume_mounts: mounts } = kubeSpawner(lab);
    expect(storageClass).toBe(VALUES.dynamic.storageClass);
    expect(volumes.map(({ persistentVolumeClaim }: Json) => persistentVolumeClaim)).toContainEqual(VALUES.extraVolumes[0].persistentVolumeClaim);
    expect(mounts.map(({ mountPath }: Json) => mountPath)).toContain(VALUES.extraVolumeMounts[0].mountPath);
    expect(one(lab, 'PersistentVolumeClaim', VALUES.extraVolumes[0].persistentVolumeClaim.claimName as string).spec.accessModes).toEqual(['ReadWriteMany']);
  });

  test('proxy-public is 80:30000', () => {
    expect(one(lab, 'Service', 'proxy-public').spec).toMatchObject({ type: 'NodePort', ports: [{ port: 80, nodePort: 30000 }] });
  });

  test('the RoleBinding for `default` takes effect: notebooks run as that account, with its token', () => {
    expect(kubeSpawner(lab)).toMatchObject({ service_account: 'default', automount_service_account_token: true });
    expect(one(lab, 'RoleBinding', 'jupyterhub-netapp-dataops-snapshots').subjects).toEqual([{ kind: 'ServiceAccount', name: 'default', namespace: 'jupyterhub' }]);
  });

  test('and the way to the Kubernetes API is open, which the chart shuts', () => {
    expect(one(lab, 'NetworkPolicy', 'singleuser').spec.egress.flatMap(({ ports = [] }: Json) => ports.map(({ port }: Json) => port))).toContain(6443);
  });
});

test('prod has the same names as lab, and is safe: rights for an account of its own, a database and a login elsewhere', () => {
  const [lab, prod] = [written('lab'), written('prod')];
  const names = (manifests: Json[]) => manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(names(prod).filter(name => !names(lab).includes(name)).sort()).toEqual(['Ingress proxy-public', 'Role jupyterhub-netapp-dataops-snapshots', 'ServiceAccount netapp-dataops']);
  expect(names(lab).filter(name => !names(prod).includes(name)).sort()).toEqual(['ClusterRole netapp-dataops-snapshots', 'PersistentVolumeClaim hub-db-dir']);
  expect(kubeSpawner(prod)).toMatchObject({ service_account: 'netapp-dataops', slug_scheme: 'escape', delete_pvc: false, pvc_name_template: kubeSpawner(lab).pvc_name_template });
});
