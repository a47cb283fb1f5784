import { type IConstruct } from 'constructs';
import { secretPrerequisites } from './secret-requirements';

/** Where a prerequisite has to be met; the order is the order to work through them. */
export const PREREQUISITE_AREAS = ['Array', 'Network', 'Nodes', 'Cluster', 'Secrets', 'Images', 'Volumes'] as const;
/** Where a prerequisite has to be met. */
export type PrerequisiteArea = (typeof PREREQUISITE_AREAS)[number];

/** Names an object of the cluster. */
export interface ObjectReference {
  /** Kind of the object. */
  readonly kind: string;
  /** Absent for a cluster-scoped kind. */
  readonly namespace?: string;
  /** Name of the object. */
  readonly name: string;
}

/** Something that must be true before `kubectl apply`, which no manifest of this project can bring about. */
export interface Prerequisite {
  /** Where it has to be met. */
  readonly area: PrerequisiteArea;
  /** What must exist or hold. */
  readonly what: string;
  /**
   * Commands that make it so or show that it is so, one per line.
   * @default - none
   */
  readonly commands?: readonly string[];
  /**
   * Objects that exist once this is met; manifests may then refer to them.
   * @default - none
   */
  readonly provides?: readonly ObjectReference[];
  /**
   * A manifest that the commands need but `kubectl apply` must not see; written to `dist/<env>/<path>`.
   * @default - none
   */
  readonly file?: {
    /** Path below the folder of the environment. */
    readonly path: string;
    /** Content. */
    readonly manifest: Record<string, unknown>;
  };
}

const METADATA = 'cdk8s-aipod/prerequisite';

/** Declares what `scope` needs. Read by the prerequisites table and by the rule on references. */
export function declarePrerequisite(scope: IConstruct, prerequisite: Prerequisite): void {
  scope.node.addMetadata(METADATA, prerequisite);
}

/** A prerequisite and the construct paths that need it. */
export interface DeclaredPrerequisite extends Prerequisite {
  /** Paths of the constructs that need it. */
  readonly neededBy: readonly string[];
}

/** Every prerequisite of these constructs, each once, in the order to work through them. */
export function prerequisitesOf(constructs: readonly IConstruct[]): DeclaredPrerequisite[] {
  const byText = new Map<string, { prerequisite: Prerequisite; neededBy: Set<string> }>();
  const secrets = secretPrerequisites(constructs);
  for (const construct of constructs) {
    for (const { type, data } of construct.node.metadata) {
      if (type !== METADATA) continue;
      const prerequisite = data as Prerequisite;
      const { area, what, commands, provides, file } = prerequisite;
      const key = [area, what, ...commands ?? [], provides || file ? JSON.stringify([provides, file]) : ''].join('\n');
      const known = byText.get(key) ?? { prerequisite, neededBy: new Set<string>() };
      byText.set(key, known);
      known.neededBy.add(construct.node.path);
    }
  }
  return [...[...byText.values()].map(({ prerequisite, neededBy }) => ({ ...prerequisite, neededBy: [...neededBy] })), ...secrets]
    .sort((a, b) => PREREQUISITE_AREAS.indexOf(a.area) - PREREQUISITE_AREAS.indexOf(b.area));
}
