/** Binary and decimal size suffixes of a Kubernetes quantity. */
type SizeSuffix = 'Ki' | 'Mi' | 'Gi' | 'Ti' | 'Pi';

/** A storage or memory size in Kubernetes notation with a binary suffix, for example `10Ti`. Anything else does not compile. */
export type Capacity = `${number}${SizeSuffix}`;

/** CPU cores: a number of cores, or millicores such as `500m`. */
export type CpuQuantity = number | `${number}m`;

const MULTIPLIERS: Record<string, number> = {
  n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};
const QUANTITY = /^(\d+(?:\.\d+)?)(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?\d+))?$/;

/** The value of a Kubernetes quantity in its base unit, or undefined where Kubernetes would refuse it (or it is negative). */
export function parseQuantity(quantity: string | number): number | undefined {
  const match = QUANTITY.exec(String(quantity));
  if (!match) return undefined;
  const [, digits, suffix = '', exponent = '0'] = match;
  return Number(digits) * MULTIPLIERS[suffix]! * 10 ** Number(exponent);
}
