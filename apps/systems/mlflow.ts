import { type Chart } from 'cdk8s';
import { MlflowStack, TracedTrainingJob } from '../../lib';
import { type MlflowSettings } from '../environment';
import { type DataOutputs } from './data';
import { required, type StorageOutputs } from './storage';

export const addMlflow = (layer: Chart, settings: MlflowSettings): MlflowStack => new MlflowStack(layer, 'mlflow', settings);

export function addTracedJobs(layer: Chart, { trainingJobs = {} }: MlflowSettings, server: MlflowStack, storage: StorageOutputs, data?: DataOutputs): void {
  for (const [name, { dataset: { volume, ...mount }, snapshot, ...job }] of Object.entries(trainingJobs)) {
    new TracedTrainingJob(layer, name, {
      ...job, name, server, dataset: { ...mount, claim: required(data, 'data', 'mlflow')[volume] }, snapshot: { ...snapshot, class: required(storage.snapshotClass, 'storage.snapshotClass', 'mlflow') },
    });
  }
}
