import { type Construct } from 'constructs';
import type * as k8s from '../core/k8s';
import { addDataService, PASSWORD_FILE } from '../services/data-service';
import { addPostgresql as addDatabase, type InClusterDatabase } from '../services/postgresql';
import { resourcesOf } from '../services/resources';
import { type InClusterBroker } from './options';
import { type AirflowPlan, DEFAULT_RESOURCES, identityOf, selectorOf } from './plan';
import { IMAGES, PORTS, USERS } from './upstream';

/** Where a data service is, under the names of the documents' chart. */
const placeOf = (plan: AirflowPlan, component: string, suffix: string) => ({
  identity: identityOf(plan, component),
  selector: selectorOf(plan, component),
  namespace: plan.namespace,
  name: `${plan.name}-${suffix}`,
  headlessName: `${plan.name}-${component}-headless`,
});

/** PostgreSQL. */
export function addPostgresql(scope: Construct, plan: AirflowPlan, options: InClusterDatabase): void {
  addDatabase(scope, { ...placeOf(plan, 'postgresql', 'postgresql'), containerName: `${plan.name}-postgresql`, user: 'postgres', database: 'airflow' }, options);
}

/** Redis. Its append-only file is on a volume, so that queued tasks survive a restart. */
export function addRedis(scope: Construct, plan: AirflowPlan, { password, storage, image, resources }: InClusterBroker): void {
  const answers: k8s.Probe = { exec: { command: ['sh', '-c', `REDISCLI_AUTH="$(cat ${PASSWORD_FILE})" redis-cli ping | grep -q PONG`] }, timeoutSeconds: 5 };
  addDataService(scope, {
    ...placeOf(plan, 'redis', 'redis-master'),
    port: PORTS.redis,
    user: USERS.redis,
    password,
    storage: storage ?? { size: '1Gi' },
    mountPath: '/data',
    container: {
      name: `${plan.name}-redis`,
      image: image ?? IMAGES.redis,
      command: ['sh', '-c', `exec redis-server --dir /data --appendonly yes --save "" --requirepass "$(cat ${PASSWORD_FILE})"`],
      resources: resourcesOf(resources ?? DEFAULT_RESOURCES.redis),
      startupProbe: { ...answers, periodSeconds: 5, failureThreshold: 60 },
      livenessProbe: { ...answers, periodSeconds: 10, failureThreshold: 5 },
      readinessProbe: { ...answers, periodSeconds: 10, failureThreshold: 3 },
    },
  });
}
