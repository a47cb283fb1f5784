import type * as k8s from '../core/k8s';
import { type Construct } from 'constructs';
import { standardLabels } from '../core/labels';
import { addObject } from '../core/manifest-object';
import { type SecretKey } from '../core/secret-requirements';
import { RESTRICTED_CONTAINER, restrictedPod } from '../core/security-context';
import { type InClusterBroker, type InClusterDatabase, type VolumeOptions } from './options';
import { type AirflowPlan, DEFAULT_RESOURCES, identityOf, selectorOf } from './plan';
import { resourcesOf } from './containers';
import { IMAGES, PORTS, USERS } from './upstream';

/** What the two data services differ in. */
interface DataService {
  readonly component: 'postgresql' | 'redis';
  /** Name of StatefulSet and Service, after the stack's. */
  readonly suffix: 'postgresql' | 'redis-master';
  readonly user: number;
  readonly password: SecretKey;
  readonly storage: VolumeOptions;
  readonly mountPath: string;
  readonly container: Omit<k8s.Container, 'name'>;
  readonly memoryVolume?: { readonly mountPath: string; readonly size: string };
}

const PASSWORD_FILE = '/run/secrets/data-service/password';

/** PostgreSQL. Its data is in a folder of the volume, as NFS and file systems with a lost+found want it. */
export function addPostgresql(scope: Construct, plan: AirflowPlan, { password, storage, image, resources }: InClusterDatabase): void {
  const isReady: k8s.Probe = { exec: { command: ['pg_isready', '-U', 'postgres', '-d', 'airflow', '-h', '127.0.0.1'] }, timeoutSeconds: 5 };
  addDataService(scope, plan, {
    component: 'postgresql',
    suffix: 'postgresql',
    user: USERS.postgresql,
    password,
    storage: storage ?? { size: '8Gi' },
    mountPath: '/var/lib/postgresql/data',
    memoryVolume: { mountPath: '/dev/shm', size: '1Gi' },
    container: {
      image: image ?? IMAGES.postgresql,
      env: [
        { name: 'POSTGRES_USER', value: 'postgres' },
        { name: 'POSTGRES_DB', value: 'airflow' },
        { name: 'POSTGRES_PASSWORD_FILE', value: PASSWORD_FILE },
        { name: 'PGDATA', value: '/var/lib/postgresql/data/pgdata' },
      ],
      resources: resourcesOf(resources ?? DEFAULT_RESOURCES.postgresql),
      startupProbe: { ...isReady, periodSeconds: 5, failureThreshold: 60 },
      livenessProbe: { ...isReady, periodSeconds: 10, failureThreshold: 6 },
      readinessProbe: { ...isReady, periodSeconds: 10, failureThreshold: 3 },
    },
  });
}

/** Redis. Its append-only file is on a volume, so that queued tasks survive a restart. */
export function addRedis(scope: Construct, plan: AirflowPlan, { password, storage, image, resources }: InClusterBroker): void {
  const answers: k8s.Probe = { exec: { command: ['sh', '-c', `REDISCLI_AUTH="$(cat ${PASSWORD_FILE})" redis-cli ping | grep -q PONG`] }, timeoutSeconds: 5 };
  addDataService(scope, plan, {
    component: 'redis',
    suffix: 'redis-master',
    user: USERS.redis,
    password,
    storage: storage ?? { size: '1Gi' },
    mountPath: '/data',
    container: {
      image: image ?? IMAGES.redis,
      command: ['sh', '-c', `exec redis-server --dir /data --appendonly yes --save "" --requirepass "$(cat ${PASSWORD_FILE})"`],
      resources: resourcesOf(resources ?? DEFAULT_RESOURCES.redis),
      startupProbe: { ...answers, periodSeconds: 5, failureThreshold: 60 },
      livenessProbe: { ...answers, periodSeconds: 10, failureThreshold: 5 },
      readinessProbe: { ...answers, periodSeconds: 10, failureThreshold: 3 },
    },
  });
}

function addDataService(scope: Construct, plan: AirflowPlan, service: DataService): void {
  const { component, suffix, memoryVolume, storage } = service;
  const identity = identityOf(plan, component);
  const selector = selectorOf(plan, component);
  const name = `${plan.name}-${suffix}`;
  const headless = `${plan.name}-${component}-headless`;
  const port = { name: component, port: PORTS[component], targetPort: component };
  addObject(scope, `${component}-service`, identity, {
    apiVersion: 'v1', kind: 'Service',
    metadata: { name, namespace: plan.namespace }, spec: { type: 'ClusterIP', selector, ports: [port] },
  });
  addObject(scope, `${component}-headless`, identity, {
    apiVersion: 'v1', kind: 'Service',
    metadata: { name: headless, namespace: plan.namespace }, spec: { clusterIP: 'None', selector, ports: [port] },
  });
  addObject(scope, component, identity, {
    apiVersion: 'apps/v1', kind: 'StatefulSet',
    metadata: { name, namespace: plan.namespace },
    spec: {
      replicas: 1,
      serviceName: headless,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...standardLabels(identity), ...selector } },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: restrictedPod(service.user, service.user),
          containers: [{
            name: `${plan.name}-${component}`,
            ports: [{ name: component, containerPort: PORTS[component] }],
            volumeMounts: [
              { name: 'data', mountPath: service.mountPath },
              { name: 'password', mountPath: PASSWORD_FILE.replace(/\/[^/]+$/, ''), readOnly: true },
              ...(memoryVolume ? [{ name: 'dshm', mountPath: memoryVolume.mountPath }] : []),
            ],
            securityContext: RESTRICTED_CONTAINER,
            ...service.container,
          }],
          volumes: [
            { name: 'password', secret: { secretName: service.password.secret, defaultMode: 0o440, items: [{ key: service.password.key, path: 'password' }] } },
            ...(memoryVolume ? [{ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: memoryVolume.size } }] : []),
          ],
        },
      },
      volumeClaimTemplates: [{
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: storage.storageClass?.className,
          resources: { requests: { storage: storage.size } },
        },
      }],
    },
  });
}
