import fc from 'fast-check';
import { type Capacity, type CpuQuantity } from '../../lib';
import { parseQuantity } from '../../lib/core/quantity';

describe('every form that Kubernetes accepts is read with its value; otherwise a correct size is refused or compared wrongly', () => {
  test.each<[string | number, number]>([
    ['0', 0], ['1', 1], ['+1', 1], ['1.', 1], ['1.0', 1], ['.5', 0.5], ['0.5', 0.5], ['007', 7], [8, 8], [0.25, 0.25],
    ['100n', 1e-7], ['100u', 1e-4], ['500m', 0.5], ['1k', 1e3], ['1M', 1e6], ['1.5G', 1.5e9], ['1T', 1e12], ['1P', 1e15], ['1E', 1e18],
    ['1Ki', 1024], ['1Mi', 1024 ** 2], ['1.5Gi', 1.5 * 1024 ** 3], ['10Ti', 10 * 1024 ** 4], ['1Pi', 1024 ** 5], ['1Ei', 1024 ** 6], ['.5Gi', 2 ** 29],
    ['1e3', 1000], ['1E3', 1000], ['1e+3', 1000], ['5e-1', 0.5], ['1.5e3', 1500], [1e21, 1e21], [1e-7, 1e-7],
  ])('%s', (quantity, value) => {
    expect(parseQuantity(quantity)).toBe(value);
  });
});

test.each(['', ' ', '-1', '-1Gi', '1 Gi', ' 1', '1Gi ', '1gi', '1GB', '1K', '1ki', '1KB', '1Zi', '1mi', 'Gi', '.', '.Gi', '1,5', '1_000', '1e', '1e1.5', '1e3Gi', '0x10', '1mm', 'one', '1\n', Number.NaN, Number.POSITIVE_INFINITY])(
  'what Kubernetes refuses, or what is negative, is no quantity: %j', quantity => {
    expect(parseQuantity(quantity)).toBeUndefined();
  });

describe('sums and comparisons hold for all sizes', () => {
  const whole = fc.integer({ min: 0, max: 100_000 });

  test('each suffix is 1000 or 1024 times the one before', () => {
    fc.assert(fc.property(whole, count => {
      for (const [small, large] of [['', 'k'], ['k', 'M'], ['M', 'G'], ['G', 'T'], ['T', 'P'], ['P', 'E'], ['m', ''], ['u', 'm'], ['n', 'u']]) {
        expect(parseQuantity(`${count * 1000}${small}`)).toBe(parseQuantity(`${count}${large}`));
      }
      for (const [small, large] of [['', 'Ki'], ['Ki', 'Mi'], ['Mi', 'Gi'], ['Gi', 'Ti'], ['Ti', 'Pi'], ['Pi', 'Ei']]) {
        expect(parseQuantity(`${count * 1024}${small}`)).toBe(parseQuantity(`${count}${large}`));
      }
    }));
  });

  test('millicores and a fraction of a core are equal; otherwise an equal request is above its limit', () => {
    fc.assert(fc.property(whole, milli => {
      expect(parseQuantity(`${milli}m`)).toBe(parseQuantity(String(milli / 1000)));
      expect(parseQuantity(`${milli}m`)).toBe(parseQuantity(`${milli}e-3`));
    }));
    expect(parseQuantity('4100m')).toBe(4.1);
  });

  test('a larger number of the same unit is larger', () => {
    fc.assert(fc.property(whole, whole, fc.constantFrom('', 'm', 'k', 'Mi', 'Gi', 'T', 'e2'), (a, b, suffix) => {
      expect(Math.sign(parseQuantity(`${a}${suffix}`)! - parseQuantity(`${b}${suffix}`)!)).toBe(Math.sign(a - b));
    }));
  });

  test('any other text never crashes and never gives something that is not a number', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.double()), quantity => {
      expect(parseQuantity(quantity)).not.toBeNaN();
    }));
  });
});

test('sizes with a decimal suffix or none, and words, do not compile as a capacity', () => {
  const right: Capacity[] = ['10Ti', '1.5Gi', '500Mi'];
  // @ts-expect-error a size without a suffix is bytes, which nobody means
  const bytes: Capacity = '10';
  // @ts-expect-error decimal suffixes are not offered
  const decimal: Capacity = '10T';
  // @ts-expect-error not a number
  const words: Capacity = 'muchGi';
  const cores: CpuQuantity[] = [2, 0.5, '500m'];
  // @ts-expect-error cores have no size suffix
  const size: CpuQuantity = '2Gi';
  expect([...right, bytes, decimal, words, ...cores, size]).toHaveLength(10);
});
