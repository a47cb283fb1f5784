import { type Chart } from 'cdk8s';
import { AirflowStack, type Claim } from '../../lib';
import { type AirflowSettings, type DataVolume } from '../environment';
import { type DataOutputs } from './data';

export function addAirflow(layer: Chart, { dataManagement, ...props }: AirflowSettings, data?: DataOutputs): AirflowStack {
  const claims = (volumes: readonly DataVolume[] = []): Claim[] => volumes.flatMap(volume => {
    if (!data) throw new Error('`airflow.dataManagement` names a volume of `data`, which the environment does not have. Add `data`, or leave it out.');
    return volume === 'dataset' ? data.dataset.claims : [data.results];
  });
  return new AirflowStack(layer, 'airflow', {
    ...props, dataManagement: dataManagement && { snapshot: claims(dataManagement.snapshot), clone: claims(dataManagement.clone) },
  });
}
