import fc from 'fast-check';
import { isAtLeast } from '../../lib/core/versions';

test('releases are compared as two numbers; as text, 1.10 would be older than 1.9', () => {
  const part = fc.nat(99);
  fc.assert(fc.property(part, part, part, part, (major, minor, sinceMajor, sinceMinor) => {
    expect(isAtLeast(`${major}.${minor}`, `${sinceMajor}.${sinceMinor}`)).toBe(major * 100 + minor >= sinceMajor * 100 + sinceMinor);
  }));
  expect([isAtLeast('1.10', '1.9'), isAtLeast('26.03', '1.10'), isAtLeast('24.02', '24.06')]).toEqual([true, true, false]);
});
