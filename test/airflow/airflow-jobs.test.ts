import { type AdminUser, type AirflowStackProps, type Json, type LogOptions } from '../../lib';
import { airflow, containerOf, objects, ONE_NODE, podOf, secretFiles } from './airflow-support';

const ADMIN: Required<AdminUser> = { username: 'boss', email: 'boss@example.com', password: { secret: 'admin-secret', key: 'password' } };
const jobName = (start: string, props: Partial<AirflowStackProps> = {}): string =>
  airflow(props).manifests.find(({ kind, metadata }) => kind === 'Job' && (metadata.name as string).startsWith(start))!.metadata.name;

describe('migrations', () => {
  const job = (props: Partial<AirflowStackProps> = {}): Json => airflow(props).one('Job', jobName('airflow-upgrade-db', props));

  test('the same input gives the same name; otherwise every synth migrates again', () => {
    expect(jobName('airflow-upgrade-db')).toMatch(/^airflow-upgrade-db-[0-9a-f]{8}$/);
    expect(jobName('airflow-upgrade-db')).toBe(jobName('airflow-upgrade-db'));
    expect(jobName('airflow-upgrade-db', { web: { replicas: 3 } })).toBe(jobName('airflow-upgrade-db'));
  });

  test.each<[string, Partial<AirflowStackProps>]>([
    ['image', { image: 'registry.example.com/airflow:2.11.2-team' }],
    ['release', { version: '2.10.5' }],
    ['setting', { config: { AIRFLOW__CORE__PARALLELISM: '64' } }],
    ['Secret', { database: { kind: 'in-cluster', password: { secret: 'other-secret', key: 'db-key' } } }],
  ])('another %s gives another name; otherwise the API server refuses the second apply, and the tables stay old', (_, props) => {
    expect(jobName('airflow-upgrade-db', props)).not.toBe(jobName('airflow-upgrade-db'));
  });

  test('it waits for the database, is tried again for hours, and stays, so that a GitOps tool does not run it again and again', () => {
    const { spec } = job();
    expect(spec.template.spec.restartPolicy).toBe('OnFailure');
    expect(spec.backoffLimit).toBe(100);
    expect(spec.ttlSecondsAfterFinished).toBeUndefined();
    expect(spec.template.spec.initContainers.map(({ name }: Json) => name)).toEqual(['check-db']);
    expect(containerOf(spec.template.spec, 'upgrade-db')).toMatchObject({ args: ['db', 'migrate'], resources: { requests: { cpu: '100m', memory: '512Mi' } } });
  });

  test('it is not given the API token, the logs or the DAGs', () => {
    const { spec } = job().spec.template;
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.volumes.map(({ name }: Json) => name)).toEqual(['scripts', 'secrets']);
  });
});

describe('first user', () => {
  const built = airflow({ adminUser: ADMIN });
  const spec = podOf(built, 'Job airflow-create-users');

  test('every option reaches the Job; the password is a file and never in the manifest', () => {
    expect(built.problems).toEqual([]);
    expect(containerOf(spec, 'create-users').args.slice(3)).toEqual(['create-users', 'boss', 'boss@example.com']);
    expect(secretFiles(spec)['admin-password']).toBe('admin-secret/password');
    expect(containerOf(spec, 'create-users').args[2]).toContain('--password "$(python /opt/airflow-scripts/setting.py admin-password)"');
  });

  test('name and mail address are arguments, not part of the script; a quote in them cannot run a command', () => {
    const evil = airflow({ adminUser: { ...ADMIN, username: '"; rm -rf / #' } });
    const { args } = containerOf(podOf(evil, 'Job airflow-create-users'), 'create-users');
    expect(args[2]).toBe(containerOf(spec, 'create-users').args[2]);
    expect(args[4]).toBe('"; rm -rf / #');
  });

  test('it is made, never changed: the chart wrote the published password over a changed one at each upgrade', () => {
    const script: string = containerOf(spec, 'create-users').args[2];
    expect(script).toMatch(/^exec airflow users create --role Admin /);
    expect(script).not.toMatch(/reset|delete|set-password/);
  });

  test('only its own pod has the password', () => {
    for (const owner of ['Deployment airflow-web', 'Job airflow-upgrade-db']) expect(secretFiles(podOf(built, owner))).not.toHaveProperty('admin-password');
  });

  test('another user is another Job, none where there is no user', () => {
    expect(jobName('airflow-create-users', { adminUser: ADMIN })).toBe(jobName('airflow-create-users', { adminUser: ADMIN }));
    expect(jobName('airflow-create-users', { adminUser: { ...ADMIN, username: 'chief' } })).not.toBe(jobName('airflow-create-users', { adminUser: ADMIN }));
    expect(objects(airflow()).filter(name => name.includes('create-users'))).toEqual([]);
  });
});

describe('task logs', () => {
  const ALL: Required<LogOptions> = { storage: { size: '20Gi', storageClass: { className: 'fast' } }, accessMode: 'ReadWriteOnce', retentionDays: 90 };
  const cleanup = (logs?: LogOptions): Json => airflow({ logs }).one('CronJob', 'airflow-log-cleanup').spec;
  const pod = (logs?: LogOptions): Json => cleanup(logs).jobTemplate.spec.template.spec;

  test('every option reaches claim and CronJob', () => {
    const built = airflow({ logs: ALL }, ONE_NODE);
    expect(built.problems).toEqual([]);
    expect(built.one('PersistentVolumeClaim', 'airflow-logs').spec).toEqual({ accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '20Gi' } } });
    expect(pod(ALL).containers[0].command.at(-1)).toBe('89');
  });

  test('1Gi of the default class for all nodes, kept for 30 days, where nothing is said', () => {
    expect(airflow().one('PersistentVolumeClaim', 'airflow-logs').spec).toEqual({ accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } });
    // find counts whole days that have passed: more than 29.
    expect(pod().containers[0].command.at(-1)).toBe('29');
    expect(pod({ retentionDays: 1 }).containers[0].command.at(-1)).toBe('0');
  });

  test('nothing is deleted where they are kept for ever', () => {
    expect(objects(airflow({ logs: { retentionDays: 'forever' } }))).not.toContain('CronJob airflow-log-cleanup');
  });

  test('one run at a time, which ends before the next; two would trip over each other', () => {
    expect(cleanup()).toMatchObject({ schedule: '17 3 * * *', concurrencyPolicy: 'Forbid', successfulJobsHistoryLimit: 1, jobTemplate: { spec: { backoffLimit: 1, activeDeadlineSeconds: 21_600 } } });
    expect(pod().restartPolicy).toBe('Never');
  });

  test('it deletes old files and empty folders, and leaves a folder alone that a task has just made', () => {
    expect(pod().containers[0].command).toEqual(['bash', '-c',
      'find /opt/airflow/logs -ignore_readdir_race -type f -mtime "+$1" -delete && find /opt/airflow/logs -ignore_readdir_race -mindepth 1 -type d -empty -mtime +0 -delete',
      'log-cleanup', '29']);
  });

  test('it has the logs and nothing else: no Secret, no settings, no token', () => {
    const spec = pod();
    expect(spec.volumes).toEqual([{ name: 'logs-data', persistentVolumeClaim: { claimName: 'airflow-logs' } }]);
    expect(spec.containers[0]).toMatchObject({ volumeMounts: [{ name: 'logs-data', mountPath: '/opt/airflow/logs' }], resources: { requests: { cpu: '50m', memory: '64Mi' } } });
    expect(spec.containers[0].envFrom).toBeUndefined();
    expect(spec.initContainers).toBeUndefined();
    expect(spec.automountServiceAccountToken).toBe(false);
  });

  test('it may delete what the other pods wrote: it is the same user and group', () => {
    expect(pod().securityContext).toEqual(podOf(airflow(), 'StatefulSet airflow-worker').securityContext);
  });
});
