import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { stringify } from 'yaml';
import { buildEnvironment } from '../../../apps/build';
import { type Environment } from '../../../apps/environment';
import { type DeclaredPrerequisite, type Json } from '../../../lib';
import { objectId } from '../../../lib/core/model';

/** `Deployment airflow/airflow-web` of a manifest. */
export const idOf = ({ kind, metadata }: Json): string => objectId({ kind, namespace: metadata.namespace, name: metadata.name });

/** An object of an environment, with the construct that made it. */
export interface BuiltObject {
  /** `Deployment airflow/airflow-web`. */
  readonly id: string;
  /** `lab/50-airflow/airflow/web`. */
  readonly path: string;
  readonly json: Json;
}

/** An environment as it is applied: its files, and the construct path of every object in them. */
export class BuiltEnvironment {
  readonly name: string;
  /** Folder for `kubectl apply -f`. */
  readonly folder: string;
  readonly objects: readonly BuiltObject[];
  readonly prerequisites: readonly DeclaredPrerequisite[];

  constructor(readonly environment: Environment, outputRoot: string) {
    const app = buildEnvironment(environment, mkdtempSync(join(outputRoot, 'dist-')));
    app.synth();
    this.name = environment.name;
    this.folder = app.outdir;
    this.prerequisites = app.prerequisites();
    this.objects = app.node.findAll().filter(construct => construct instanceof ApiObject).map(source => {
      const json: Json = source.toJson();
      return { id: idOf(json), path: `${environment.name}/${source.node.path.replace(/\/(Resource|Default)$/, '')}`, json };
    });
  }

  ofKind(...kinds: readonly string[]): BuiltObject[] {
    return this.objects.filter(({ json }) => kinds.includes(json.kind));
  }

  /** Namespaces that objects are in, but that the environment does not make. */
  foreignNamespaces(): string[] {
    const made = this.ofKind('Namespace').map(({ json }) => json.metadata.name as string);
    const used = [...this.objects.map(({ json }) => json.metadata.namespace as string | undefined), ...this.prerequisites.flatMap(({ provides = [] }) => provides.map(({ namespace }) => namespace))];
    return [...new Set(used)].filter(name => name !== undefined).filter(name => !made.includes(name));
  }
}

/** What the server has against an object. */
export interface Refusal {
  readonly object: BuiltObject;
  readonly message: string;
}

/** The construct path, the server's message, and the object. */
export const explain = (refusals: readonly Refusal[]): string => refusals
  .map(({ object, message }) => `${object.id}, made by ${object.path}:\n${message.trim()}\n${stringify(object.json)}`)
  .join('\n');

/** Fails with everything that was refused. */
export function expectNone(refusals: readonly Refusal[]): void {
  if (refusals.length > 0) throw new Error(`${refusals.length} refused:\n${explain(refusals)}`);
}
