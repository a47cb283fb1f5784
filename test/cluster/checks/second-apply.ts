import { type Json } from '../../../lib';
import { type BuiltEnvironment, expectNone, idOf } from '../harness/built';
import { type Kubectl } from '../harness/kubectl';
import { apply } from './apply';

/** A second apply must leave every object as it is. */
export async function secondApplyChangesNothing(kubectl: Kubectl, built: BuiltEnvironment): Promise<number> {
  const before = await stored(kubectl, built);
  await apply(kubectl, built);
  const after = await stored(kubectl, built);
  expectNone(built.objects.filter(({ id }) => before.get(id)!.metadata.resourceVersion !== after.get(id)!.metadata.resourceVersion).map(object => ({
    object, message: `A second apply changes it: ${differences(before.get(object.id), after.get(object.id)).join('\n')}`,
  })));
  return built.objects.length;
}

/** The objects of an environment as the server has them. */
async function stored(kubectl: Kubectl, { folder }: BuiltEnvironment): Promise<Map<string, Json>> {
  const { items } = JSON.parse(await kubectl.run(['get', '-f', folder, '-o', 'json', '--show-managed-fields']));
  return new Map(items.map((item: Json) => [idOf(item), item]));
}

/** `path: before -> after` of every value that differs. */
function differences(before: Json, after: Json, path = ''): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (before === null || after === null || typeof before !== 'object' || typeof after !== 'object') return [`${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(key => differences(before[key], after[key], `${path}/${key}`));
}
