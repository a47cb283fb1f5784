import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment } from '../../apps/environment';
import { airflowComesUpInOrder } from './checks/airflow';
import { apply, unknownFieldIsRefused } from './checks/apply';
import { flexGroupClaimsAreGuarded } from './checks/flexgroup-guard';
import { immutableFieldsAreRefused, nextVersionApplies } from './checks/next-version';
import { preemptedJobGoesOn } from './checks/preemption';
import { podSecurityHolds, restrictedIsEnforced } from './checks/pod-security';
import { rightsAreExact } from './checks/rbac';
import { secondApplyChangesNothing } from './checks/second-apply';
import { everyClaimBinds, oneDefaultClass } from './checks/storage';
import { everyWorkloadIsReady } from './checks/workloads';
import { BuiltEnvironment } from './harness/built';
import { check as checkOf, setUp } from './harness/check';
import { ControlPlane } from './harness/control-plane';
import { meetPrerequisites, prepareCluster } from './harness/prerequisites';
import { chosen, run } from './harness/run';

/** The environment for the Kubernetes that is there, should it be older than the one that it is written for. */
function notNewerThan(version: string, environment: Environment): Environment {
  const [server, declared] = [version.slice(1), environment.cluster.kubernetesVersion].map(text => Number(text.split('.')[1]));
  return server! >= declared! ? environment : { ...environment, cluster: { ...environment.cluster, kubernetesVersion: `1.${server!}` } };
}

describe.each(chosen.map(environment => [environment.name, environment] as const))('%s', (name, environment: Environment) => {
  let plane: ControlPlane;
  let built: BuiltEnvironment;
  const check = (column: string, title: string, prove: () => Promise<number>) => { checkOf(name, column, title, prove); };

  setUp(name, async () => {
    plane = await ControlPlane.start(name);
    const version = await plane.version();
    writeFileSync(join(run.folder, 'version'), version);
    built = new BuiltEnvironment(notNewerThan(version, environment), plane.folder);
    await prepareCluster(plane, built);
  });
  afterAll(() => (plane as ControlPlane | undefined)?.stop());

  check('apply', 'the API server accepts every object; otherwise the first apply stops half way', () => apply(plane.kubectl, built));
  check('apply', 'the API server refuses a field that it does not know; otherwise this check cannot fail', () => unknownFieldIsRefused(plane.kubectl, built));
  check('prerequisites', 'the commands that they name make the Secrets and claims; otherwise pods wait for them', () => meetPrerequisites(plane, built));
  check('storage', 'there is one default class; otherwise claims without a class wait, or get any', () => oneDefaultClass(plane, built));
  check('storage', 'every claim binds; otherwise its pods wait for ever', () => everyClaimBinds(plane));
  if (environment.kubeflow) check('storage', 'a FlexGroup claim that is too small is refused; otherwise it hangs, or grows', () => flexGroupClaimsAreGuarded(plane.kubectl, built));
  if (environment.airflow) check('Airflow', 'the parts come up in their order; otherwise they start on an empty database', () => airflowComesUpInOrder(plane, environment.airflow!, built));
  check('workloads', 'every pod finds a node and every workload becomes ready; otherwise it waits for ever', () => everyWorkloadIsReady(plane, built));
  if (Object.values(environment.scheduling?.teams ?? {}).some(({ jobs }) => jobs)) {
    check('workloads', 'a training job that loses its GPUs goes on; otherwise it gives up after some days of sharing', () => preemptedJobGoesOn(plane, built));
  }
  check('Pod Security', 'every pod is admitted; otherwise its controller tries for ever', () => podSecurityHolds(plane.kubectl, built));
  check('Pod Security', 'restricted namespaces refuse a privileged pod; otherwise the label does nothing', () => restrictedIsEnforced(plane.kubectl, built));
  check('RBAC', 'each ServiceAccount may do what it is for and no more; otherwise tasks fail, or a stolen token opens doors', () => rightsAreExact(plane.kubectl, built));
  check('second apply', 'a second apply changes nothing; otherwise every pipeline run restarts something', () => secondApplyChangesNothing(plane.kubectl, built));
  check('next version', 'what cannot be changed is refused; otherwise the next check cannot fail', () => immutableFieldsAreRefused(plane.kubectl, built));
  check('next version', 'a changed environment applies over the old one; otherwise an update stops half way', () => nextVersionApplies(plane, built));
});
