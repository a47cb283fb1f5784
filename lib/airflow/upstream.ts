/** Airflow 2, by release. Airflow 3 has other services (api-server, dag-processor) and other setting names, and is not offered. */
export type AirflowVersion = `2.${number}.${number}`;

/** Release that is used where none is given. */
export const DEFAULT_VERSION: AirflowVersion = '2.11.2';

/** Images that are maintained upstream; the documents' PostgreSQL and Redis images are gone from their registry. */
export const IMAGES = {
  airflow: (version: AirflowVersion): string => `apache/airflow:${version}`,
  gitSync: 'registry.k8s.io/git-sync/git-sync:v4.7.1',
  redis: 'redis:7.2.10',
} as const;

/** User ids of the processes in these images. */
export const USERS = { airflow: 50000, gitSync: 65533, redis: 999 } as const;

/** Ports, as in the documents' deployment. */
export const PORTS = { web: 8080, flower: 5555, workerLogs: 8793, schedulerHealth: 8974, redis: 6379, gitSyncHealth: 1234 } as const;

/** What changed between Airflow releases, for the names and commands that are written. Source: config.yml and the release notes of Airflow. */
export interface AirflowFeatures {
  /** Section of `sql_alchemy_conn`. */
  readonly databaseSection: 'CORE' | 'DATABASE';
  /** Section of the KubernetesExecutor's settings. */
  readonly kubernetesSection: 'KUBERNETES' | 'KUBERNETES_EXECUTOR';
  /** Section of `worker_log_server_port`. */
  readonly workerLogSection: 'CELERY' | 'LOGGING';
  /** `airflow db upgrade` until 2.6, `airflow db migrate` since. */
  readonly migrate: 'upgrade' | 'migrate';
  /** Whether the scheduler can serve its health over HTTP. */
  readonly schedulerHealthServer: boolean;
  /** Whether Flower answers on `/healthcheck` without a login. */
  readonly flowerHealthcheck: boolean;
}

/** Features of a release. */
export function featuresOf(version: AirflowVersion): AirflowFeatures {
  const minor = Number(version.split('.')[1]);
  return {
    databaseSection: minor >= 3 ? 'DATABASE' : 'CORE',
    kubernetesSection: minor >= 5 ? 'KUBERNETES_EXECUTOR' : 'KUBERNETES',
    workerLogSection: minor >= 2 ? 'LOGGING' : 'CELERY',
    migrate: minor >= 7 ? 'migrate' : 'upgrade',
    schedulerHealthServer: minor >= 4,
    flowerHealthcheck: minor >= 2,
  };
}
