import { type EnvironmentApp, PlatformNamespace } from '../lib';
import { type Environment } from './environment';
import { addAirflow } from './systems/airflow';
import { addData } from './systems/data';
import { addStorage } from './systems/storage';
import { addTraining } from './systems/training';

/** The systems of an environment, each in a layer of its own; the numbers are the order of `kubectl apply -f`. */
export function addPlatform(app: EnvironmentApp, environment: Environment): void {
  const { namespaces = [], storage, data, training, airflow } = environment;
  for (const props of namespaces) new PlatformNamespace(app.layer('10-namespaces'), props.name, props);
  const stores = storage ? addStorage(app.layer('20-storage'), storage) : { aipods: {} };
  const volumes = data && addData(app.layer('30-data'), data, stores);
  if (training && !volumes) throw new Error('`training` needs `data`: the environment has no dataset and no results claim. Add `data`, or leave `training` out.');
  if (training && volumes) addTraining(app.layer('40-training'), training, volumes, environment.cluster);
  if (airflow) addAirflow(app.layer('50-airflow'), airflow, volumes);
}
