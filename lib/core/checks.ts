import { isIPv4, isIPv6 } from 'node:net';
import { type IConstruct } from 'constructs';
import { check } from './problems';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/i;

/** Whether `value` is an IPv6 address. The pattern of Node takes milliseconds to compile, so it is asked only where it may match. */
export const isIPv6Address = (value: string): boolean => value.includes(':') && isIPv6(value);

/** Whether `value` is an IPv4 or IPv6 address (the latter also in brackets) or a DNS name. A dotted number such as `192.168.11.300` is neither. */
export function isAddressOrHost(value: string): boolean {
  const inBrackets = /^\[(.*)\]$/.exec(value)?.[1];
  if (inBrackets !== undefined) return isIPv6Address(inBrackets);
  if (isIPv4(value) || isIPv6Address(value)) return true;
  const lastLabel = value.split('.').at(-1) ?? '';
  return HOST_NAME.test(value) && !/^\d+$/.test(lastLabel);
}

/** Requires an IP address or a DNS name. */
export function checkAddress(scope: IConstruct, key: string, value: string): void {
  check(scope, isAddressOrHost(value), () =>
    `\`${key}\` is "${value}": not an IPv4 or IPv6 address, nor a DNS name. Give the address of the interface, for example 192.168.11.11.`);
}

/** Requires an IPv4 or IPv6 network with its prefix length. */
export function checkCidr(scope: IConstruct, key: string, value: string): void {
  const [, address = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(value) ?? [];
  check(scope, (isIPv4(address) && Number(length) <= 32) || (isIPv6Address(address) && Number(length) <= 128), () =>
    `\`${key}\` has "${value}": not a network in CIDR notation. Write for example 10.61.218.0/24.`);
}

/** Requires a whole number from `min` to `max`. */
export function checkInteger(scope: IConstruct, key: string, value: number | undefined, min: number, max = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined) return;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  check(scope, Number.isInteger(value) && value >= min && value <= max, () =>
    `\`${key}\` is ${value}: it must be a whole number ${range}. Choose a value in that range.`);
}

/** Requires text that is not empty. */
export function checkNotEmpty(scope: IConstruct, key: string, value: string): void {
  check(scope, value.trim() !== '', () => `\`${key}\` is empty: a value is required. Give one, or leave the key out if it is optional.`);
}

/** Requires that no two entries are equal; `fix` ends the sentence. */
export function checkUnique(scope: IConstruct, key: string, values: readonly string[], fix: string): void {
  const repeated = [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
  for (const value of repeated) {
    check(scope, false, () => `\`${key}\` lists ${value} ${values.filter(v => v === value).length} times: each may appear once. ${fix}`);
  }
}
