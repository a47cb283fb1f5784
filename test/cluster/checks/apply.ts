import { type Kubectl } from '../harness/kubectl';
import { type BuiltEnvironment, type BuiltObject, expectNone, type Refusal } from '../harness/built';

const APPLY = ['apply', '--server-side', '--validate=strict'];

/** `kubectl apply` of the folder of an environment. Should it fail, each object is tried alone, to name those that are refused. */
export async function apply(kubectl: Kubectl, { folder, objects }: BuiltEnvironment, ...args: readonly string[]): Promise<number> {
  const { ok, stdout, stderr } = await kubectl.try([...APPLY, '-f', folder, ...args]);
  if (!ok) {
    expectNone(await refusedOf(kubectl, objects, ...args));
    throw new Error(`kubectl apply -f fails, though each object alone is accepted:\n${stderr}`);
  }
  const applied = stdout.split('\n').filter(line => line.includes('serverside-applied')).length;
  if (applied !== objects.length) throw new Error(`${objects.length} objects were made, ${applied} applied:\n${stdout}`);
  return applied;
}

/** What the API server refuses of these objects, each applied alone. */
export async function refusedOf(kubectl: Kubectl, objects: readonly BuiltObject[], ...args: readonly string[]): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  for (const object of objects) {
    const { ok, stderr } = await kubectl.try([...APPLY, '-f', '-', ...args], JSON.stringify(object.json));
    if (!ok) refusals.push({ object, message: stderr });
  }
  return refusals;
}

/** A field that no built-in object has must be refused; otherwise this check could not fail. */
export async function unknownFieldIsRefused(kubectl: Kubectl, built: BuiltEnvironment): Promise<number> {
  const samples = ['ConfigMap', 'PersistentVolumeClaim', 'Job', 'Deployment', 'StatefulSet'].flatMap(kind => built.ofKind(kind).slice(0, 1));
  const wrong = samples.map(object => ({ ...object, json: { ...object.json, unknownField: 'x' } }));
  const refusals = await refusedOf(kubectl, wrong, '--dry-run=server');
  const accepted = wrong.filter(object => !refusals.some(refusal => refusal.object === object && refusal.message.includes('unknownField')));
  if (accepted.length > 0) throw new Error(`An unknown field is accepted in: ${accepted.map(({ id }) => id).join(', ')}`);
  return wrong.length;
}
