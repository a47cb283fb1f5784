import { type Chart } from 'cdk8s';
import { type Dataset, ImportedDataset, MirroredVolume, VolumeClaim, VolumeClone, VolumeSnapshot } from '../../lib';
import { type DataSettings, type ImportedData, type ProvisionedData } from '../environment';
import { aipodNamed, required, type StorageOutputs } from './storage';

/** What later layers need of the data layer. */
export interface DataOutputs {
  readonly dataset: Dataset;
  readonly results: VolumeClaim;
}

export function addData(layer: Chart, settings: DataSettings, storage: StorageOutputs): DataOutputs {
  const { namespace, dataset, snapshots = [], clones = [], mirrors = [] } = settings;
  const results = provision(layer, namespace, settings.results, storage);
  const madeSnapshots = new Map(snapshots.map(name => [name, new VolumeSnapshot(layer, name, { name, source: results, snapshotClass: required(storage.snapshotClass, 'storage.snapshotClass', 'data') })]));
  for (const { name, ofSnapshot } of clones) {
    new VolumeClone(layer, name, { name, source: ofSnapshot === undefined ? results : required(madeSnapshots.get(ofSnapshot), `data.snapshots["${ofSnapshot}"]`, 'data') });
  }
  for (const { aipod, ...mirror } of mirrors) new MirroredVolume(layer, mirror.name, { ...mirror, namespace, storageClass: aipodNamed(storage, aipod, 'data').flexVolClass });
  return {
    results,
    dataset: 'import' in dataset ? importDataset(layer, namespace, dataset, storage) : provision(layer, namespace, dataset, storage),
  };
}

function provision(layer: Chart, namespace: string, { claim, aipod, ...size }: ProvisionedData, storage: StorageOutputs): VolumeClaim {
  return new VolumeClaim(layer, claim, { ...size, name: claim, namespace, storageClass: aipod === undefined ? undefined : aipodNamed(storage, aipod, 'data').flexVolClass });
}

function importDataset(layer: Chart, namespace: string, { import: volume, size, aipod, transport, backendUuids }: ImportedData, storage: StorageOutputs): ImportedDataset {
  return new ImportedDataset(layer, volume, { volume, size, namespace, paths: aipodNamed(storage, aipod, 'data').pathsOver(transport ?? 'tcp'), backendUuids });
}
