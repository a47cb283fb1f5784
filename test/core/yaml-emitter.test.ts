import { Yaml } from 'cdk8s';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { buildEnvironment } from '../../apps/build';
import { environments } from '../../apps/environments';
import { emitYaml } from '../../lib/core/yaml-emitter';

/** Text that YAML reads as something else, or that breaks a line or a block. */
const NASTY = [
  '', ' ', '~', 'null', 'Null', 'NULL', 'true', 'True', 'TRUE', 'tRue', 'false', 'yes', 'Yes', 'no', 'NO', 'on', 'off', 'y', 'Y', 'n', 'N', '<<', '=', '-', '--', '---', '--- a', '...', '?', '? a', ':', '::',
  '0', '00', '007', '0o17', '0775', '0x1F', '0b11', '1e3', '1E400', '-1', '+1', '1_000', '1:30', '190:20:30', '.5', '5.', '-.inf', '.inf', '.NaN', '1.0', '1.2.3', '12e03', '0.', '_', '__', '1_', '-_1', '0x', 'e5', 'e+5', 'E-12', 'e5e', '--e5', '0_8',
  '2001-12-14', '2001-12-14t21:59:43.10-05:00', '2001-12-14 21:59:43', '12:30:45',
  'a: b', 'a:', 'a:b', ':a', 'a #b', 'a#b', '#a', 'a # b', '- a', '-a', '--a', '--a=b', '-1a', '?a', '!a', '!!str', '&a', '*a', '|', '>', '|-', '%a', '@a', '`a', '{', '}', '{}', '[]', '[a', 'a]', '{a: b}', ',a', 'a,b', 'a, b', 'a\'b', "'a'", '"a"', 'a"b', '"', "'", '\'"',
  'a\n', 'a\nb', 'a\nb\n', 'a\n\nb\n', 'a\nb\n\n', '\na', '\n', '\n\n', ' a\nb', 'a\n b\n', 'a \nb', 'a\nb ', 'a\n\tb\n', '\ta', 'a\t', 'a\tb', 'a\r\nb', 'a\r', '  \n a', 'a\n ', 'a\n   \nb\n', '---\na\n', 'a\n---\nb\n', 'a\n...\n', '%a\nb\n', '# a\n# b\n', '- a\n- b\n',
  'a: b\nc: d\n', '#!/bin/sh\nset -e\nexec "$@"\n', 'true\n', '1\n2\n', 'é', 'ß\nü\n', '日本', '😀', '\u0000', '\u0007', '\u001b', '\u0085', '\u00a0', '\u2028', '\u2029', '\ufeff', '\ud800', 'a\u0000\nb\n', '\u007f',
  '$(A)', '$', '$a: b', '^a', '(a)', '(a', ':1234', ':1:2', ':1 #a', '4.8', '-4.8', '1.', '00.10', '1.5e3', '5d1f3c52-8c1e-4f0e-9d53-3a6a0f1e7b01', '12345678-1234-1234-1234-123456789012', '1 2 3 4 5', '1'.repeat(64), `0b${'1'.repeat(62)}`, `1e${'1'.repeat(62)}`, `1a${'1'.repeat(62)}`, `0b${'1'.repeat(61)}c`, '*/5 * * * *', '!a "b"', '*\'"', '"a\\b', '{"a": "b"}', '[a]\\', '* ',
  '-c', '-np', '-e5', '-E3', '-y', '-no', '-_', '-/', '-a: b', '-a #', '- -a', '10Gi', '500m', '60s', '90%', '1.2.3.4', '10.0.0.0/8', '1.2.3.4.5', '09', '-0', '-12', '+12', '17 3 * * *', '5d1f-3c', 'a*b', 'a;b|c&d "e" {f} [g], h', 'a > b', 'a ? b', 'a! b', 'a\\b', 'a@b`c', '1G', '5M', '1e3Mi', '1k', '8080', '8080:80', '$(VAR)', '${VAR}', '~/a', '/', '//', '_a', 'a_', 'a ', 'a  b', 'a  #b', 'nfs://10.0.0.1:/vol', 'k=v,k2=v2', 'hasOwnProperty', '__proto__', 'toString', 'a'.repeat(500), `${'word '.repeat(300)}end`, 'x'.repeat(2000), `${'long line '.repeat(50)}\nb\n`,
];
const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom('a', '1', 'e', 's', '%', '-', ':', ' ', '\n', '#', '"', '\'', '\t', '.', '_', 'é', '|', '%', '/', '$', '(', '^', '*', '!', '\\', '5', 'yes', '0x', '---', '~', ','), { maxLength: 12 }).map(parts => parts.join('')));
const number = fc.oneof(fc.integer().map(n => n / 1000), fc.integer(), fc.double(), fc.constantFrom(0, -0, 1e21, 1e-7, 0.1, Number.MAX_SAFE_INTEGER, 2 ** 60, Infinity, NaN));
const { tree } = fc.letrec(tie => ({
  tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, number, fc.boolean(), fc.constant({}), fc.constant([]), fc.constantFrom(null, undefined), tie('list'), tie('map')),
  list: fc.array(tie('tree'), { maxLength: 4 }),
  map: fc.dictionary(fc.oneof({ weight: 5, arbitrary: fc.stringMatching(/^[a-z][a-zA-Z./-]{0,8}$/) }, { weight: 1, arbitrary: text }), tie('tree'), { maxKeys: 4 }),
}));

const sameAsPrinter = (...documents: unknown[]) => { expect(emitYaml(documents)).toBe(Yaml.stringify(...documents)); };

describe('the bytes are those of cdk8s; otherwise a manifest means something else after an update', () => {
  test('every environment', () => {
    for (const environment of environments) {
      const { manifests } = buildEnvironment(environment).check();
      expect(manifests.length).toBeGreaterThan(5);
      for (const { json } of manifests) sameAsPrinter(json);
    }
  });

  test.each(NASTY)('%j as a value, in a list, deeper down, and as a key', value => {
    sameAsPrinter({ key: value });
    sameAsPrinter({ list: [value, [value, [value]], { a: value, b: value }], map: { deeper: { still: { value, next: 1 } } } });
    sameAsPrinter({ [value]: value, map: { [value]: { [value]: [value] } } });
  });

  test('any object', () => {
    fc.assert(fc.property(fc.dictionary(fc.constantFrom('apiVersion', 'kind', 'metadata', 'spec', 'data'), tree), sameAsPrinter), { numRuns: 2000 });
  });

  test('any text, and it is read back as it was', () => {
    fc.assert(fc.property(text, value => {
      const printed = emitYaml([{ data: { value, list: [value] } }]);
      expect(printed).toBe(Yaml.stringify({ data: { value, list: [value] } }));
      // A lone half of a surrogate pair cannot be written as UTF-8 at all, and the printer of cdk8s loses spaces of text that is nothing but white space.
      fc.pre(!/[\ud800-\udfff]/u.test(value) && (value.trim() !== '' || !value.includes('\n')));
      expect(parseAllDocuments(printed, { version: '1.1' })[0]!.toJS()).toEqual({ data: { value, list: [value] } });
    }), { numRuns: 10_000 });
  });

  test('one object in two places, documents that are no map, and no document at all', () => {
    const shared = { a: 'b' };
    const list = ['a'];
    sameAsPrinter({ one: shared, two: shared });
    sameAsPrinter({ one: list, two: { three: list } });
    sameAsPrinter(shared, shared, undefined, null, [], {}, 'text', 1, [shared]);
    sameAsPrinter({ date: new Date(0), big: 10n, map: new Map([['a', 1]]) });
    sameAsPrinter({ ['k'.repeat(1500)]: 1 });
    sameAsPrinter();
  });
});

test('text of many lines is written without the help of the printer; otherwise scripts are slow', () => {
  const stringify = jest.spyOn(Yaml, 'stringify');
  const script = `#!/bin/sh\n${'  echo "a: #b"\n\n'.repeat(50_000)}exit`;
  const printed = emitYaml([{ data: { script, size: '10Gi', flag: '--a=b', path: '/a/b:c' } }]);
  expect(stringify).not.toHaveBeenCalled();
  stringify.mockRestore();
  expect(printed).toBe(Yaml.stringify({ data: { script, size: '10Gi', flag: '--a=b', path: '/a/b:c' } }));
});
