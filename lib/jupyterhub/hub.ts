import { type Construct } from 'constructs';
import type * as k8s from '../core/k8s';
import { standardLabels } from '../core/labels';
import { addObject } from '../core/manifest-object';
import { resourcesOf } from '../services/resources';
import { type SecretKey } from '../core/secret-requirements';
import { RESTRICTED_CONTAINER, restrictedPod } from '../core/security-context';
import { VolumeClaim } from '../storage/volume-claim';
import { DEFAULT_RESOURCES, identityOf, type JupyterHubPlan, selectorOf } from './plan';
import { HUB_FOLDER, secretTraits, SETTINGS_FOLDER, settingsChecksum, settingsOf } from './settings';
import { NAMES, PORTS, USERS } from './upstream';

const identity = identityOf('hub');
const name = NAMES.hub;

/** An environment variable that is the value of a Secret. */
export const fromSecret = (variable: string, { secret, key }: SecretKey): k8s.EnvVar => ({ name: variable, valueFrom: { secretKeyRef: { name: secret, key } } });

/** ServiceAccount of the hub, with what KubeSpawner calls in the namespace of the servers; source: its calls, releases 6.2 and 7.0. */
export function addHubAccount(scope: Construct, { namespace, props: { home } }: JupyterHubPlan): void {
  const rule = (resource: string, verbs: string[]): k8s.PolicyRule => ({ apiGroups: [''], resources: [resource], verbs });
  addObject(scope, 'hub-service-account', identity, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace }, automountServiceAccountToken: false });
  addObject(scope, 'hub-role', identity, {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role',
    metadata: { name, namespace },
    rules: [
      rule('pods', ['create', 'delete', 'list', 'watch']),
      rule('persistentvolumeclaims', ['create', 'get', ...home.onUserDelete === 'delete' ? ['delete'] : []]),
      rule('events', ['list', 'watch']),
    ],
  });
  addObject(scope, 'hub-role-binding', identity, {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
}

/** Settings, Service, volume and Deployment of the hub. */
export function addHub(scope: Construct, plan: JupyterHubPlan): void {
  const { namespace, props: { database } } = plan;
  addObject(scope, 'hub-config', identity, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: settingsOf(plan) });
  addObject(scope, 'hub-service', identity, {
    apiVersion: 'v1', kind: 'Service',
    metadata: { name, namespace }, spec: { type: 'ClusterIP', selector: selectorOf('hub'), ports: [{ name: 'hub', port: PORTS.hub, targetPort: 'http' }] },
  });
  if (database.kind === 'sqlite') {
    new VolumeClaim(scope, 'hub-database', { name: NAMES.database, namespace, size: database.size ?? '1Gi', storageClass: database.storageClass, accessMode: 'ReadWriteOnce' });
  }
  addObject(scope, 'hub', identity, {
    apiVersion: 'apps/v1', kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      // Two hubs would both answer for the same servers.
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: selectorOf('hub') },
      template: {
        metadata: { labels: { ...standardLabels(identity), ...selectorOf('hub') }, annotations: { 'checksum/config': settingsChecksum(plan) } },
        spec: hubPod(plan),
      },
    },
  });
}

function hubPod(plan: JupyterHubPlan): k8s.PodSpec {
  const { props: { keys, database, hub = {} }, images } = plan;
  const onVolume = database.kind === 'sqlite';
  const upgrades = database.kind === 'sqlite' || (database.upgradeTables ?? false);
  const health = { httpGet: { path: '/hub/health', port: 'http' }, timeoutSeconds: 5 };
  return {
    serviceAccountName: name,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    securityContext: restrictedPod(USERS.hub, USERS.hub),
    containers: [{
      name,
      image: images.hub,
      args: ['jupyterhub', '--config', `${SETTINGS_FOLDER}/jupyterhub_config.py`, ...upgrades ? ['--upgrade-db'] : []],
      env: [
        { name: 'PYTHONUNBUFFERED', value: '1' },
        fromSecret('CONFIGPROXY_AUTH_TOKEN', keys.proxyToken),
        fromSecret('JPY_COOKIE_SECRET', keys.cookieSecret),
        ...keys.authState ? [fromSecret('JUPYTERHUB_CRYPT_KEY', keys.authState)] : [],
        ...secretTraits(plan).map(({ variable, source }) => fromSecret(variable, source)),
      ],
      ports: [{ name: 'http', containerPort: PORTS.hub }],
      resources: resourcesOf(hub.resources ?? DEFAULT_RESOURCES),
      // The tables are made or changed before the hub answers.
      startupProbe: { ...health, periodSeconds: 5, failureThreshold: 60 },
      livenessProbe: { ...health, periodSeconds: 10, failureThreshold: 6 },
      readinessProbe: { ...health, periodSeconds: 5, failureThreshold: 3 },
      volumeMounts: [{ name: 'config', mountPath: SETTINGS_FOLDER, readOnly: true }, ...onVolume ? [{ name: 'database', mountPath: HUB_FOLDER }] : []],
      securityContext: RESTRICTED_CONTAINER,
    }],
    volumes: [{ name: 'config', configMap: { name } }, ...onVolume ? [{ name: 'database', persistentVolumeClaim: { claimName: NAMES.database } }] : []],
  };
}
