import type * as k8s from '../core/k8s';
import { type Construct } from 'constructs';
import { addObject } from '../core/manifest-object';
import { resourcesOf } from '../services/resources';
import { gitSidecar } from './git-sync';
import { type FlowerOptions, type WorkerOptions } from './options';
import { type AirflowPlan, DEFAULT_RESOURCES, identityOf, secondsOf, selectorOf } from './plan';
import { airflowContainer, airflowPod, type AirflowPodProps } from './pods';
import { SCRIPTS_FOLDER } from './scripts';
import { PORTS } from './upstream';

/** The signal to stop goes to the Airflow process alone, not to the tasks that it runs: it takes no new one and waits for those it has. */
const LET_TASKS_END: k8s.EnvVar[] = [{ name: 'DUMB_INIT_SETSID', value: '0' }];

/** How long running tasks may take to end. */
const DEFAULT_GRACE_SECONDS = 600;

/** Deployment of one Airflow process; a new pod starts before the old one ends. */
function addDeployment(scope: Construct, plan: AirflowPlan, pod: AirflowPodProps, replicas = 1): void {
  const { component } = pod;
  addObject(scope, component, identityOf(plan, component), {
    apiVersion: 'apps/v1', kind: 'Deployment',
    metadata: { name: `${plan.name}-${component}`, namespace: plan.namespace },
    spec: {
      replicas,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      selector: { matchLabels: selectorOf(plan, component) },
      template: airflowPod(plan, pod),
    },
  });
}

/** Web server. It reads DAGs from the database and logs from the shared volume. */
export function addWeb(scope: Construct, plan: AirflowPlan): void {
  const { replicas, resources } = plan.props.web ?? {};
  const health = { httpGet: { path: '/health', port: 'web' }, periodSeconds: 10, timeoutSeconds: 10 };
  addDeployment(scope, plan, {
    component: 'web',
    gates: 'migrations',
    mounts: { logs: true },
    containers: [airflowContainer(plan, { logs: true }, {
      name: 'airflow-web',
      args: ['webserver'],
      ports: [{ name: 'web', containerPort: PORTS.web }],
      resources: resourcesOf(resources ?? DEFAULT_RESOURCES.web),
      startupProbe: { ...health, failureThreshold: 30 },
      livenessProbe: { ...health, failureThreshold: 6 },
      readinessProbe: { ...health, failureThreshold: 3 },
    })],
  }, replicas);
}

/** Scheduler, with the DAGs. With the local executor the tasks run in it too. */
export function addScheduler(scope: Construct, plan: AirflowPlan): void {
  const { props: { executor, scheduler }, features } = plan;
  const check: k8s.Probe = features.schedulerHealthServer
    ? { httpGet: { path: '/health', port: PORTS.schedulerHealth } }
    : { exec: { command: ['python', `${SCRIPTS_FOLDER}/scheduler_alive.py`] } };
  const podTemplate = executor.kind === 'kubernetes';
  const container = airflowContainer(plan, { dags: true, logs: true }, {
    name: 'airflow-scheduler',
    args: ['scheduler'],
    env: executor.kind === 'local' ? LET_TASKS_END : undefined,
    resources: resourcesOf(scheduler?.resources ?? DEFAULT_RESOURCES.scheduler),
    startupProbe: { ...check, periodSeconds: 10, timeoutSeconds: 60, failureThreshold: 30 },
    livenessProbe: { ...check, periodSeconds: 30, timeoutSeconds: 60, failureThreshold: 5 },
  });
  const pod: AirflowPodProps = {
    component: 'scheduler',
    gates: 'migrations',
    mounts: { dags: true, logs: true },
    usesApi: executor.kind !== 'celery',
    containers: [
      podTemplate ? { ...container, volumeMounts: [...container.volumeMounts ?? [], { name: 'pod-template', mountPath: '/opt/airflow/pod_templates', readOnly: true }] } : container,
      ...gitSidecar(plan),
    ],
    spec: executor.kind === 'local' ? { terminationGracePeriodSeconds: DEFAULT_GRACE_SECONDS } : {},
  };
  addDeployment(scope, plan, podTemplate ? { ...pod, extraVolumes: [{ name: 'pod-template', configMap: { name: `${plan.name}-pod-template` } }] } : pod);
}

/** Celery workers. When one is stopped, it takes no new task and has time to end those it has. */
export function addWorkers(scope: Construct, plan: AirflowPlan, { replicas = 1, resources, gracePeriod }: WorkerOptions): void {
  const component = 'worker';
  const check: k8s.Probe = { exec: { command: ['python', `${SCRIPTS_FOLDER}/worker_alive.py`] } };
  addObject(scope, component, identityOf(plan, component), {
    apiVersion: 'apps/v1', kind: 'StatefulSet',
    metadata: { name: `${plan.name}-worker`, namespace: plan.namespace },
    spec: {
      replicas,
      serviceName: `${plan.name}-worker`,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: selectorOf(plan, component) },
      template: airflowPod(plan, {
        component,
        gates: 'migrations',
        mounts: { dags: true, logs: true },
        usesApi: true,
        containers: [
          airflowContainer(plan, { dags: true, logs: true }, {
            name: 'airflow-worker',
            args: ['celery', 'worker'],
            env: LET_TASKS_END,
            ports: [{ name: 'wlog', containerPort: PORTS.workerLogs }],
            resources: resourcesOf(resources ?? DEFAULT_RESOURCES.worker),
            startupProbe: { ...check, periodSeconds: 15, timeoutSeconds: 60, failureThreshold: 20 },
            livenessProbe: { ...check, periodSeconds: 60, timeoutSeconds: 60, failureThreshold: 5 },
          }),
          ...gitSidecar(plan),
        ],
        spec: { terminationGracePeriodSeconds: gracePeriod ? secondsOf(gracePeriod) : DEFAULT_GRACE_SECONDS },
      }),
    },
  });
}

/** Flower, the web page of Celery. */
export function addFlower(scope: Construct, plan: AirflowPlan, { basicAuth, resources }: FlowerOptions): void {
  const port = 'flower';
  const check: k8s.Probe = plan.features.flowerHealthcheck ? { httpGet: { path: '/healthcheck', port } } : { tcpSocket: { port } };
  addDeployment(scope, plan, {
    component: 'flower',
    gates: 'migrations',
    mounts: {},
    secrets: basicAuth && { 'flower-basic-auth': basicAuth },
    containers: [airflowContainer(plan, {}, {
      name: 'airflow-flower',
      args: ['celery', 'flower'],
      env: basicAuth && [{ name: 'AIRFLOW__CELERY__FLOWER_BASIC_AUTH_CMD', value: `python ${SCRIPTS_FOLDER}/setting.py flower-basic-auth` }],
      ports: [{ name: 'flower', containerPort: PORTS.flower }],
      resources: resourcesOf(resources ?? DEFAULT_RESOURCES.flower),
      startupProbe: { ...check, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 30 },
      livenessProbe: { ...check, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 6 },
      readinessProbe: { ...check, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    })],
  });
}
