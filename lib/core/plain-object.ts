import { ApiObject, type ApiObjectProps, App, ImplicitTokenResolver, type JsonPatch, LazyResolver, NumberStringUnionResolver } from 'cdk8s';
import { type Construct } from 'constructs';
import { type KnownObject } from './kinds';
import { type Json } from './model';

/** Resolvers that every app has. They do nothing to a tree of plain JSON. */
const BUILT_IN: readonly unknown[] = [LazyResolver, ImplicitTokenResolver, NumberStringUnionResolver];

const NOT_PLAIN = new Error('not a tree of plain JSON');

/** Throws for what only cdk8s knows how to turn into JSON. The error is made once, because its stack takes time. */
function notPlain(): never {
  throw NOT_PLAIN;
}

/**
 * An ApiObject whose JSON is made in one walk, when it is added, where its manifest is a tree of plain JSON, as nearly all are; the manifest that was given is
 * then forgotten. Patches, tokens, resolvers of the app and whatever else is unusual are left to cdk8s. The result is the same, to the order of keys.
 */
export class PlainObject extends ApiObject {
  private readonly json?: Json;
  private isPatched = false;

  constructor(scope: Construct, id: string, manifest: ApiObjectProps) {
    const json = jsonOf(manifest);
    super(scope, id, json ?? manifest);
    this.json = json;
  }

  override addJsonPatch(...ops: JsonPatch[]): void {
    this.isPatched = true;
    super.addJsonPatch(...ops);
  }

  /** The manifest. Only its metadata is made anew with each call. */
  override toJson(): Json {
    if (!this.json || this.isPatched || !App.of(this).resolvers.every(({ constructor }) => BUILT_IN.includes(constructor))) return super.toJson();
    const { apiVersion, kind, metadata: _metadata, ...rest } = this.json;
    return { apiVersion, kind, metadata: this.metadata.toJson(), ...rest };
  }
}

/** The manifest as a tree of plain JSON with sorted keys, or undefined where it is none. */
function jsonOf(manifest: ApiObjectProps): Json {
  try {
    return process.env.CDK8S_DISABLE_SORT ? undefined : plain(manifest);
  } catch {
    // What cdk8s cannot make JSON of either, it explains.
    return undefined;
  }
}

/** A tree of plain JSON with sorted keys and without what is undefined or null, as cdk8s writes objects; for manifests that are part of another one or of a file. */
export const writtenJson = (manifest: KnownObject): Json => plain(manifest);

function plainMap(map: Record<string, unknown>): Json {
  const result: Json = {};
  for (const key of Object.keys(map).sort()) {
    if (key === '__proto__') notPlain();
    const value = plain(map[key]);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

/** A copy with sorted keys and without what is undefined or null. */
function plain(value: unknown): Json {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'function') return notPlain();
  if (typeof value !== 'object') return value;
  if (value.constructor === Object) return plainMap(value as Record<string, unknown>);
  return value.constructor === Array ? (value as unknown[]).map(plain) : notPlain();
}
