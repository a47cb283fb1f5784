import { ApiObject, Chart } from 'cdk8s';
import { type IConstruct } from 'constructs';

/** Charts and their objects in the order of apply. */
export interface ApplyOrder {
  /** Charts, each with the objects that are its own. */
  readonly charts: readonly { readonly chart: Chart; readonly objects: readonly ApiObject[] }[];
  /** Whether a chart contains another one or depends on it; cdk8s then numbers the files. */
  readonly numbered: boolean;
}

/** Every one of `sources` comes after every one of `targets`: what a dependency between two constructs means for the objects in them. */
interface Implied {
  readonly sources: readonly ApiObject[];
  readonly targets: readonly ApiObject[];
}

interface Dependencies {
  /** What was asked of a construct itself. */
  readonly direct: ReadonlyMap<IConstruct, ReadonlySet<IConstruct>>;
  readonly implied: readonly Implied[];
  readonly impliedBySource: ReadonlyMap<IConstruct, readonly Implied[]>;
}

/**
 * The order that cdk8s gives to charts and objects. cdk8s writes a dependency down as pairs of objects and follows every path between them, which
 * takes for ever for charts in a chain; here each object is visited once. Throws where dependencies form a circle.
 * @param all every construct of the app, as `findAll` gives them
 */
export function applyOrder(all: readonly IConstruct[]): ApplyOrder {
  const { dependencies, numbered } = dependenciesOf(all);
  const charts = sorted(all, dependencies).filter(construct => construct instanceof Chart);
  return {
    numbered,
    charts: charts.map(chart => ({
      chart,
      objects: sorted(chart.node.findAll(), dependencies).filter(construct => construct instanceof ApiObject).filter(object => object.chart === chart),
    })),
  };
}

function dependenciesOf(all: readonly IConstruct[]): { dependencies: Dependencies; numbered: boolean } {
  const direct = new Map<IConstruct, Set<IConstruct>>();
  let numbered = false;
  const add = (source: IConstruct, target: IConstruct) => direct.set(source, (direct.get(source) ?? new Set()).add(target));
  const pairs = () => all.flatMap(source => [...direct.get(source) ?? []].map(target => ({ source, target })));
  const addBetweenCharts = (source: IConstruct, target: IConstruct) => {
    numbered = true;
    add(source, target);
  };
  for (const construct of all) for (const target of construct.node.dependencies) add(construct, target);
  for (const chart of all.filter(construct => construct instanceof Chart)) {
    for (const child of chart.node.children) if (child instanceof Chart) addBetweenCharts(chart, child);
  }
  for (const { source, target } of pairs()) {
    if (Chart.of(source) !== Chart.of(target)) addBetweenCharts(Chart.of(source), Chart.of(target));
  }

  const below = new Map<IConstruct, ApiObject[]>();
  const objectsBelow = (construct: IConstruct): ApiObject[] => {
    const objects = below.get(construct) ?? construct.node.findAll().filter(child => child instanceof ApiObject).filter(({ chart }) => chart === Chart.of(construct));
    below.set(construct, objects);
    return objects;
  };
  const implied = pairs().map(({ source, target }): Implied => ({ sources: objectsBelow(source), targets: objectsBelow(target) }));
  const impliedBySource = new Map<IConstruct, Implied[]>();
  for (const each of implied) {
    for (const source of each.sources) {
      const known = impliedBySource.get(source);
      if (known) known.push(each);
      else impliedBySource.set(source, [each]);
    }
  }
  return { dependencies: { direct, implied, impliedBySource }, numbered };
}

/** The constructs, each after what it depends on. Dependencies on others than these do not count. */
function sorted(constructs: readonly IConstruct[], { direct, implied, impliedBySource }: Dependencies): IConstruct[] {
  if (direct.size === 0) return [...constructs];
  // As in cdk8s, which keeps them by path, so that a chart whose id is a whole number comes first. Without dependencies that makes no difference.
  const inside = new Set(Object.values(Object.fromEntries(constructs.map(construct => [construct.node.path, construct]))));
  const found = new Set<IConstruct>();
  const onTheWay = new Set<IConstruct>();
  const finished = new Set<Implied>();

  const visit = (construct: IConstruct): void => {
    if (found.has(construct) || !inside.has(construct)) return;
    if (onTheWay.has(construct)) throw new Error(circle([...onTheWay, construct]));
    onTheWay.add(construct);
    for (const target of direct.get(construct) ?? []) visit(target);
    for (const each of impliedBySource.get(construct) ?? []) {
      if (finished.has(each)) continue;
      for (const target of each.targets) if (target !== construct) visit(target);
      if (each.targets.every(target => found.has(target))) finished.add(each);
    }
    onTheWay.delete(construct);
    found.add(construct);
  };

  const needed = neededByOthers(inside, direct, implied);
  for (const construct of inside) if (!needed.has(construct)) visit(construct);
  // What is left has been reached from nowhere: it can only be a circle.
  for (const construct of inside) visit(construct);
  return [...found];
}

/** cdk8s starts with the constructs that no other one depends on. */
function neededByOthers(inside: ReadonlySet<IConstruct>, direct: Dependencies['direct'], implied: Dependencies['implied']): Set<IConstruct> {
  const needed = new Set<IConstruct>();
  for (const [source, targets] of direct) if (inside.has(source)) for (const target of targets) needed.add(target);
  for (const { sources, targets } of implied) {
    if (sources[0] === undefined || !inside.has(sources[0])) continue;
    for (const target of targets) if (sources.length > 1 || sources[0] !== target) needed.add(target);
  }
  return needed;
}

function circle(way: readonly IConstruct[]): string {
  const first = way.indexOf(way.at(-1)!);
  return way.slice(first).map(({ node }) => node.path).join(' => ');
}
