import { type Construct } from 'constructs';
import type * as k8s from '../core/k8s';
import { check } from '../core/problems';
import { type Claim, type Dataset } from './claim';

/** Data in a pod. */
export interface DatasetMount {
  /** What to mount. */
  readonly dataset: Dataset;
  /** Where: a dataset of one claim is mounted here, one of several (one per data LIF) at `mount_0`, `mount_1`, ... below. */
  readonly mountPath: string;
  /**
   * Whether the pod only reads it.
   * @default - true for a ReadOnlyMany claim, else false
   */
  readonly readOnly?: boolean;
}

/** Volumes of a pod and their mounts in a container. */
export interface MountedVolumes {
  readonly volumes: k8s.Volume[];
  readonly volumeMounts: k8s.VolumeMount[];
}

/** The access mode ReadOnlyMany alone does not make a mount read-only: the pod has to say so. */
const readOnlyOf = ({ accessMode }: Claim, readOnly = accessMode === 'ReadOnlyMany'): { readOnly?: true } => (readOnly ? { readOnly: true } : {});

/** A claim as a volume of a pod. */
export const claimVolume = (name: string, claim: Claim, readOnly?: boolean): k8s.Volume =>
  ({ name, persistentVolumeClaim: { claimName: claim.claimName, ...readOnlyOf(claim, readOnly) } });

/** A mount of such a volume. */
export const claimMount = (name: string, claim: Claim, mountPath: string, readOnly?: boolean): k8s.VolumeMount => ({ mountPath, name, ...readOnlyOf(claim, readOnly) });

/** Datasets as volumes that are named like their claims; a claim that is mounted twice is one volume. */
export function mountDatasets(mounts: readonly DatasetMount[]): MountedVolumes {
  const parts = mounts.flatMap(({ dataset, mountPath, readOnly }) => dataset.claims.map((claim, index) => {
    const name = volumeName(claim);
    return { name, claim, mount: claimMount(name, claim, dataset.claims.length === 1 ? mountPath : `${mountPath}/mount_${index}`, readOnly) };
  }));
  const claims = new Map(parts.map(({ name, claim }) => [name, claim]));
  const onlyRead = (name: string) => parts.every(part => part.name !== name || part.mount.readOnly === true);
  return { volumes: [...claims].map(([name, claim]) => claimVolume(name, claim, onlyRead(name))), volumeMounts: parts.map(({ mount }) => mount) };
}

/** Volume names are shorter than claim names and have no dots. */
const volumeName = ({ claimName }: Claim): string => claimName.replaceAll('.', '-').slice(0, 63).replace(/-+$/, '');

/** Checks that the data is in the namespace of the pods, and that no two mounts share a path. */
export function checkMounts(scope: Construct, key: string, namespace: string, mounts: readonly DatasetMount[]): void {
  for (const { dataset, mountPath } of mounts) {
    for (const { claimName, namespace: other } of dataset.claims.filter(claim => claim.namespace !== namespace)) {
      check(scope, false, () =>
        `\`${key}\` has claim ${claimName} of namespace ${other}: pods of namespace ${namespace} cannot mount it. Make the claim in ${namespace}; a volume can be shared with \`SharedVolume\`, and an export read with \`NfsDataset\`.`);
    }
    check(scope, dataset.claims.length > 0, () => `\`${key}\` has a dataset without claims at ${mountPath}: there would be nothing to mount. Give it at least one, or leave it out.`);
    check(scope, mountPath.startsWith('/'), () => `\`${key}\` has the mount path "${mountPath}": it must be absolute. Start it with "/".`);
  }
  const paths = mounts.map(({ mountPath }) => mountPath);
  for (const path of new Set(paths.filter((value, index) => paths.indexOf(value) !== index))) {
    check(scope, false, () => `\`${key}\` has the mount path ${path} twice: one mount would hide the other. Give each its own path.`);
  }
}
