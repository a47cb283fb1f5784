import { createHash } from 'node:crypto';
import type * as k8s from '../core/k8s';
import { standardLabels } from '../core/labels';
import { type SecretKey } from '../core/secret-requirements';
import { RESTRICTED_CONTAINER, restrictedPod } from '../core/security-context';
import { resourcesOf } from '../services/resources';
import { environmentOf } from './configuration';
import { gitClone, gitSyncVolumes } from './git-sync';
import { type AirflowPlan, DEFAULT_RESOURCES, identityOf, selectorOf } from './plan';
import { SCRIPTS, SCRIPTS_FOLDER, type SecretFile, SECRETS_FOLDER } from './scripts';
import { USERS } from './upstream';

/** What an Airflow container mounts beside scripts and secrets. */
export interface AirflowMounts {
  readonly dags?: boolean;
  readonly logs?: boolean;
}

/** Every Secret that all Airflow containers read, by the file it becomes. */
export function commonSecrets({ props: { fernetKey, webserverSecretKey, database, executor } }: AirflowPlan): Partial<Record<SecretFile, SecretKey>> {
  return {
    'fernet-key': fernetKey,
    'webserver-secret-key': webserverSecretKey,
    ...(database.kind === 'in-cluster' ? { 'database-password': database.password } : { 'database-url': database.url }),
    ...(executor.kind !== 'celery' ? {} : executor.broker.kind === 'in-cluster' ? { 'broker-password': executor.broker.password } : { 'broker-url': executor.broker.url }),
  };
}

/** An Airflow container. */
export function airflowContainer(plan: AirflowPlan, mounts: AirflowMounts, container: Omit<k8s.Container, 'image'>): k8s.Container {
  return {
    image: plan.image,
    envFrom: [{ configMapRef: { name: `${plan.name}-config` } }],
    volumeMounts: [
      { name: 'scripts', mountPath: SCRIPTS_FOLDER, readOnly: true },
      { name: 'secrets', mountPath: SECRETS_FOLDER, readOnly: true },
      ...(mounts.logs ? [{ name: 'logs-data', mountPath: '/opt/airflow/logs' }] : []),
      ...(mounts.dags && plan.props.dags.kind !== 'image' ? [{ name: 'dags-data', mountPath: '/opt/airflow/dags', readOnly: true }] : []),
    ],
    securityContext: RESTRICTED_CONTAINER,
    ...container,
  };
}

/** Waits until the database answers. Fails after a minute, and is started again. */
export const checkDatabase = (plan: AirflowPlan): k8s.Container =>
  airflowContainer(plan, {}, { name: 'check-db', args: ['bash', '-c', 'exec timeout 60s airflow db check'], resources: resourcesOf(DEFAULT_RESOURCES.command) });

/** Waits until the tables are those of the image. */
export const waitForMigrations = (plan: AirflowPlan): k8s.Container =>
  airflowContainer(plan, {}, { name: 'wait-for-db-migrations', args: ['db', 'check-migrations', '-t', '60'], resources: resourcesOf(DEFAULT_RESOURCES.command) });

export interface AirflowPodProps {
  readonly component: string;
  readonly mounts: AirflowMounts;
  readonly containers: readonly k8s.Container[];
  /** Secrets beside the common ones. */
  readonly secrets?: Partial<Record<SecretFile, SecretKey>>;
  /** Whether it talks to the Kubernetes API. */
  readonly usesApi?: boolean;
  readonly gates: 'database' | 'migrations' | 'none';
  /** Volumes of this component only. */
  readonly extraVolumes?: readonly k8s.Volume[];
  /** Fields of the pod of this component only. */
  readonly spec?: Partial<k8s.PodSpec>;
}

/** Template of a pod of Airflow containers: gates, volumes, and a checksum that rolls it when the configuration changes. */
export function airflowPod(plan: AirflowPlan, pod: AirflowPodProps): k8s.PodTemplateSpec {
  const { component, mounts, gates } = pod;
  const initContainers = [
    ...(gates === 'none' ? [] : [checkDatabase(plan)]),
    ...(gates === 'migrations' ? [waitForMigrations(plan)] : []),
    ...(mounts.dags ? gitClone(plan) : []),
  ];
  return {
    metadata: {
      labels: { ...standardLabels(identityOf(plan, component)), ...selectorOf(plan, component) },
      annotations: { 'checksum/config': createHash('sha256').update(JSON.stringify([environmentOf(plan), SCRIPTS])).digest('hex') },
    },
    spec: {
      serviceAccountName: plan.name,
      automountServiceAccountToken: pod.usesApi ?? false,
      enableServiceLinks: false,
      securityContext: restrictedPod(USERS.airflow, 0),
      initContainers: initContainers.length > 0 ? initContainers : undefined,
      containers: [...pod.containers],
      volumes: [
        { name: 'scripts', configMap: { name: `${plan.name}-scripts` } },
        { name: 'secrets', projected: { defaultMode: 0o440, sources: projections({ ...commonSecrets(plan), ...pod.secrets }) } },
        ...(mounts.logs ? [{ name: 'logs-data', persistentVolumeClaim: { claimName: `${plan.name}-logs` } }] : []),
        ...(mounts.dags ? dagVolumes(plan) : []),
        ...(pod.extraVolumes ?? []),
      ],
      ...pod.spec,
    },
  };
}

function projections(secrets: Partial<Record<SecretFile, SecretKey>>): k8s.VolumeProjection[] {
  return Object.entries(secrets).map(([path, { secret, key }]) => ({ secret: { name: secret, items: [{ key, path }] } }));
}

function dagVolumes(plan: AirflowPlan): k8s.Volume[] {
  const { dags } = plan.props;
  if (dags.kind === 'image') return [];
  return dags.kind === 'claim' ? [{ name: 'dags-data', persistentVolumeClaim: { claimName: dags.claim.claimName, readOnly: true } }] : gitSyncVolumes(dags);
}
