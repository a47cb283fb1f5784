import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment } from '../../apps/environment';
import { type Json } from '../../lib';
import { refusedOf } from './checks/apply';
import { BuiltEnvironment, type BuiltObject, expectNone } from './harness/built';
import { check as checkOf, setUp } from './harness/check';
import { Kubectl } from './harness/kubectl';
import { until } from './harness/processes';
import { chosen, run } from './harness/run';

/** Kinds that start nothing but pods, which the quota below does not admit. */
const HARMLESS = ['ConfigMap', 'ServiceAccount', 'Role', 'RoleBinding', 'Service', 'Deployment', 'StatefulSet', 'Job', 'CronJob'];
const QUOTA = { pods: '0', persistentvolumeclaims: '0', 'services.nodeports': '0', 'services.loadbalancers': '0' };

/** On a cluster of the user: everything is tried without being stored, and what starts nothing is also applied, in namespaces of the test's own. */
describe.each(chosen.map(environment => [environment.name, environment] as const))('%s', (name, environment: Environment) => {
  const { label, context } = run.user!;
  const kubectl = new Kubectl(run.binaries.kubectl, ['--context', context], process.env);
  const built = new BuiltEnvironment(environment, run.folder);
  const namespaces = new Map([...new Set(built.objects.map(({ json }) => json.metadata.namespace as string | undefined).filter(namespace => namespace !== undefined))]
    .map(namespace => [namespace, `${label.value}-${name}-${namespace}`.slice(0, 63)]));
  const objects = built.objects.map(object => ({ ...object, json: moved(object.json, namespaces) }));
  const check = (column: string, title: string, prove: () => Promise<number>) => { checkOf(name, column, title, prove); };

  setUp(name, async () => {
    writeFileSync(join(run.folder, 'version'), `${JSON.parse(await kubectl.run(['get', '--raw', '/version'])).gitVersion}, context ${context}`);
    const levels = new Map(built.ofKind('Namespace').map(({ json }) => [json.metadata.name, json.metadata.labels]));
    await kubectl.create([...namespaces].map(([from, to]) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: to, labels: { ...levels.get(from), [label.key]: label.value } } })));
  });

  check('dry run', 'the API server accepts every object; otherwise the first apply stops half way', async () => {
    expectNone(await refusedOf(kubectl, objects, '--dry-run=server'));
    return objects.length;
  });

  check('apply', 'what starts nothing is stored; otherwise a webhook or policy of this cluster is in the way', async () => {
    await admitNoPods(kubectl, [...namespaces.values()]);
    const harmless = objects.filter(({ json }: BuiltObject) => HARMLESS.includes(json.kind) && json.metadata.namespace !== undefined && ['ClusterIP', undefined].includes(json.spec?.type));
    expectNone(await refusedOf(kubectl, harmless));
    return harmless.length;
  });
});

/** The object in the namespace that stands for its own. */
function moved(json: Json, namespaces: ReadonlyMap<string, string>): Json {
  const inOwn = (part: Json): Json => (part.namespace === undefined ? part : { ...part, namespace: namespaces.get(part.namespace) ?? part.namespace });
  return { ...json, metadata: inOwn(json.metadata), ...(json.subjects && { subjects: json.subjects.map(inOwn) }) };
}

/** Nothing that is applied afterwards starts a pod, makes a volume, or opens a port of the nodes. */
async function admitNoPods(kubectl: Kubectl, namespaces: readonly string[]): Promise<void> {
  await kubectl.create(namespaces.map(namespace => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'nothing-starts', namespace }, spec: { hard: QUOTA } })));
  for (const namespace of namespaces) {
    await until(`the quota of ${namespace} holds`, async () =>
      (await kubectl.run(['get', 'resourcequota', 'nothing-starts', '-n', namespace, '-o', 'jsonpath={.status.hard.pods}'])) === '0' || 'no status yet');
  }
}
