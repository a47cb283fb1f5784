import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, JsonPatch, Lazy } from 'cdk8s';
import { Construct, DependencyGroup } from 'constructs';
import fc from 'fast-check';
import { applyOrder } from '../../lib/core/apply-order';
import { writeCharts } from '../../lib/core/write-charts';
import { configMap } from './objects';

const folder = mkdtempSync(join(tmpdir(), 'write-charts-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

/** Name -> content of the files of an app, written by cdk8s itself or by us; a text where the dependencies form a circle. */
function files(build: (app: App) => void, write: (app: App) => void): Record<string, string> | string {
  const app = new App({ outdir: mkdtempSync(join(folder, 'app-')) });
  build(app);
  try {
    write(app);
  } catch (error) {
    return String(error).includes('cannot find a parent chart') ? 'no chart' : 'circle';
  }
  return Object.fromEntries(readdirSync(app.outdir).map(file => [file, readFileSync(join(app.outdir, file), 'utf8')]));
}
const byStock = (build: (app: App) => void) => files(build, app => { app.synth(); });
const byUs = (build: (app: App) => void) => files(build, app => {
  writeCharts(app, applyOrder(app.node.findAll()), new Map(app.node.findAll().filter(construct => construct instanceof ApiObject).map(object => [object, object.toJson()])));
});
const sameAsStock = (build: (app: App) => void) => {
  const expected = byStock(build);
  expect(byUs(build)).toEqual(expected);
  return expected;
};

const object = (scope: Construct, id: string) => new ApiObject(scope, id, configMap({}, `${scope.node.path}/${id}`.toLowerCase().replace(/[^a-z0-9]+/g, '-')));
const objects = (scope: Construct, ...ids: string[]) => ids.map(id => object(scope, id));

describe('files, their names and the order in them are those of cdk8s; otherwise an update of the library renumbers and reorders manifests', () => {
  test('charts without dependencies, an empty chart, objects in constructs, and no chart at all', () => {
    expect(Object.keys(sameAsStock(app => {
      objects(new Chart(app, '20-b'), 'z', 'a');
      objects(new Construct(new Chart(app, '10-a'), 'wrapper'), 'Resource', 'other');
      new Chart(app, 'Empty Chart');
    }))).toHaveLength(3);
    expect(sameAsStock(() => undefined)).toEqual({});
  });

  test('objects that depend on objects, on constructs and on several at once', () => {
    sameAsStock(app => {
      const chart = new Chart(app, 'chart');
      const [a, b, c, d] = objects(chart, 'a', 'b', 'c', 'd') as [ApiObject, ApiObject, ApiObject, ApiObject];
      const wrapper = new Construct(chart, 'wrapper');
      const [e] = objects(wrapper, 'e', 'f') as [ApiObject];
      a.addDependency(c, b);
      b.node.addDependency(wrapper);
      wrapper.node.addDependency(d);
      e.node.addDependency(new DependencyGroup(d));
    });
  });

  test('charts that depend on charts, whose files cdk8s numbers', () => {
    expect(Object.keys(sameAsStock(app => {
      const [one, two, three] = ['one', 'two', 'three'].map(id => new Chart(app, id)) as [Chart, Chart, Chart];
      for (const chart of [one, two, three]) objects(chart, 'a', 'b');
      one.addDependency(three);
      three.addDependency(two);
    }))).toEqual(['0000-two.k8s.yaml', '0001-three.k8s.yaml', '0002-one.k8s.yaml']);
  });

  test('an object that depends on an object of another chart, and charts whose ids are numbers', () => {
    sameAsStock(app => {
      const [a] = objects(new Chart(app, '30'), 'a', 'b') as [ApiObject];
      const [c] = objects(new Chart(app, '20'), 'c', 'd') as [ApiObject];
      objects(new Chart(app, '10'), 'e');
      a.addDependency(c);
    });
  });

  test('charts in charts', () => {
    sameAsStock(app => {
      const outer = new Chart(app, 'outer');
      objects(outer, 'a');
      const inner = new Chart(new Construct(outer, 'wrapper'), 'inner');
      objects(new Chart(inner, 'innermost'), 'b');
      objects(new Chart(outer, 'second'), 'c');
      objects(outer, 'd');
    });
  });

  test('objects in objects', () => {
    sameAsStock(app => {
      const [a, b] = objects(new Chart(app, 'chart'), 'a', 'b') as [ApiObject, ApiObject];
      objects(b, 'c', 'd');
      a.addDependency(b);
    });
  });

  test('JSON patches and lazy values', () => {
    sameAsStock(app => {
      const lazy = new ApiObject(new Chart(app, 'chart'), 'a', { ...configMap(), data: { value: Lazy.any({ produce: () => 'later' }) } });
      lazy.addJsonPatch(JsonPatch.add('/data/other', '1'));
    });
  });

  test('any tree with any dependencies, and a circle is found exactly where cdk8s finds one', () => {
    const kind = fc.constantFrom('chart', 'construct', 'object', 'object', 'object');
    const tree = fc.array(fc.tuple(kind, fc.nat()), { minLength: 1, maxLength: 12 });
    const outcomes = new Set<string>();
    fc.assert(fc.property(tree, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }), (nodes, dependencies) => {
      const build = (app: App) => {
        const all: Construct[] = [new Chart(app, 'c0')];
        for (const [index, [what, parent]] of nodes.entries()) {
          const scope = all[parent % all.length]!;
          if (what === 'chart') all.push(new Chart(parent % 3 === 0 ? app : scope, `${index % 2 === 0 ? 'c' : ''}${index + 1}`));
          else if (what === 'object') all.push(object(scope, `o${index + 1}`));
          else all.push(new Construct(scope, `x${index + 1}`));
        }
        for (const [from, to] of dependencies) {
          const [source, target] = [all[from % all.length]!, all[to % all.length]!];
          // cdk8s does not notice that something depends on itself.
          if (source !== target) source.node.addDependency(target);
        }
      };
      const result = sameAsStock(build);
      outcomes.add(typeof result === 'string' ? result : Object.keys(result).some(name => name.startsWith('0000-')) ? 'numbered' : 'plain');
    }), { numRuns: 500 });
    expect([...outcomes].sort()).toEqual(['circle', 'numbered', 'plain']);
  }, 120_000);
});

test('the construct that depends on itself is named', () => {
  const app = new App();
  const a = object(new Chart(app, 'chart'), 'a');
  a.addDependency(a);
  expect(() => applyOrder(app.node.findAll())).toThrow('chart/a => chart/a');
});

test('charts in a long chain cost no more than their number; otherwise a synth of eight charts does not end', () => {
  const app = new App();
  const charts = Array.from({ length: 300 }, (_, index) => new Chart(app, `chart-${index}`));
  for (const [index, chart] of charts.entries()) {
    objects(chart, ...Array.from({ length: 10 }, (_, number) => `o${number}`));
    if (index > 0) chart.addDependency(charts[index - 1]!);
  }
  expect(applyOrder(app.node.findAll()).charts.map(({ chart, objects: { length } }) => [chart, length])).toEqual(charts.map(chart => [chart, 10]));
});
