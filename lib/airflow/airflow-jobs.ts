import { type Construct } from 'constructs';
import { standardLabels } from '../core/labels';
import { addJobObject, addObject } from '../core/manifest-object';
import { RESTRICTED_CONTAINER, restrictedPod } from '../core/security-context';
import { resourcesOf } from '../services/resources';
import { type AdminUser } from './options';
import { type AirflowPlan, DEFAULT_RESOURCES, identityOf, selectorOf } from './plan';
import { airflowContainer, airflowPod, type AirflowPodProps } from './pods';
import { SCRIPTS_FOLDER } from './scripts';
import { USERS } from './upstream';

/** A first install may wait for hours for its database; a Job that gave up is not started again by a second apply. */
const JOB_RETRIES = 100;

/** A Job that runs once per content: a changed image or setting is another Job, and the same one is never run again. */
function addJob(scope: Construct, plan: AirflowPlan, pod: AirflowPodProps): void {
  const { component } = pod;
  addJobObject(scope, component, identityOf(plan, component), 'contentHash', {
    apiVersion: 'batch/v1', kind: 'Job',
    metadata: { name: `${plan.name}-${component}`, namespace: plan.namespace },
    spec: { backoffLimit: JOB_RETRIES, template: airflowPod(plan, { ...pod, spec: { restartPolicy: 'OnFailure' } }) },
  });
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

/**
 * Deletes task logs that are at least the given number of days old, every night. Empty folders stay for a day, so that none is taken from a task that has just
 * made it. The pod has the logs and nothing else: no settings, no Secrets.
 */
export function addLogCleanup(scope: Construct, plan: AirflowPlan, days: number): void {
  const component = 'log-cleanup';
  const identity = identityOf(plan, component);
  const script = 'find /opt/airflow/logs -ignore_readdir_race -type f -mtime "+$1" -delete'
    + ' && find /opt/airflow/logs -ignore_readdir_race -mindepth 1 -type d -empty -mtime +0 -delete';
  addObject(scope, component, identity, {
    apiVersion: 'batch/v1', kind: 'CronJob',
    metadata: { name: `${plan.name}-${component}`, namespace: plan.namespace },
    spec: {
      schedule: '17 3 * * *',
      concurrencyPolicy: 'Forbid',
      successfulJobsHistoryLimit: 1,
      jobTemplate: {
        spec: {
          backoffLimit: 1,
          activeDeadlineSeconds: 6 * 3600,
          template: {
            metadata: { labels: { ...standardLabels(identity), ...selectorOf(plan, component) } },
            spec: {
              restartPolicy: 'Never',
              serviceAccountName: plan.name,
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              securityContext: restrictedPod(USERS.airflow, 0),
              containers: [{
                name: component,
                image: plan.image,
                // find counts whole days that have passed: +29 is 30 days or more.
                command: ['bash', '-c', script, component, String(days - 1)],
                resources: resourcesOf(DEFAULT_RESOURCES.logCleanup),
                securityContext: RESTRICTED_CONTAINER,
                volumeMounts: [{ name: 'logs-data', mountPath: '/opt/airflow/logs' }],
              }],
              volumes: [{ name: 'logs-data', persistentVolumeClaim: { claimName: `${plan.name}-logs` } }],
            },
          },
        },
      },
    },
  });
}
