import { type Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { check } from '../core/problems';
import { parseQuantity } from '../core/quantity';
import { OPTION_SINCE, type VolumeDefaults } from './backend-options';
import { type TridentInstallation } from './trident-installation';

/** ONTAP creates no smaller volume, and Trident refuses a smaller default. */
const SMALLEST_VOLUME = 20 * 2 ** 20;

/** Checks volume defaults; `place` is the key they stand under. */
export function checkVolumeDefaults(scope: Construct, place: string, trident: TridentInstallation, defaults: VolumeDefaults): void {
  const key = (name: string) => `${place}.${name}`;
  check(scope, defaults.size === undefined || (parseQuantity(defaults.size) ?? 0) >= SMALLEST_VOLUME, () =>
    `\`${key('size')}\` is ${defaults.size}: the smallest volume is 20Mi. Give a size of at least that.`);
  checkInteger(scope, key('snapshotReserve'), defaults.snapshotReserve, 0, 90);
  check(scope, defaults.unixPermissions === undefined || /^0?[0-7]{3}$/.test(defaults.unixPermissions), () =>
    `\`${key('unixPermissions')}\` is "${defaults.unixPermissions}": a mode is three octal digits, with or without a leading 0. Write for example 0775.`);
  for (const name of ['nameTemplate', 'skipRecoveryQueue'] as const) {
    trident.requireVersion(scope, key(name), defaults[name], OPTION_SINCE[`defaults.${name}`]);
  }
}

/** `defaults` of a backend as Trident reads them: text throughout, a boolean there fails to load. */
export function renderVolumeDefaults({ qos, size, ...others }: VolumeDefaults): Record<string, string> {
  const values: Record<string, unknown> = {
    ...others,
    size,
    qosPolicy: qos && 'policy' in qos ? qos.policy : undefined,
    adaptiveQosPolicy: qos && 'adaptivePolicy' in qos ? qos.adaptivePolicy : undefined,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined).map(([key, value]) => [key, String(value)]));
}
