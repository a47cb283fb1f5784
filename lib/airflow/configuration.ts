import { addressOf } from '../services/web-exposure';
import { type AirflowPlan, secondsOf } from './plan';
import { SCRIPTS_FOLDER } from './scripts';
import { PORTS } from './upstream';

/** Folder of the DAGs in the Airflow containers. */
export function dagsFolder({ props: { dags } }: AirflowPlan): string {
  if (dags.kind === 'image') return '/opt/airflow/dags';
  const root = dags.kind === 'git-sync' ? '/opt/airflow/dags/repo' : '/opt/airflow/dags';
  return dags.subPath === undefined ? root : `${root}/${dags.subPath}`;
}

const EXECUTOR_CLASS = { celery: 'CeleryExecutor', kubernetes: 'KubernetesExecutor', local: 'LocalExecutor' } as const;

const fromScript = (what: string): string => `python ${SCRIPTS_FOLDER}/setting.py ${what}`;

/** Environment of every Airflow container. It has no secret: settings that need one are commands that read it from a file. */
export function environmentOf(plan: AirflowPlan): Record<string, string> {
  return { ...common(plan), ...ofExecutor(plan), ...ofExposure(plan), ...plan.props.config };
}

/** Settings that follow from the typed props; `config` may not give them. */
export function derivedSettings(plan: AirflowPlan): ReadonlySet<string> {
  const derived = Object.keys({ ...common(plan), ...ofExecutor(plan) });
  return new Set([...derived, ...derived.map(key => key.replace(/_CMD$/, ''))]);
}

function common({ props, name, features, ...plan }: AirflowPlan): Record<string, string> {
  const period = props.dags.kind === 'git-sync' && props.dags.period ? secondsOf(props.dags.period) : 60;
  return {
    TZ: 'Etc/UTC',
    ...(props.database.kind === 'in-cluster' ? { DATABASE_HOST: `${name}-postgresql` } : {}),
    AIRFLOW__CORE__DAGS_FOLDER: dagsFolder({ props, name, features, ...plan }),
    AIRFLOW__CORE__EXECUTOR: EXECUTOR_CLASS[props.executor.kind],
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__FERNET_KEY_CMD: fromScript('fernet-key'),
    [`AIRFLOW__${features.databaseSection}__SQL_ALCHEMY_CONN_CMD`]: fromScript('database'),
    AIRFLOW__WEBSERVER__SECRET_KEY_CMD: fromScript('webserver-secret-key'),
    AIRFLOW__WEBSERVER__WEB_SERVER_PORT: String(PORTS.web),
    AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL: String(period),
    AIRFLOW__SCHEDULER__CHILD_PROCESS_LOG_DIRECTORY: '/opt/airflow/logs/scheduler',
    ...(features.schedulerHealthServer ? {
      AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK: 'True',
      AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT: String(PORTS.schedulerHealth),
    } : {}),
    AIRFLOW__LOGGING__BASE_LOG_FOLDER: '/opt/airflow/logs',
    AIRFLOW__LOGGING__DAG_PROCESSOR_MANAGER_LOG_LOCATION: '/opt/airflow/logs/dag_processor_manager/dag_processor_manager.log',
    // The gates of the pods wait for database and migrations; the image need not do it again.
    CONNECTION_CHECK_MAX_COUNT: '0',
  };
}

/** Behind an Ingress, links in mails and redirects need the address that users see; `config` may say otherwise. */
function ofExposure({ props: { web } }: AirflowPlan): Record<string, string> {
  const address = addressOf(web?.expose);
  return address === undefined ? {} : { AIRFLOW__WEBSERVER__BASE_URL: address, AIRFLOW__WEBSERVER__ENABLE_PROXY_FIX: 'True' };
}

function ofExecutor({ props: { executor }, name, namespace, image, features }: AirflowPlan): Record<string, string> {
  switch (executor.kind) {
    case 'celery':
      return {
        ...(executor.broker.kind === 'in-cluster' ? { REDIS_HOST: `${name}-redis-master` } : {}),
        AIRFLOW__CELERY__BROKER_URL_CMD: fromScript('broker'),
        AIRFLOW__CELERY__RESULT_BACKEND_CMD: fromScript('result-backend'),
        AIRFLOW__CELERY__FLOWER_PORT: String(PORTS.flower),
        [`AIRFLOW__${features.workerLogSection}__WORKER_LOG_SERVER_PORT`]: String(PORTS.workerLogs),
      };
    case 'kubernetes': {
      const section = `AIRFLOW__${features.kubernetesSection}__`;
      const [, repository = image, tag = ''] = /^(.*):([^:/]+)$/.exec(image) ?? [];
      return {
        [`${section}NAMESPACE`]: namespace,
        [`${section}POD_TEMPLATE_FILE`]: '/opt/airflow/pod_templates/pod_template.yaml',
        [`${section}WORKER_CONTAINER_REPOSITORY`]: repository,
        [`${section}WORKER_CONTAINER_TAG`]: tag,
      };
    }
    case 'local':
      return { AIRFLOW__CORE__PARALLELISM: String(executor.parallelism ?? 32) };
  }
}
