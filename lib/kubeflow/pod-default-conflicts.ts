import { isDeepStrictEqual } from 'node:util';
import { type Json } from '../core/model';

/** A pod that sets nothing itself. */
export const EMPTY_POD: Json = { containers: [{}] };

/**
 * What keeps the PodDefaults webhook from adding some PodDefaults to a pod: a volume, mount or variable of which there would be two that differ.
 * Source: PodDefaults webhook, main.go (mergeVolumes, mergeVolumeMounts, mergeEnv). Of several ServiceAccounts it takes the last without a word.
 * @param pod a pod spec
 * @param defaults specs of PodDefaults
 */
export function mergeConflicts(pod: Json, defaults: readonly Json[]): string[] {
  const added = (field: string): Json[] => defaults.flatMap(spec => spec[field] ?? []);
  const accounts = added('serviceAccountName').map((account: string) => ({ account, key: '' }));
  return [...new Set([
    ...differing([], accounts, 'key', () => 'the ServiceAccount'),
    ...differing(pod.volumes, added('volumes'), 'name', name => `volume ${name}`),
    ...(pod.containers as Json[]).flatMap(({ env, volumeMounts }) => [
      ...differing(volumeMounts, added('volumeMounts'), 'name', name => `the mount of volume ${name}`),
      ...differing(volumeMounts, added('volumeMounts'), 'mountPath', path => `mount path ${path}`),
      ...differing(env, added('env'), 'name', name => `variable ${name}`),
    ]),
  ])];
}

/** Entries that are added under a key that is taken by another. */
function differing(own: readonly Json[] = [], added: readonly Json[], key: string, words: (value: string) => string): string[] {
  const taken = new Map(own.map(entry => [entry[key], entry]));
  return added.flatMap(entry => {
    const other = taken.get(entry[key]) ?? entry;
    taken.set(entry[key], other);
    return isDeepStrictEqual(other, entry) ? [] : [words(entry[key])];
  });
}
