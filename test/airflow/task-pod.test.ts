import { Pod } from 'kubernetes-models/v1/Pod';
import { parse } from 'yaml';
import { type AirflowStackProps, type Executor, type Json, type Resources } from '../../lib';
import { airflow, containerOf, DAGS, environmentOf, GIT_SSH, podOf, secretFiles } from './airflow-support';

const RESOURCES: Required<Resources> = { cpu: 2, memory: '4Gi', memoryLimit: '8Gi' };
const EXECUTOR: Required<Extract<Executor, { kind: 'kubernetes' }>> = { kind: 'kubernetes', taskResources: RESOURCES };
const template = (props: Partial<AirflowStackProps> = {}): Json =>
  parse(airflow({ executor: { kind: 'kubernetes' }, ...props }).one('ConfigMap', 'airflow-pod-template').data['pod_template.yaml'] as string);

test.each(Object.entries(DAGS))('the template of task pods is a valid pod with DAGs from %s; otherwise no task ever starts', (_, dags) => {
  const pod = template({ dags, executor: EXECUTOR });
  expect(pod).toMatchObject({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'task' }, spec: { restartPolicy: 'Never', serviceAccountName: 'airflow' } });
  expect(() => { new Pod(pod as ConstructorParameters<typeof Pod>[0]).validate(); }).not.toThrow();
});

test('the schema check notices a misspelt field', () => {
  const pod = template();
  expect(() => { new Pod({ ...pod, spec: { ...pod.spec, containers: [{ nam: 'base' }] } } as ConstructorParameters<typeof Pod>[0]).validate(); }).toThrow();
});

test('its one container is named base; Airflow puts image and command of the task into that one', () => {
  const { containers } = template({ executor: EXECUTOR }).spec;
  expect(containers.map(({ name }: Json) => name)).toEqual(['base']);
  expect(containers[0]).toMatchObject({ image: 'apache/airflow:2.11.2', resources: { requests: { cpu: '2', memory: '4Gi' }, limits: { memory: '8Gi' } } });
  expect(containers[0].args).toBeUndefined();
  expect(template().spec.containers[0].resources).toEqual({ requests: { cpu: '500m', memory: '1Gi' } });
});

test('the task runs in that container, not in one more pod', () => {
  expect(environmentOf(template().spec.containers[0])).toEqual({ AIRFLOW__CORE__EXECUTOR: 'LocalExecutor' });
  expect(template().spec.containers[0].envFrom).toEqual([{ configMapRef: { name: 'airflow-config' } }]);
});

test('it has DAGs, logs, scripts and the Secrets that every Airflow process needs, and none of a broker', () => {
  const { spec } = template();
  expect(spec.containers[0].volumeMounts).toEqual([
    { name: 'scripts', mountPath: '/opt/airflow-scripts', readOnly: true },
    { name: 'secrets', mountPath: '/opt/airflow-secrets', readOnly: true },
    { name: 'logs-data', mountPath: '/opt/airflow/logs' },
    { name: 'dags-data', mountPath: '/opt/airflow/dags', readOnly: true },
  ]);
  expect(secretFiles(spec)).toEqual({ 'fernet-key': 'keys/fernet', 'webserver-secret-key': 'keys/web', 'database-password': 'db-secret/db-key' });
  expect(spec.volumes).toContainEqual({ name: 'logs-data', persistentVolumeClaim: { claimName: 'airflow-logs' } });
});

test('it copies the DAGs once, and tries again when the git server does not answer; its pod has no second start', () => {
  const { spec } = template({ dags: GIT_SSH });
  expect(spec.initContainers.map(({ name }: Json) => name)).toEqual(['dags-git-clone']);
  expect(environmentOf(containerOf(spec, 'dags-git-clone'))).toMatchObject({ GITSYNC_ONE_TIME: 'true', GITSYNC_MAX_FAILURES: '10' });
  expect(secretFiles(spec, 'git-secret')).toEqual({ ssh: 'git-secret/id_rsa', known_hosts: 'git-secret/known_hosts' });
});

test('without a repository to copy there is no init container', () => {
  for (const dags of [DAGS['a claim']!, DAGS['the image']!]) expect(template({ dags }).spec).not.toHaveProperty('initContainers');
});

test('task pods meet Pod Security "restricted"; the namespace would refuse them one by one, at run time', () => {
  const { spec } = template();
  expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 50000, seccompProfile: { type: 'RuntimeDefault' } });
  for (const { securityContext } of [...spec.initContainers, ...spec.containers]) {
    expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
  }
});

test('the scheduler has the template where its setting says, and as a folder, so that a change arrives without a restart', () => {
  const built = airflow({ executor: EXECUTOR });
  const spec = podOf(built, 'Deployment airflow-scheduler');
  expect(spec.volumes).toContainEqual({ name: 'pod-template', configMap: { name: 'airflow-pod-template' } });
  expect(spec.containers[0].volumeMounts).toContainEqual({ name: 'pod-template', mountPath: '/opt/airflow/pod_templates', readOnly: true });
  expect(built.one('ConfigMap', 'airflow-config').data.AIRFLOW__KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE).toBe('/opt/airflow/pod_templates/pod_template.yaml');
  expect(JSON.stringify(podOf(airflow(), 'Deployment airflow-scheduler'))).not.toContain('pod-template');
});

test('task pods are not those of any Service or workload', () => {
  expect(template().metadata.labels).toMatchObject({ app: 'airflow', component: 'task', release: 'airflow' });
});
