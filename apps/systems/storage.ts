import { type Chart } from 'cdk8s';
import { AIPodStorage, TridentInstallation, VolumeSnapshotClass } from '../../lib';
import { type StorageSettings } from '../environment';

/** What later layers need of the storage layer. */
export interface StorageOutputs {
  readonly aipods: Readonly<Record<string, AIPodStorage>>;
  readonly snapshotClass?: VolumeSnapshotClass;
}

export function addStorage(layer: Chart, { trident: tridentProps, aipods, snapshotClass }: StorageSettings): StorageOutputs {
  const trident = new TridentInstallation(layer, 'trident', tridentProps);
  return {
    aipods: Object.fromEntries(Object.entries(aipods).map(([prefix, props]) => [prefix, new AIPodStorage(layer, prefix, { ...props, prefix, trident })])),
    snapshotClass: snapshotClass && new VolumeSnapshotClass(layer, 'snapshot-class', snapshotClass),
  };
}
