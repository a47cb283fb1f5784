import { type Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { check } from '../core/problems';
import { type Capacity, parseQuantity } from '../core/quantity';
import { OPTION_SINCE, type VolumeDefaults } from './backend-options';
import { type TridentInstallation } from './trident-installation';

/** ONTAP creates no smaller volume, and Trident refuses a smaller default. */
const SMALLEST_VOLUME = 20 * 2 ** 20;

/** Checks volume defaults; `place` is the key they stand under. */
export function checkVolumeDefaults(scope: Construct, place: string, trident: TridentInstallation, defaults: VolumeDefaults): void {
  const key = (name: string) => `${place}.${name}`;
  check(scope, defaults.size === undefined || (parseQuantity(defaults.size) ?? 0) >= SMALLEST_VOLUME, () =>
    `\`${key('size')}\` is ${defaults.size}: the smallest volume is 20Mi. Give a size of at least that.`);
  checkTridentSize(scope, key('size'), defaults.size);
  checkInteger(scope, key('snapshotReserve'), defaults.snapshotReserve, 0, 90);
  check(scope, defaults.unixPermissions === undefined || /^0?[0-7]{3}$/.test(defaults.unixPermissions), () =>
    `\`${key('unixPermissions')}\` is "${defaults.unixPermissions}": a mode is three octal digits, with or without a leading 0. Write for example 0775.`);
  for (const name of ['nameTemplate', 'skipRecoveryQueue'] as const) {
    trident.requireVersion(scope, key(name), defaults[name], OPTION_SINCE[`defaults.${name}`]);
  }
}

/** Requires a size that Trident can read in a backend: it knows whole numbers only, unlike Kubernetes. */
export function checkTridentSize(scope: Construct, key: string, size: Capacity | undefined): void {
  check(scope, !size?.includes('.'), () =>
    `\`${key}\` is ${size}: Trident reads whole numbers only, and would refuse the backend. Write it in a smaller unit, for example 1536Gi for 1.5Ti.`);
}

/** `defaults` of a backend as Trident reads them: text throughout, a boolean there fails to load. */
export function renderVolumeDefaults({ qos, size, ...others }: VolumeDefaults): Record<string, string> {
  const values: Record<string, unknown> = {
    ...others,
    size,
    qosPolicy: qos?.policy,
    adaptiveQosPolicy: qos?.adaptivePolicy,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined).map(([key, value]) => [key, String(value)]));
}
