import { type Construct } from 'constructs';
import fc from 'fast-check';
import { checkAddress, checkInteger, checkNotEmpty, checkUnique, isAddressOrHost } from '../../lib/core/checks';
import { build } from '../support';

const problemsOf = (add: (scope: Construct) => void): string[] => build(add).problems;

describe('an address that no interface can have is refused; otherwise mounts fail on every node', () => {
  test.each([
    '192.168.11.300', '192.168.11', '1.2.3.4.5', '', ' ', '.', 'a..b', '.a', 'a.', '-a', 'a-', 'a_b', 'a b', '10.0.0.1:2049', '10.0.0.0/24', 'http://a',
    '[10.0.0.1]', '[host]', '[]', '[::1', '::1]', 'fd00::g', 'a'.repeat(64), `${'a.'.repeat(126)}aa`, 'host.12',
  ])('"%s"', value => {
    expect(problemsOf(scope => { checkAddress(scope, 'dataLif', value); })).toEqual([
      `[test/20-layer] \`dataLif\` is "${value}": not an IPv4 or IPv6 address, nor a DNS name. Give the address of the interface, for example 192.168.11.11.`,
    ]);
  });

  test('any number above 255 in any place', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(fc.property(fc.array(octet, { minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 256, max: 999 }), (octets, place, wrong) => {
      expect(isAddressOrHost(octets.join('.'))).toBe(true);
      expect(isAddressOrHost(octets.with(place, wrong).join('.'))).toBe(false);
    }));
  });
});

test.each(['192.168.11.11', '0.0.0.0', 'fd00::1', '[fd00::1]', '::', '[2001:db8::10]', 'svm.example.com', 'svm', 'SVM-1.Example.com', '4u.example.com', '1a', 'a'.repeat(63)])('%s is accepted', value => {
  expect(problemsOf(scope => { checkAddress(scope, 'dataLif', value); })).toEqual([]);
});

test('every IPv6 address is accepted, with and without brackets', () => {
  fc.assert(fc.property(fc.ipV6(), address => {
    expect(isAddressOrHost(address)).toBe(true);
    expect(isAddressOrHost(`[${address}]`)).toBe(true);
  }));
});

describe('whole numbers', () => {
  test.each([0, 17, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY])('%d is refused where 1 to 16 is asked for', value => {
    expect(problemsOf(scope => { checkInteger(scope, 'nconnect', value, 1, 16); })).toEqual([
      `[test/20-layer] \`nconnect\` is ${value}: it must be a whole number from 1 to 16. Choose a value in that range.`,
    ]);
  });

  test('without a largest value the sentence names the smallest', () => {
    expect(problemsOf(scope => { checkInteger(scope, 'gpus', 0, 1); })).toEqual(['[test/20-layer] `gpus` is 0: it must be a whole number of at least 1. Choose a value in that range.']);
  });

  test('both ends, numbers in between and a missing value are accepted', () => {
    expect(problemsOf(scope => {
      for (const value of [1, 8, 16, undefined]) checkInteger(scope, 'nconnect', value, 1, 16);
      checkInteger(scope, 'gpus', 1_000_000, 1);
    })).toEqual([]);
  });
});

test.each(['', '  ', '\n'])('empty text is refused: "%j"', value => {
  expect(problemsOf(scope => { checkNotEmpty(scope, 'svm', value); })).toEqual([
    '[test/20-layer] `svm` is empty: a value is required. Give one, or leave the key out if it is optional.',
  ]);
  expect(problemsOf(scope => { checkNotEmpty(scope, 'svm', ' a '); })).toEqual([]);
});

test('every repeated entry is named once, with its count', () => {
  expect(problemsOf(scope => { checkUnique(scope, 'hosts', ['a', 'b', 'a', 'c', 'b', 'a'], 'Name each host once.'); })).toEqual([
    '[test/20-layer] `hosts` lists a 3 times: each may appear once. Name each host once.',
    '[test/20-layer] `hosts` lists b 2 times: each may appear once. Name each host once.',
  ]);
  expect(problemsOf(scope => { checkUnique(scope, 'hosts', ['a', 'b'], 'Name each host once.'); checkUnique(scope, 'hosts', [], ''); })).toEqual([]);
});
