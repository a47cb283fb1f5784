import { ApiObject, App, Names } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { type DeclaredPrerequisite } from './prerequisites';

/** A value in a Secret that exists in the namespace of the pods. No value is ever written into a manifest. */
export interface SecretKey {
  /** Name of the Secret. */
  readonly secret: string;
  /** Key in it. */
  readonly key: string;
}

/** A Secret that must be made by hand, because no credential is ever written by this project. */
export interface SecretRequirement {
  /** Namespace of the Secret. */
  readonly namespace: string;
  /** Name of the Secret. */
  readonly name: string;
  /** Keys that must be in it. */
  readonly keys: readonly string[];
  /** What it is for, as the end of a sentence. */
  readonly purpose: string;
  /**
   * Shell text that makes the value of all keys, for values that may be random.
   * @default - the value is read from a file named like the key
   */
  readonly generate?: string;
}

const METADATA = 'cdk8s-aipod/secret';

/** Declares a Secret with its keys. Requirements of one Secret from several constructs become one line with all keys. */
export function requireSecret(scope: IConstruct, requirement: SecretRequirement): void {
  scope.node.addMetadata(METADATA, requirement);
}

/** What is known of one Secret from all that require it. */
interface MergedSecret {
  readonly namespace: string;
  readonly name: string;
  /** Key -> argument of `kubectl create secret generic` that makes it. */
  readonly keys: Map<string, string>;
  readonly purposes: Set<string>;
  readonly neededBy: Set<string>;
}

/** One prerequisite per Secret that these constructs require, with the line that makes it. */
export function secretPrerequisites(constructs: readonly IConstruct[]): DeclaredPrerequisite[] {
  const secrets = new Map<string, MergedSecret>();
  for (const construct of constructs) {
    for (const { type, data } of construct.node.metadata) {
      if (type !== METADATA) continue;
      const { namespace, name, keys, purpose, generate } = data as SecretRequirement;
      const id = `${namespace}/${name}`;
      const merged = secrets.get(id) ?? { namespace, name, keys: new Map<string, string>(), purposes: new Set<string>(), neededBy: new Set<string>() };
      secrets.set(id, merged);
      for (const key of keys) merged.keys.set(key, generate === undefined ? `--from-file=${key}=./${key}` : `--from-literal=${key}="${generate}"`);
      merged.purposes.add(purpose);
      merged.neededBy.add(construct.node.path);
    }
  }
  const own = ownNamespaces(constructs, new Set([...secrets.values()].map(({ namespace }) => namespace)));
  return [...own, ...[...secrets.values()].map(({ namespace, name, keys, purposes, neededBy }) => ({
    area: 'Secrets' as const,
    what: `Secret ${namespace}/${name} with ${keys.size === 1 ? 'key' : 'keys'} ${[...keys.keys()].join(', ')}: ${[...purposes].join('; ')}`,
    commands: [`kubectl -n ${namespace} create secret generic ${name} ${[...keys.values()].join(' ')}`],
    provides: [{ kind: 'Secret', namespace, name }],
    neededBy: [...neededBy],
  }))];
}

/** Namespaces of Secrets that are made here: their files are applied before the Secrets can be made. */
function ownNamespaces(constructs: readonly IConstruct[], namespaces: ReadonlySet<string>): DeclaredPrerequisite[] {
  const made = constructs.filter(construct => construct instanceof ApiObject).filter(({ kind, name }) => kind === 'Namespace' && namespaces.has(name));
  return [...new Set(made.map(({ chart }) => chart))].map(chart => ({
    area: 'Cluster',
    what: `The namespaces of the Secrets below are there: ${made.filter(object => object.chart === chart).map(({ name }) => name).join(', ')}`,
    commands: [`kubectl apply -f ${Names.toDnsLabel(chart)}${App.of(chart).outputFileExtension}`],
    neededBy: [chart.node.path],
  }));
}
