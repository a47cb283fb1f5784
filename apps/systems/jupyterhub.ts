import { type Chart } from 'cdk8s';
import { JupyterHubStack, type MlflowStack, SnapshotClusterRole, type StorageClassReference, VolumeClaim } from '../../lib';
import { type JupyterHubSettings, type ProvisionedData } from '../environment';
import { aipodNamed, required, type StorageOutputs } from './storage';

export function addJupyterHub(layer: Chart, { home, database, shared, datasets = {}, dataManagement, mlflow, ...props }: JupyterHubSettings, storage: StorageOutputs, server?: MlflowStack): JupyterHubStack {
  const { namespace, network, notebooks } = props;
  const tracking = mlflow === true ? required(server, 'mlflow', 'jupyterhub.mlflow') : undefined;
  const classOf = (aipod: string | undefined): StorageClassReference | undefined => (aipod === undefined ? undefined : aipodNamed(storage, aipod, 'jupyterhub').flexVolClass);
  const provision = ({ claim, aipod, ...size }: ProvisionedData) => new VolumeClaim(layer, claim, { ...size, name: claim, namespace, storageClass: classOf(aipod) });
  const { snapshotClass } = storage;
  return new JupyterHubStack(layer, 'jupyterhub', {
    ...props,
    notebooks: tracking ? { ...notebooks, environment: { MLFLOW_TRACKING_URI: tracking.trackingUri, ...notebooks.environment } } : notebooks,
    network: tracking && network !== 'open' ? { ...network, peers: [...network?.peers ?? [], tracking] } : network,
    home: { ...home, storageClass: classOf(home.aipod) },
    database: database.kind === 'sqlite' ? { ...database, storageClass: classOf(database.aipod) } : database,
    shared: shared && provision(shared),
    datasets: Object.entries(datasets).map(([mountPath, data]) => ({ mountPath, dataset: provision(data) })),
    dataManagement: dataManagement && {
      snapshotClass,
      ...(dataManagement === 'documented' ? { serviceAccount: 'default', role: new SnapshotClusterRole(layer, 'snapshot-role') } : {}),
    },
  });
}
