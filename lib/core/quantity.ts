/** Binary and decimal size suffixes of a Kubernetes quantity. */
type SizeSuffix = 'Ki' | 'Mi' | 'Gi' | 'Ti' | 'Pi';

/** A storage or memory size in Kubernetes notation with a binary suffix, for example `10Ti`. Anything else does not compile. */
export type Capacity = `${number}${SizeSuffix}`;

/** CPU cores: a number of cores, or millicores such as `500m`. */
export type CpuQuantity = number | `${number}m`;

const POWERS_OF_TEN: Record<string, number> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const POWERS_OF_TWO: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const QUANTITY = /^\+?(\d+\.?\d*|\.\d+)(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?\d+))?$/;

/** The value of a Kubernetes quantity in its base unit, or undefined where Kubernetes would refuse it (or it is negative). */
export function parseQuantity(quantity: string | number): number | undefined {
  if (Number.isSafeInteger(quantity) && Number(quantity) >= 0) return Number(quantity);
  const match = QUANTITY.exec(String(quantity));
  if (!match) return undefined;
  const [, digits, suffix = '', exponent = POWERS_OF_TEN[suffix] ?? 0] = match;
  // Read as one number, so that 4100m and 4.1 are equal.
  return Number(`${digits}e${exponent}`) * 2 ** (POWERS_OF_TWO[suffix] ?? 0);
}
