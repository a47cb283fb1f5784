import { ApiObject, type ApiObjectProps, App, type AppProps, Chart, type IResolver, JsonPatch, Lazy, Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import fc from 'fast-check';
import { buildEnvironment } from '../../apps/build';
import { environments } from '../../apps/environments';
import { type Json } from '../../lib';
import { PlainObject } from '../../lib/core/plain-object';

/** What an object becomes: its text with the order of its keys, or the error. */
function outcome(Kind: typeof ApiObject, props: ApiObjectProps, change: (object: ApiObject) => void, appProps?: AppProps): string {
  const chart = new Chart(new App(appProps), 'chart', { namespace: 'of-chart', labels: { of: 'chart' } });
  try {
    const object = new Kind(chart, 'object', props);
    change(object);
    return serialized(object.toJson());
  } catch (error) {
    return String(error);
  }
}

/** JSON that tells undefined from a missing key, and that has numbers and classes which JSON has no word for. */
const serialized = (value: unknown): string => JSON.stringify(value, (_, item: unknown) => {
  if (typeof item === 'object' && item !== null && !Array.isArray(item) && Object.getPrototypeOf(item) !== Object.prototype) return 'of another class';
  return item === undefined || typeof item === 'number' || typeof item === 'bigint' || typeof item === 'function' || typeof item === 'symbol' ? `${typeof item} ${String(item)} ${Object.is(item, -0)}` : item;
});

const nothing = (): void => undefined;

function sameAsStock(props: ApiObjectProps, change: (object: ApiObject) => void = nothing, appProps?: AppProps): void {
  expect(outcome(PlainObject, props, change, appProps)).toBe(outcome(ApiObject, props, change, appProps));
}

class Token {
  resolve() {
    return { b: 1, a: [undefined, Lazy.any({ produce: () => 'from a token' })] };
  }
}

const KEYS = ['apiVersion', 'kind', 'metadata', 'name', 'value', 'resolve', 'constructor', '__proto__', 'toString', 'length', '1', '0', 'z', 'a', 'B', 'ä'];
const unusual = fc.constantFrom<unknown>(
  Lazy.any({ produce: () => ({ b: 1, a: 2 }) }), Lazy.any({ produce: () => undefined }), new Token(), { resolve: () => 'a token' }, { resolve: 'no token' }, { value: 1 },
  k8s.Quantity.fromString('1Gi'), k8s.IntOrString.fromNumber(8080), new Date(0), new Map([['a', 1]]), Size.gibibytes(1), Object.create(null), () => 1, Symbol.for('a'), 1n, JSON.parse('{"__proto__": {"a": 1}}'),
);
const usual = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constantFrom<unknown>(null, undefined, {}, [], -0, [undefined], [null, {}], { a: undefined }));
const treeOf = (leaf: fc.Arbitrary<unknown>) => fc.letrec(tie => ({
  tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, fc.array(tie('tree'), { maxLength: 4 }), tie('map')),
  map: fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie('tree'), { maxKeys: 5 }),
}));
const metadataOf = (tree: fc.Arbitrary<unknown>) => fc.record({
  name: fc.constantFrom('web', ''), namespace: fc.string(), labels: fc.dictionary(fc.string(), fc.string()), annotations: fc.dictionary(fc.string(), tree as fc.Arbitrary<string>),
  finalizers: fc.array(fc.string()), generateName: tree, other: tree,
}, { requiredKeys: [] });
const propsOf = (leaf: fc.Arbitrary<unknown>) => {
  const { tree, map } = treeOf(leaf);
  return fc.tuple(fc.record({ apiVersion: fc.constantFrom('v1', 'apps/v1'), kind: fc.oneof({ weight: 9, arbitrary: fc.constant('Pod') }, leaf), metadata: metadataOf(tree), spec: tree, data: map, extra: tree }, { requiredKeys: ['apiVersion', 'kind'] }), map)
    .map(([props, more]) => ({ ...more, ...props }) as unknown as ApiObjectProps);
};
const change = fc.constantFrom<(object: ApiObject) => void>(
  nothing, nothing,
  object => { object.metadata.addLabel('added', 'label'); },
  object => { object.metadata.addAnnotation('added', 'annotation'); },
  object => { object.metadata.add('added', { b: [], a: Lazy.any({ produce: () => 'later' }) }); },
  object => { object.metadata.addFinalizers('b', 'a'); },
  object => { object.metadata.addOwnerReference({ apiVersion: 'v1', kind: 'Pod', name: 'owner', uid: '1' }); },
  object => { object.addJsonPatch(JsonPatch.add('/spec', { b: 1, a: [] }), JsonPatch.add('/zz', 1), JsonPatch.add('/aa', 1)); },
  object => { ApiObject.of(object).addJsonPatch(JsonPatch.remove('/metadata/namespace')); },
  object => { object.addJsonPatch(JsonPatch.remove('/not/there')); },
);

describe('the JSON is that of cdk8s; otherwise objects of this library are written in another way than those of users', () => {
  test('of any tree of JSON', () => {
    fc.assert(fc.property(propsOf(usual), change, (props, changed) => { sameAsStock(props, changed); }), { numRuns: 2000 });
  });

  test('with tokens, classes and functions in it', () => {
    fc.assert(fc.property(propsOf(fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: unusual })), change, (props, changed) => { sameAsStock(props, changed); }), { numRuns: 2000 });
  });

  test('with a resolver of the app', () => {
    const resolver: IResolver = { resolve: context => { if (context.value === 'a') context.replaceValue('replaced'); } };
    const props = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: { b: 'a' } }, data: { c: 'a', d: ['a'] } };
    sameAsStock(props, nothing, { resolvers: [resolver] });
    expect(outcome(PlainObject, props, nothing, { resolvers: [resolver] })).toContain('"c":"replaced"');
  });

  test('with the sorting of keys turned off', () => {
    process.env.CDK8S_DISABLE_SORT = '1';
    sameAsStock({ apiVersion: 'v1', kind: 'ConfigMap', data: { b: '1', a: '2' } });
    delete process.env.CDK8S_DISABLE_SORT;
  });

  test('of a circle, which neither can write', () => {
    const circle: Json = {};
    circle.circle = circle;
    expect(outcome(PlainObject, { apiVersion: 'v1', kind: 'Pod', spec: circle }, nothing)).toMatch(/^Error: Failed serializing construct at path 'chart\/object'/);
  });

  test('in every environment', () => {
    for (const environment of environments) {
      const jsonOf = () => buildEnvironment(environment).node.findAll().filter(construct => construct instanceof PlainObject).map((object): Json => object.toJson());
      const own = jsonOf();
      process.env.CDK8S_DISABLE_SORT = '1';
      const stock = jsonOf();
      delete process.env.CDK8S_DISABLE_SORT;
      expect(own.length).toBeGreaterThan(5);
      // The hash in the name of a job is taken from the order of its fields, too.
      const withoutHashes = (objects: Json[]) => JSON.parse(JSON.stringify(objects).replace(/-[0-9a-f]{8}\b/g, '')) as Json[];
      expect(withoutHashes(own)).toEqual(withoutHashes(stock));
    }
  });
});

test('a tree of JSON is not given to cdk8s at all; otherwise ten thousand objects are slow', () => {
  const stock = jest.spyOn(ApiObject.prototype, 'toJson');
  const object = new PlainObject(new Chart(new App(), 'chart'), 'object', { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1', b: undefined } });
  expect(object.toJson().data).toEqual({ a: '1' });
  expect(stock).not.toHaveBeenCalled();
  object.addJsonPatch(JsonPatch.add('/data/c', '3'));
  expect(object.toJson().data).toEqual({ a: '1', c: '3' });
  expect(stock).toHaveBeenCalledTimes(1);
  stock.mockRestore();
});
