import { Construct } from 'constructs';
import { ValidationError } from '../../lib';
import { check, formatFinding, reportProblem } from '../../lib/core/problems';
import { build } from '../support';

test('a mistake is one line with its construct path in brackets; otherwise nobody finds the place', () => {
  expect(formatFinding({ path: 'lab/20-storage/aipod', sentence: '`size` is 0.' })).toBe('[lab/20-storage/aipod] `size` is 0.');
});

test('the error lists every mistake below one headline', () => {
  const error = new ValidationError([{ path: 'lab/a', sentence: 'One.' }, { path: 'prod/b', sentence: 'Two.' }]);
  expect(error.message).toBe('2 mistakes, nothing written:\n  [lab/a] One.\n  [prod/b] Two.');
  expect(error.name).toBe('ValidationError');
  expect(error).toBeInstanceOf(Error);
  expect(error.findings).toEqual([{ path: 'lab/a', sentence: 'One.' }, { path: 'prod/b', sentence: 'Two.' }]);
});

test('one mistake is not "1 mistakes"', () => {
  expect(new ValidationError([{ path: 'lab', sentence: 'One.' }]).message).toBe('1 mistake, nothing written:\n  [lab] One.');
});

test('a mistake in a construct does not stop the build; otherwise a run shows only the first one', () => {
  const { problems } = build(layer => {
    reportProblem(new Construct(layer, 'first'), 'One.');
    reportProblem(new Construct(layer, 'second'), 'Two.');
  });
  expect(problems).toEqual(['[test/20-layer/first] One.', '[test/20-layer/second] Two.']);
});

test('a check that holds reports nothing, and does not even make its sentence', () => {
  const sentence = jest.fn(() => 'Wrong.');
  expect(build(layer => { check(layer, true, sentence); }).problems).toEqual([]);
  expect(sentence).not.toHaveBeenCalled();
  expect(build(layer => { check(layer, false, sentence); }).problems).toEqual(['[test/20-layer] Wrong.']);
});
