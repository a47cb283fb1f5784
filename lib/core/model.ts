import { type ApiObject } from 'cdk8s';
import { type Cluster } from './cluster';
import { type ObjectReference } from './prerequisites';
import { type Finding } from './problems';

/** JSON of a manifest; rules read it, never write it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** A manifest as it will be written, with the construct path that made it. */
export interface Manifest {
  /** Construct path, without the environment. */
  readonly path: string;
  /** API group and version. */
  readonly apiVersion: string;
  /** Kind of the object. */
  readonly kind: string;
  /** Name as it is written. */
  readonly name: string;
  /** Namespace; absent for a cluster-scoped kind. */
  readonly namespace?: string;
  /** The whole manifest. */
  readonly json: Json;
  /** The ApiObject that it comes from. */
  readonly source: ApiObject;
}

/** All that a rule may look at: what is written, what exists already, and the cluster. */
export interface Model {
  /** Everything that is written. */
  readonly manifests: readonly Manifest[];
  /** What is true of the cluster. */
  readonly cluster: Cluster;
  /** Objects that exist before the first apply, from the cluster facts and from declared prerequisites. */
  readonly existing: readonly ObjectReference[];
}

/** Looks at all manifests of an environment and says what does not fit together. One rule per file. */
export type Rule = (model: Model) => Finding[];

/** `kind namespace/name` of a manifest or reference, for sentences and for comparing. */
export const objectId = ({ kind, namespace, name }: ObjectReference): string => `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

/** A pod template found in a manifest: its metadata where it has some, and its pod spec. */
export interface PodTemplate {
  readonly metadata?: Json;
  readonly spec: Json;
}

/** Half of the rules ask for them. */
const knownTemplates = new WeakMap<object, PodTemplate[]>();

/** Every pod template of a manifest, whatever its kind: a map with `containers` is a pod spec. */
export function podTemplatesOf(manifest: Json): PodTemplate[] {
  if (manifest === null || typeof manifest !== 'object') return [];
  const known = knownTemplates.get(manifest);
  if (known) return known;
  const templates = findPodTemplates(manifest);
  knownTemplates.set(manifest, templates);
  return templates;
}

function findPodTemplates(json: Json, found: PodTemplate[] = []): PodTemplate[] {
  if (json === null || typeof json !== 'object') return found;
  if (Array.isArray(json.spec?.containers)) found.push({ metadata: json.metadata, spec: json.spec });
  else if (Array.isArray(json.spec?.templates)) found.push(...workflowPods(json.spec));
  else for (const value of Object.values(json)) if (typeof value === 'object') findPodTemplates(value, found);
  return found;
}

/** Pods of an Argo workflow: of its steps, with what all of them share, and of the objects that they make. */
function workflowPods({ templates, podMetadata, volumes = [], serviceAccountName, securityContext }: Json): PodTemplate[] {
  return templates.flatMap((step: Json) => (step.container
    ? [{
      metadata: { ...podMetadata, ...step.metadata },
      spec: { volumes: [...volumes, ...step.volumes ?? []], serviceAccountName, securityContext: step.securityContext ?? securityContext, containers: [{ name: step.name, ...step.container }] },
    }]
    : findPodTemplates(objectOfStep(step.resource?.manifest))));
}

/** The object that a step makes; none where it is not written as JSON. */
function objectOfStep(manifest: Json): Json {
  // To throw takes far longer than to look.
  if (!/^\s*[[{]/.test(manifest)) return undefined;
  try {
    return JSON.parse(manifest);
  } catch {
    return undefined;
  }
}

/** Containers and init containers of a pod spec. */
export const containersOf = (podSpec: Json): readonly Json[] => (podSpec.initContainers ? [...podSpec.initContainers, ...(podSpec.containers ?? [])] : podSpec.containers ?? []);

/** Manifests by namespace; those that name none, cluster-scoped ones among them, are under `default`. */
export function byNamespace(manifests: readonly Manifest[]): ReadonlyMap<string, readonly Manifest[]> {
  const groups = new Map<string, Manifest[]>();
  for (const manifest of manifests) {
    const group = groups.get(manifest.namespace ?? 'default');
    if (group) group.push(manifest);
    else groups.set(manifest.namespace ?? 'default', [manifest]);
  }
  return groups;
}
