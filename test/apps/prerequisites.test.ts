import { buildEnvironment } from '../../apps/build';
import { environments } from '../../apps/environments';
import { objectId } from '../../lib/core/model';
import { prerequisitesTable } from '../../lib';

const appOf = (name: string) => buildEnvironment(environments.find(environment => environment.name === name)!, '/nonexistent');
const table = (name: string) => prerequisitesTable(name, appOf(name).prerequisites(), `dist/${name}`);

test('lab lists what the documents do by hand; otherwise the first apply hangs without a word', () => {
  const text = table('lab');
  for (const part of [
    'Secret trident/ontapai-nfs-login with keys username, password',
    'Trident 24.02 in namespace trident',
    'NFS maximum transfer size of storage VM ontapai_nfs is at least 262144 bytes',
    'NFS over RDMA and session trunking enabled',
    'Node 10.61.218.152 at 10.61.218.152 with 8 GPUs',
    'FlexGroup pb_fg_all, read-write, at least 10Ti, junctioned at /pb_fg_all',
    'tridentctl -n trident import volume ontap-ai-flexgroups-iface1 pb_fg_all -f import/pb-fg-all-iface1.yaml --no-manage',
    'kubectl annotate --local -f import/pb-fg-all-iface2.yaml',
  ]) expect(text).toContain(part);
});

test('prod lists the MPI Operator, and imports by annotation, so no import command', () => {
  expect(table('prod')).toContain('MPI Operator 0.5 or newer');
  expect(table('prod')).not.toContain('tridentctl -n trident import');
});

test('dev asks for nothing but Kubernetes, the Secrets of Airflow, JupyterHub and MLflow, and its first user; otherwise it is not for a laptop', () => {
  expect(appOf('dev').prerequisites().map(({ area, what }) => `${area}: ${what.split(':')[0]}`)).toEqual([
    'Cluster: Kubernetes 1.29',
    'Cluster: After the first apply, and before others can reach the page',
    'Cluster: The namespaces of the Secrets below are there',
    'Secrets: Secret airflow/airflow-keys with keys fernet-key, webserver-secret-key',
    'Secrets: Secret airflow/airflow-postgresql with key postgresql-password',
    'Secrets: Secret airflow/airflow-redis with key redis-password',
    'Secrets: Secret airflow/airflow-admin with key password',
    'Secrets: Secret mlflow/mlflow-postgresql with key postgres-password',
    'Secrets: Secret jupyterhub/jupyterhub-keys with keys proxy-token, cookie-secret',
    'Images: quay.io/jupyterhub/k8s-singleuser-sample',
  ]);
});

test('every Secret that a manifest refers to is in the list with its keys; otherwise pods wait for it', () => {
  for (const { name } of environments) {
    const app = appOf(name);
    const provided = app.prerequisites().flatMap(({ provides = [] }) => provides.map(objectId));
    const referred = app.charts.flatMap(chart => chart.toJson() as { kind: string; metadata: { namespace: string }; spec: { credentials: { name: string } } }[])
      .filter(({ kind }) => kind === 'TridentBackendConfig')
      .map(({ metadata, spec }) => `Secret ${metadata.namespace}/${spec.credentials.name}`);
    for (const secret of referred) expect(provided).toContain(secret);
  }
});
