import { type AirflowSettings } from '../../../apps/environment';
import { type Json } from '../../../lib';
import { type BuiltEnvironment } from '../harness/built';
import { type ControlPlane } from '../harness/control-plane';
import { finish, readyOf, releaseInit, untilPods } from '../harness/pods';

/** READY of every workload, from docs/airflow.md; git-sync is the second container where there is one. */
function documentedReady({ dags, executor, database, web }: AirflowSettings): Record<string, string> {
  if (executor.kind !== 'celery' || executor.broker.kind !== 'in-cluster' || database.kind !== 'in-cluster') {
    throw new Error('The documents have the Celery executor with PostgreSQL and Redis in the cluster. Add what is expected of another one to test/cluster/checks/airflow.ts.');
  }
  const withSync = dags.kind === 'git-sync' ? '2/2' : '1/1';
  const times = (component: string, replicas: number | undefined, ready: string) => Array.from({ length: replicas ?? 1 }, (_, index) => [`${component} ${index}`, ready] as const);
  return Object.fromEntries([
    ...times('flower', 1, '1/1'),
    ...times('postgresql', 1, '1/1'),
    ...times('redis', 1, '1/1'),
    ...times('scheduler', 1, withSync),
    ...times('web', web?.replicas, '1/1'),
    ...times('worker', executor.workers?.replicas, withSync),
  ]);
}

/** READY of the pods that go on running, by component. */
function ready(pods: readonly Json[]): Record<string, string> {
  const counted: Record<string, number> = {};
  return Object.fromEntries(pods.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind !== 'Job').map(pod => {
    const component: string = pod.metadata.labels['app.kubernetes.io/component'];
    const index = counted[component] = (counted[component] ?? -1) + 1;
    return [`${component} ${index}`, readyOf(pod)] as const;
  }).sort(([a], [b]) => a.localeCompare(b)));
}

/** Construct path of the workload that a component's pods belong to. */
const madeBy = ({ objects }: BuiltEnvironment, component: string): string => {
  const label = component.split(' ')[0];
  return `made by ${objects.find(({ json }) => ['Deployment', 'StatefulSet'].includes(json.kind) && json.metadata.labels['app.kubernetes.io/component'] === label)?.path}`;
};

const isUpgrade = ({ metadata }: Json): boolean => metadata.labels['app.kubernetes.io/component'] === 'upgrade-db';
const isData = (component: string): boolean => /^(postgresql|redis) /.test(component);

/**
 * Database and broker come up by themselves. All else stays in its init containers: first the Job that prepares the database, then the
 * others. In the end each workload is as ready as the documents show it.
 */
export async function airflowComesUpInOrder(plane: ControlPlane, settings: AirflowSettings, built: BuiltEnvironment): Promise<number> {
  const documented = documentedReady(settings);
  const containers = (text: string) => text.split('/')[1]!;
  const onlyData = Object.fromEntries(Object.entries(documented).map(([component, text]) => [component, isData(component) ? text : `0/${containers(text)}`]));
  const own = (pods: readonly Json[]) => pods.filter(({ metadata }) => metadata.namespace === settings.namespace);
  const are = (pods: readonly Json[], expected: Record<string, string>): true | string => {
    const found = ready(own(pods));
    const wrong = [...new Set([...Object.keys(found), ...Object.keys(expected)])].filter(component => found[component] !== expected[component]);
    return wrong.length === 0 || wrong.map(component => `READY of ${component} is ${found[component] ?? 'not there'}, not ${expected[component] ?? 'there'}; ${madeBy(built, component)}`).join('\n');
  };
  const initializing = (pods: readonly Json[]) => own(pods).filter(({ status }) => status.phase === 'Pending' && status.initContainerStatuses);

  const gated = Object.keys(documented).filter(component => !isData(component)).length;
  await untilPods(plane, 'database and broker are ready, and all else waits for them', pods => {
    const waiting = initializing(pods).filter(({ metadata }) => metadata.ownerReferences[0].kind !== 'Job').length;
    if (!initializing(pods).some(isUpgrade) || waiting !== gated) return `${waiting} of ${gated}, and the database's Job, wait in their init containers. ${String(are(pods, onlyData))}`;
    return are(pods, onlyData);
  });
  await untilPods(plane, 'the database is prepared, and all else waits for that', async pods => {
    await releaseInit(plane, initializing(pods).filter(isUpgrade));
    await finish(plane, own(pods).filter(pod => isUpgrade(pod) && pod.status.phase === 'Running'));
    return own(pods).filter(isUpgrade).every(({ status }) => status.phase === 'Succeeded') ? are(pods, onlyData) : 'The Job that prepares the database has not ended';
  });
  await untilPods(plane, 'every workload has the documented READY', async pods => {
    await releaseInit(plane, initializing(pods));
    return are(pods, documented);
  });
  return Object.keys(documented).length;
}
