import { type ApiObject, type Chart, JsonPatch } from 'cdk8s';
import fc from 'fast-check';
import { type JobNaming, type Json } from '../../lib';
import { type ObjectOf } from '../../lib/core/kinds';
import { addJobObject, addObject } from '../../lib/core/manifest-object';
import { build } from '../support';
import { podSpec } from './objects';

const IDENTITY = { name: 'train', instance: 'imagenet', component: 'job', partOf: 'training' };
const LABELS = {
  'app.kubernetes.io/name': 'train', 'app.kubernetes.io/instance': 'imagenet', 'app.kubernetes.io/component': 'job',
  'app.kubernetes.io/part-of': 'training', 'app.kubernetes.io/managed-by': 'cdk8s-aipod',
};
const job = (spec: Json = {}, metadata: Json = {}): ObjectOf<'Job'> => ({
  apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'imagenet', namespace: 'team', ...metadata }, spec: { template: { spec: podSpec({ restartPolicy: 'Never' }) }, ...spec },
});

/** The one manifest that `add` makes. */
function written(add: (layer: Chart) => unknown): Json {
  const built = build(layer => { add(layer); });
  expect(built.problems).toEqual([]);
  return built.manifests[0];
}
const jobNamed = (naming: JobNaming, manifest = job(), patch: (object: ApiObject) => void = () => undefined): Json =>
  written(layer => { patch(addJobObject(layer, 'Resource', IDENTITY, naming, manifest)); });
const nameOf = (manifest: ObjectOf<'Job'>, patch?: (object: ApiObject) => void): string => jobNamed('contentHash', manifest, patch).metadata.name;

describe('labels', () => {
  test('are added to an object, and nothing else is', () => {
    expect(written(layer => addObject(layer, 'Resource', IDENTITY, job()))).toEqual({ ...job(), metadata: { name: 'imagenet', namespace: 'team', labels: LABELS } });
  });

  test('stay beside those of the object itself, which win', () => {
    const own = { 'pod-security.kubernetes.io/enforce': 'baseline', 'app.kubernetes.io/name': 'mine' };
    expect(written(layer => addObject(layer, 'Resource', IDENTITY, job({}, { labels: own }))).metadata.labels).toEqual({ ...LABELS, ...own });
  });

  test('are on jobs of both namings', () => {
    expect(jobNamed('fixed').metadata.labels).toEqual(LABELS);
    expect(jobNamed('contentHash').metadata.labels).toEqual(LABELS);
  });
});

describe('the name of a job', () => {
  test('is exactly the given one with fixed naming', () => {
    expect(jobNamed('fixed').metadata.name).toBe('imagenet');
  });

  test('gets a hash of eight digits with content naming, and the rest of the manifest stays', () => {
    const manifest = jobNamed('contentHash');
    expect(manifest.metadata.name).toMatch(/^imagenet-[0-9a-f]{8}$/);
    expect(manifest).toEqual({ ...job(), metadata: { name: manifest.metadata.name, namespace: 'team', labels: LABELS } });
  });

  test('is the same in every synth; otherwise each apply starts the training again', () => {
    expect(nameOf(job())).toBe(nameOf(job()));
  });

  test.each<[string, Json]>([
    ['the image', { template: { spec: podSpec({ containers: [{ name: 'main', image: 'registry.example.com/app:2.0' }] }) } }],
    ['an argument', { template: { spec: podSpec({ containers: [{ name: 'main', image: 'registry.example.com/app:1.0', args: ['--epochs=2'] }] }) } }],
    ['a label of the pods', { template: { metadata: { labels: { a: 'b' } }, spec: podSpec() } }],
    ['the number of completions', { completions: 2 }],
  ])('changes with %s; otherwise the API server refuses the second apply', (_, spec) => {
    expect(nameOf(job(spec))).not.toBe(nameOf(job()));
  });

  test.each<[string, Json]>([
    ['suspend', { suspend: true }], ['parallelism', { parallelism: 2 }], ['backoffLimit', { backoffLimit: 1 }], ['activeDeadlineSeconds', { activeDeadlineSeconds: 60 }],
    ['ttlSecondsAfterFinished', { ttlSecondsAfterFinished: 60 }], ['runPolicy of an MPIJob', { runPolicy: { suspend: true, cleanPodPolicy: 'Running' } }],
  ])('stays when %s changes; otherwise resuming a job starts another one', (_, spec) => {
    expect(nameOf(job(spec))).toBe(nameOf(job()));
    expect(jobNamed('contentHash', job(spec)).spec).toEqual(job(spec).spec);
  });

  test('depends on what the kind lets be changed; otherwise a refused change keeps the name', () => {
    const named = (spec: Json) => written(layer => addJobObject(layer, 'Resource', IDENTITY, 'contentHash', job(spec), ['completions'])).metadata.name;
    expect(named({ completions: 2 })).toBe(named({}));
    expect(named({ suspend: true })).not.toBe(named({}));
  });

  test('stays when labels or annotations of the job itself change', () => {
    expect(nameOf(job({}, { labels: { a: 'b' }, annotations: { c: 'd' } }))).toBe(nameOf(job()));
  });

  test('does not depend on the order of fields', () => {
    const spec = { completions: 1, completionMode: 'Indexed', selector: { b: 1, a: 2 } };
    const turned = Object.fromEntries(Object.entries({ ...spec, selector: { a: 2, b: 1 } }).reverse());
    expect(nameOf(job(turned))).toBe(nameOf(job(spec)));
  });

  test('differs for any two different templates', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
      expect(nameOf(job({ completionMode: a })) === nameOf(job({ completionMode: b }))).toBe(a === b);
    }), { numRuns: 30 });
  });

  test('that is too long with its hash is refused', () => {
    const built = build(layer => { addJobObject(layer, 'train', IDENTITY, 'contentHash', job({}, { name: 'a'.repeat(55) })); });
    expect(built.problems).toHaveLength(1);
    expect(built.problems[0]).toMatch(/^\[test\/20-layer\/train\] `metadata.name` is "a{55}-[0-9a-f]{8}": the name of a Job must be at most 63 characters/);
  });

  test('a naming that does not exist does not compile', () => {
    // @ts-expect-error only two are known
    const naming: JobNaming = 'random';
    expect(naming).toBe('random');
  });
});

describe('JSON patches, the way out when a prop is missing', () => {
  test('use the paths that are in the file, and keep fields that nobody described', () => {
    const manifest = written(layer => {
      addObject(layer, 'Resource', IDENTITY, job({ unknownHere: { a: 1 } })).addJsonPatch(
        JsonPatch.add('/spec/template/spec/containers/0/newField', { b: [2] }),
        JsonPatch.replace('/spec/template/spec/restartPolicy', 'OnFailure'),
        JsonPatch.add('/spec/futureField', 'x'),
        JsonPatch.remove('/metadata/labels/app.kubernetes.io~1part-of'),
      );
    });
    expect(manifest.spec).toEqual({
      unknownHere: { a: 1 },
      futureField: 'x',
      template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'main', image: 'registry.example.com/app:1.0', newField: { b: [2] } }] } },
    });
    expect(manifest.metadata.labels).not.toHaveProperty(['app.kubernetes.io/part-of']);
  });

  test('change the name of a job with content naming; otherwise the patched job is refused', () => {
    expect(nameOf(job(), object => { object.addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'low')); })).not.toBe(nameOf(job()));
  });

  test('of a field that may be changed in place keep the name', () => {
    expect(nameOf(job(), object => { object.addJsonPatch(JsonPatch.add('/spec/suspend', true)); })).toBe(nameOf(job()));
  });

  test('of the name come before its hash', () => {
    expect(nameOf(job(), object => { object.addJsonPatch(JsonPatch.replace('/metadata/name', 'mine')); })).toMatch(/^mine-[0-9a-f]{8}$/);
  });
});
