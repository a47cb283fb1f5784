import { type Chart } from 'cdk8s';
import { MlflowStack } from '../../lib';
import { type MlflowSettings } from '../environment';

export function addMlflow(layer: Chart, settings: MlflowSettings): MlflowStack {
  return new MlflowStack(layer, 'mlflow', settings);
}
