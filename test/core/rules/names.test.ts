import fc from 'fast-check';
import { type Json } from '../../../lib';
import { configMap, deployment, problemsOf } from '../objects';

const LABEL = 'at most 63 characters: a-z, 0-9 and "-", with a letter or digit at both ends';
const SERVICE = 'at most 63 characters: a-z, 0-9 and "-", starting with a letter and ending with a letter or digit';
const EXPERIMENT = 'at most 40 characters: a-z, 0-9 and "-", starting with a letter and ending with a letter or digit';
const SUBDOMAIN = 'at most 253 characters: a-z, 0-9, "-" and ".", with a letter or digit at both ends';
const RBAC = 'a path segment: neither "." nor "..", and without "/" and "%"';

const named = (kind: string, name: string) => ({ apiVersion: 'example.com/v1', kind, metadata: { name } });
const problem = (kind: string, name: string, words: string, suggestion: string) =>
  [`[test/20-layer/object] \`metadata.name\` is "${name}": the name of a ${kind} must be ${words}. Try "${suggestion}".`];
const repeat = (length: number) => 'a'.repeat(length);

describe('names that the API server or a controller refuses are refused before an apply', () => {
  test.each([
    ['Namespace', 'team.a', LABEL, 'team-a'],
    ['Job', 'Train_1', LABEL, 'train-1'],
    ['Deployment', repeat(64), LABEL, repeat(63)],
    ['StatefulSet', repeat(53), 'at most 52 characters: a-z, 0-9 and "-", with a letter or digit at both ends', repeat(52)],
    ['Service', '1web', SERVICE, 'web'],
    ['MPIJob', '8-gpus', SERVICE, 'gpus'],
    ['Notebook', repeat(53), 'at most 52 characters: a-z, 0-9 and "-", starting with a letter and ending with a letter or digit', repeat(52)],
    ['Tensorboard', repeat(59), 'at most 58 characters: a-z, 0-9 and "-", starting with a letter and ending with a letter or digit', repeat(58)],
    ['Profile', 'team.a', LABEL, 'team-a'],
    ['PodDefault', 'shared.memory', LABEL, 'shared-memory'],
    ['Experiment', '1-search', EXPERIMENT, 'search'],
    ['Experiment', repeat(41), EXPERIMENT, repeat(40)],
    ['CronJob', repeat(53), 'at most 52 characters: a-z, 0-9 and "-", with a letter or digit at both ends', repeat(52)],
    ['ConfigMap', 'a..b', SUBDOMAIN, 'a-b'],
    ['StorageClass', 'ontap_flexvols', SUBDOMAIN, 'ontap-flexvols'],
    ['Role', 'a/b', RBAC, 'a-b'],
    ['ClusterRoleBinding', '..', RBAC, 'a-name'],
  ])('%s %s', (kind, name, words, suggestion) => {
    expect(problemsOf({ object: named(kind, name) })).toEqual(problem(kind, name, words, suggestion));
  });

  test('a namespace that cannot be one', () => {
    expect(problemsOf({ object: configMap({}, 'settings', 'Team_A') })).toContain(
      `[test/20-layer/object] \`metadata.namespace\` is "Team_A": a namespace must be ${LABEL}. Try "team-a".`);
  });
});

test.each([
  ['Namespace', repeat(63)], ['Job', '0-train'], ['Service', 'web'], ['CronJob', repeat(52)], ['Notebook', repeat(52)], ['Profile', '1st-team'], ['PodDefault', repeat(63)], ['Experiment', repeat(40)], ['ConfigMap', 'a.b.c'], ['StorageClass', repeat(253)],
  ['ClusterRole', 'system:node-Reader_1'], ['RoleBinding', 'a b'],
])('the legal name of a %s is accepted: %s', (kind, name) => {
  expect(problemsOf({ object: named(kind, name) })).toEqual([]);
});

test('the suggested name is itself accepted; otherwise the engineer follows the advice into the next error', () => {
  const kinds = ['Namespace', 'Service', 'Job', 'MPIJob', 'Experiment', 'CronJob', 'ConfigMap', 'ClusterRole'];
  fc.assert(fc.property(fc.constantFrom(...kinds), fc.string({ minLength: 1, maxLength: 300, unit: fc.constantFrom('a', 'Z', '7', '-', '.', '_', '/', 'é') }), (kind, name) => {
    const suggestion = /Try "(.*)"\.$/.exec(problemsOf({ object: named(kind, name) })[0] ?? '')?.[1];
    expect(suggestion === undefined ? [] : problemsOf({ object: named(kind, suggestion) })).toEqual([]);
  }), { numRuns: 60 });
});

describe('labels and annotations that the API server refuses are refused before an apply', () => {
  const metadata = (fields: Json) => ({ ...configMap(), metadata: { name: 'settings', namespace: 'team', ...fields } });
  const BAD_KEY = 'a key is [prefix/]name, where the name has at most 63 letters, digits, "-", "_" or "." and the prefix is a DNS name. Rename it.';
  const BAD_VALUE = 'a label value is text of at most 63 letters, digits, "-", "_" or ".", with a letter or digit at both ends. Shorten it, or make it an annotation.';

  test.each(['a b', 'a/b/c', '/name', 'Prefix_/name', '', '-a', repeat(64), `${repeat(254)}/name`])('label key "%s"', key => {
    expect(problemsOf({ object: metadata({ labels: { [key]: 'x' } }) })).toEqual([`[test/20-layer/object] \`metadata.labels\` has the key "${key}": ${BAD_KEY}`]);
  });

  test('annotation key', () => {
    expect(problemsOf({ object: metadata({ annotations: { 'a b': 'x' } }) })).toEqual([`[test/20-layer/object] \`metadata.annotations\` has the key "a b": ${BAD_KEY}`]);
  });

  test.each<[unknown, string]>([['a b', '"a b"'], [repeat(64), `"${repeat(64)}"`], ['-a', '"-a"'], ['a/b', '"a/b"'], [8, '8'], [true, 'true']])('label value %s', (value, shown) => {
    expect(problemsOf({ object: metadata({ labels: { key: value } }) })).toEqual([`[test/20-layer/object] \`metadata.labels["key"]\` is ${shown}: ${BAD_VALUE}`]);
  });

  test('an annotation that is not text', () => {
    expect(problemsOf({ object: metadata({ annotations: { key: true } }) })).toEqual([
      '[test/20-layer/object] `metadata.annotations["key"]` is true: an annotation value is text. Put it in quotes.',
    ]);
  });

  test('in a pod template; otherwise the Job exists and its pods never do', () => {
    const object = deployment();
    const template = { ...object.spec.template, metadata: { labels: { app: 'web', note: 'not a label' }, annotations: { count: 1 } } };
    expect(problemsOf({ object: { ...object, spec: { ...object.spec, template } } })).toEqual([
      `[test/20-layer/object] \`template.metadata.labels["note"]\` is "not a label": ${BAD_VALUE}`,
      '[test/20-layer/object] `template.metadata.annotations["count"]` is 1: an annotation value is text. Put it in quotes.',
    ]);
  });

  test('legal ones are accepted, and annotations may be any text', () => {
    expect(problemsOf({ object: metadata({
      labels: { 'app.kubernetes.io/name': 'web', A_b: '', [repeat(63)]: repeat(63), [`${repeat(253)}/name`]: 'x', 'x.y/a.b-c_d': '1.2.3' },
      annotations: { 'example.com/note': 'any text: {"a": 1}\n' },
    }) })).toEqual([]);
  });
});
