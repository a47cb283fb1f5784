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

/** The AIPod storage of a prefix; `user` is the key that names it. */
export function aipodNamed({ aipods }: StorageOutputs, prefix: string, user: string): AIPodStorage {
  return required(aipods[prefix], `storage.aipods["${prefix}"]`, user);
}

/** An environment is data, so it names things; a name that leads nowhere is a mistake in it. */
export function required<T>(value: T | undefined, key: string, user: string): T {
  if (value === undefined) throw new Error(`\`${key}\` is not in the environment, but \`${user}\` refers to it. Add it, or correct the reference.`);
  return value;
}
