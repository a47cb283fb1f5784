import { k8s } from 'cdk8s-plus-27';
import { type Construct } from 'constructs';
import { addJobObject, addObject } from '../core/manifest-object';
import { type AdminUser } from './options';
import { type AirflowPlan, DEFAULT_RESOURCES, identityOf } from './plan';
import { resourcesOf } from './containers';
import { airflowContainer, airflowPod, type AirflowPodProps } from './pods';
import { SCRIPTS_FOLDER } from './scripts';

/** A Job that runs once per content: a changed image or setting is another Job, and the same one is never run again. */
function addJob(scope: Construct, plan: AirflowPlan, pod: AirflowPodProps): void {
  const { component } = pod;
  addJobObject(scope, component, identityOf(plan, component), 'contentHash', k8s.KubeJob.manifest({
    metadata: { name: `${plan.name}-${component}`, namespace: plan.namespace },
    spec: { backoffLimit: 10, template: airflowPod(plan, { ...pod, spec: { restartPolicy: 'OnFailure' } }) },
  }));
}

/** Brings the tables of the database to the state of the image. All other pods wait for it. */
export function addMigrations(scope: Construct, plan: AirflowPlan): void {
  addJob(scope, plan, {
    component: 'upgrade-db',
    gates: 'database',
    mounts: {},
    containers: [airflowContainer(plan, {}, { name: 'upgrade-db', args: ['db', plan.features.migrate], resources: resourcesOf(DEFAULT_RESOURCES.command) })],
  });
}

/** Makes the first user, if there is none of that name. */
export function addAdminUser(scope: Construct, plan: AirflowPlan, { username, password, email }: AdminUser): void {
  const script = 'exec airflow users create --role Admin --firstname "$1" --lastname Admin --username "$1" --email "$2" '
    + `--password "$(python ${SCRIPTS_FOLDER}/setting.py admin-password)"`;
  addJob(scope, plan, {
    component: 'create-users',
    gates: 'migrations',
    mounts: {},
    secrets: { 'admin-password': password },
    containers: [airflowContainer(plan, {}, { name: 'create-users', args: ['bash', '-c', script, 'create-users', username, email], resources: resourcesOf(DEFAULT_RESOURCES.command) })],
  });
}

/** Deletes task logs that are older than the given number of days, every night. */
export function addLogCleanup(scope: Construct, plan: AirflowPlan, days: number): void {
  const component = 'log-cleanup';
  addObject(scope, component, identityOf(plan, component), k8s.KubeCronJob.manifest({
    metadata: { name: `${plan.name}-log-cleanup`, namespace: plan.namespace },
    spec: {
      schedule: '17 3 * * *',
      concurrencyPolicy: 'Forbid',
      successfulJobsHistoryLimit: 1,
      jobTemplate: {
        spec: {
          backoffLimit: 1,
          activeDeadlineSeconds: 6 * 3600,
          template: airflowPod(plan, {
            component,
            gates: 'none',
            mounts: { logs: true },
            containers: [airflowContainer(plan, { logs: true }, {
              name: 'log-cleanup',
              args: ['bash', '-c', 'find /opt/airflow/logs -type f -mtime "+$1" -delete && find /opt/airflow/logs -mindepth 1 -type d -empty -delete', 'log-cleanup', String(days)],
              resources: resourcesOf(DEFAULT_RESOURCES.command),
            })],
            spec: { restartPolicy: 'Never' },
          }),
        },
      },
    },
  }));
}
