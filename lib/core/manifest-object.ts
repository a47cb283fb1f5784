import { createHash } from 'node:crypto';
import { type ApiObject, type ApiObjectProps } from 'cdk8s';
import { type Construct } from 'constructs';
import { type KnownObject } from './kinds';
import { type Identity, standardLabels } from './labels';
import { PlainObject } from './plain-object';

/**
 * Adds a manifest to the tree as an ApiObject and not of its generated class, so that JSON patches see the fields as they are written and none is dropped
 * (the generated classes filter a patched object through the fields they know).
 */
export function addObject(scope: Construct, id: string, identity: Identity, manifest: KnownObject): ApiObject {
  return new PlainObject(scope, id, withLabels(identity, manifest));
}

/** How a run-to-completion object is named. */
export type JobNaming =
  /** Exactly the given name. A changed template is refused by the API server until the old object is deleted. */
  | 'fixed'
  /** The name plus a hash of its content, so that a changed template is a new object and a second apply never fails. */
  | 'contentHash';

/**
 * Adds a run-to-completion object, whose template cannot be changed once it is in the cluster.
 * @param mutableFields fields of its spec that may be changed in place
 */
export function addJobObject(
  scope: Construct, id: string, identity: Identity, naming: JobNaming, manifest: KnownObject, mutableFields: readonly string[] = MUTABLE_FIELDS,
): ApiObject {
  return naming === 'fixed' ? addObject(scope, id, identity, manifest) : new ContentNamedObject(scope, id, withLabels(identity, manifest), mutableFields);
}

function withLabels(identity: Identity, manifest: KnownObject): ApiObjectProps {
  return { ...manifest, metadata: { ...manifest.metadata, labels: { ...standardLabels(identity), ...manifest.metadata?.labels } } };
}

/** Fields of a Job or MPIJob that may be changed in place; they do not make it another job. */
const MUTABLE_FIELDS = ['suspend', 'parallelism', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished', 'runPolicy'];

/** The hash is taken from the JSON that is written, JSON patches included. */
class ContentNamedObject extends PlainObject {
  constructor(scope: Construct, id: string, manifest: ApiObjectProps, private readonly mutableFields: readonly string[]) {
    super(scope, id, manifest);
  }

  override toJson() {
    const json = super.toJson();
    const immutable = Object.entries(json.spec ?? {}).filter(([key]) => !this.mutableFields.includes(key));
    const hash = createHash('sha256').update(JSON.stringify(immutable)).digest('hex').slice(0, 8);
    return { ...json, metadata: { ...json.metadata, name: `${json.metadata.name}-${hash}` } };
  }
}
