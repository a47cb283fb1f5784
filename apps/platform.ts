import { type EnvironmentApp, PlatformNamespace } from '../lib';
import { type Environment } from './environment';
import { addAirflow } from './systems/airflow';
import { addData } from './systems/data';
import { addJupyterHub } from './systems/jupyterhub';
import { addKubeflow } from './systems/kubeflow';
import { addMlflow, addTracedJobs } from './systems/mlflow';
import { addScheduling } from './systems/scheduling';
import { addStorage } from './systems/storage';
import { addTraining } from './systems/training';

/** The systems of an environment, each in a layer of its own; the numbers are the order of `kubectl apply -f`. */
export function addPlatform(app: EnvironmentApp, environment: Environment): void {
  const { namespaces = [], storage, data, scheduling, training, airflow, kubeflow, jupyterhub, mlflow } = environment;
  for (const props of namespaces) new PlatformNamespace(app.layer('10-namespaces'), props.name, props);
  const stores = storage ? addStorage(app.layer('20-storage'), storage) : { aipods: {} };
  const volumes = data && addData(app.layer('30-data'), data, stores);
  // A mistake that stops one of these does not hide those of the next.
  if (scheduling) {
    app.attempt(() => { addScheduling({ queues: app.layer('35-scheduling'), workloads: app.layer('45-scheduling-workloads') }, scheduling, environment.cluster, volumes); });
  }
  if (training) app.attempt(() => { addTraining(app.layer('40-training'), training, environment.cluster, volumes); });
  if (airflow) app.attempt(() => { addAirflow(app.layer('50-airflow'), airflow, volumes); });
  if (kubeflow) app.attempt(() => { addKubeflow({ teams: app.layer('60-kubeflow'), workloads: app.layer('65-kubeflow-workloads') }, kubeflow, stores); });
  const tracking = mlflow && addMlflow(app.layer('80-mlflow'), mlflow);
  if (mlflow && tracking) app.attempt(() => { addTracedJobs(app.layer('80-mlflow'), mlflow, tracking, stores, volumes); });
  if (jupyterhub) app.attempt(() => { addJupyterHub(app.layer('70-jupyterhub'), jupyterhub, stores, tracking); });
}
