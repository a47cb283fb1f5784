import { Construct } from 'constructs';
import { addObject } from '../core/manifest-object';
import { type SecretKey } from '../core/secret-requirements';
import { type InClusterDatabase } from '../services/postgresql';
import { VolumeClaim } from '../storage/volume-claim';
import { addCeleryServices, addDataManagement, addServiceAccount, addWebPage } from './airflow-access';
import { checkAirflow } from './airflow-checks';
import { addPostgresql, addRedis } from './airflow-data-services';
import { addAdminUser, addLogCleanup, addMigrations } from './airflow-jobs';
import { addFlower, addScheduler, addWeb, addWorkers } from './airflow-processes';
import { declareSecrets } from './airflow-prerequisites';
import { environmentOf } from './configuration';
import { type AdminUser, type Dags, type DataManagement, type Executor, type ExternalDatabase, type LogOptions, type SchedulerOptions, type WebOptions } from './options';
import { type AirflowPlan, identityOf } from './plan';
import { SCRIPTS } from './scripts';
import { taskPodTemplate } from './task-pod';
import { type AirflowVersion, DEFAULT_VERSION, featuresOf, IMAGES } from './upstream';

export interface AirflowStackProps {
  /** Namespace of everything. */
  readonly namespace: string;
  /** Start of all names; at most 39 characters. @default airflow */
  readonly name?: string;
  /** Airflow release; it decides commands, probes and the names of settings. @default 2.11.2 */
  readonly version?: AirflowVersion;
  /** Image of all Airflow containers; it must be of the given release. @default - apache/airflow of the release */
  readonly image?: string;
  /** Where tasks run. */
  readonly executor: Executor;
  /** Where DAGs come from. */
  readonly dags: Dags;
  /** Where Airflow keeps its state. */
  readonly database: InClusterDatabase | ExternalDatabase;
  /** Key that encrypts the connections stored in the database. Losing or changing it loses them. */
  readonly fernetKey: SecretKey;
  /** Key of web sessions and of the workers' log servers; any long random text. */
  readonly webserverSecretKey: SecretKey;
  /** Task logs. @default - 1Gi that all pods share, kept for 30 days */
  readonly logs?: LogOptions;
  /** Web server. @default - one, on a NodePort */
  readonly web?: WebOptions;
  /** Scheduler. @default - 500m, 1Gi */
  readonly scheduler?: SchedulerOptions;
  /** A first user. @default - none; make one with `airflow users create` in the web pod */
  readonly adminUser?: AdminUser;
  /** Rights of tasks that snapshot and clone volumes. @default - none */
  readonly dataManagement?: DataManagement;
  /** Further settings as environment variables, `AIRFLOW__SECTION__KEY`. Never a secret. @default - none */
  readonly config?: Readonly<Record<`AIRFLOW__${string}__${string}`, string>>;
}

/**
 * Apache Airflow 2 as plain manifests: the documents' deployment (chart 8.0.8, release `airflow`) under its names, without Helm and without the
 * chart's faults. Source: the documents' Airflow page; Airflow's own documentation of settings and commands.
 */
export class AirflowStack extends Construct {
  /** Start of all names. */
  public readonly name: string;
  /** ServiceAccount for task pods that manage data, where `dataManagement` is given. */
  public readonly dataServiceAccount?: string;

  constructor(scope: Construct, id: string, props: AirflowStackProps) {
    super(scope, id);
    const version = props.version ?? DEFAULT_VERSION;
    this.name = props.name ?? 'airflow';
    const plan: AirflowPlan = {
      props, version, name: this.name, namespace: props.namespace, image: props.image ?? IMAGES.airflow(version), features: featuresOf(version),
    };
    checkAirflow(this, plan);
    declareSecrets(this, plan);

    addServiceAccount(this, plan);
    this.addConfiguration(plan);
    this.addLogs(plan);
    if (props.database.kind === 'in-cluster') addPostgresql(this, plan, props.database);
    if (props.executor.kind === 'celery' && props.executor.broker.kind === 'in-cluster') addRedis(this, plan, props.executor.broker);
    addMigrations(this, plan);
    if (props.adminUser) addAdminUser(this, plan, props.adminUser);
    addScheduler(this, plan);
    addWeb(this, plan);
    addWebPage(this, plan, props.web ?? {});
    if (props.executor.kind === 'celery') {
      addWorkers(this, plan, props.executor.workers ?? {});
      addFlower(this, plan, props.executor.flower ?? {});
      addCeleryServices(this, plan);
    }
    this.dataServiceAccount = props.dataManagement && addDataManagement(this, plan, props.dataManagement);
  }

  private addConfiguration(plan: AirflowPlan): void {
    const { executor } = plan.props;
    const add = (what: string, data: Record<string, string>) => addObject(this, what, identityOf(plan, 'config'), {
      apiVersion: 'v1', kind: 'ConfigMap',
      metadata: { name: `${plan.name}-${what}`, namespace: plan.namespace }, data,
    });
    add('config', environmentOf(plan));
    add('scripts', SCRIPTS);
    if (executor.kind === 'kubernetes') add('pod-template', { 'pod_template.yaml': taskPodTemplate(plan, executor.taskResources) });
  }

  private addLogs(plan: AirflowPlan): void {
    const { storage, accessMode, retentionDays = 30 } = plan.props.logs ?? {};
    new VolumeClaim(this, 'logs', { name: `${plan.name}-logs`, namespace: plan.namespace, size: storage?.size ?? '1Gi', storageClass: storage?.storageClass, accessMode: accessMode ?? 'ReadWriteMany' });
    if (retentionDays !== 'forever') addLogCleanup(this, plan, retentionDays);
  }
}
