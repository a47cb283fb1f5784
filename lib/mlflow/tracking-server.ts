import { createHash } from 'node:crypto';
import { type Construct } from 'constructs';
import type * as k8s from '../core/k8s';
import { selectorLabels, standardLabels } from '../core/labels';
import { addObject } from '../core/manifest-object';
import { RESTRICTED_CONTAINER, restrictedPod } from '../core/security-context';
import { resourcesOf, type Resources } from '../services/resources';
import { artifactAccessMode, identityOf, type MlflowPlan, trackingName } from './plan';
import { AUTH_FOLDER, DATABASE_URI, SCRIPTS, SCRIPTS_FOLDER } from './prepare-script';
import { authoritiesOf, prepareEnvironment, serverEnvironment } from './server-environment';
import { CONTAINER_PORT, USER_ID } from './upstream';

/** Where the volume of the artifacts is mounted. */
const ARTIFACTS_FOLDER = '/mlflow/artifacts';

/** How long an upload may take where workers have a time limit: their own 30 seconds end it before a model of some gigabytes is stored. */
const REQUEST_SECONDS = 3600;

/** CPU and memory where the props give none; from 3.5 on, the server also runs processes for jobs. */
export const defaultResources = ({ features }: MlflowPlan): Resources => ({ cpu: '250m', memory: features.checksHosts ? '2Gi' : '1Gi' });

/** Options of `mlflow server`. The port is given, because a Service named `mlflow` would change its default. */
function argumentsOf(plan: MlflowPlan): string[] {
  const { artifacts, features, workers, props: { auth } } = plan;
  return [
    `--backend-store-uri=${DATABASE_URI}`,
    '--serve-artifacts',
    `--artifacts-destination=${artifacts.kind === 's3' ? ['s3:/', artifacts.bucket, ...artifacts.path === undefined ? [] : [artifacts.path]].join('/') : ARTIFACTS_FOLDER}`,
    '--host=0.0.0.0',
    `--port=${CONTAINER_PORT}`,
    `--workers=${workers}`,
    ...(features.checksHosts ? [] : [`--gunicorn-opts=--timeout=${REQUEST_SECONDS}`]),
    ...(auth === 'none' ? [] : ['--app-name=basic-auth']),
  ];
}

/** Deployment of the server, with an init container that gets database and users ready. */
export function addTrackingServer(scope: Construct, plan: MlflowPlan): void {
  const identity = identityOf(plan, 'tracking');
  addObject(scope, 'scripts', identity, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${plan.name}-scripts`, namespace: plan.namespace }, data: SCRIPTS });
  addObject(scope, 'tracking', identity, {
    apiVersion: 'apps/v1', kind: 'Deployment',
    metadata: { name: trackingName(plan), namespace: plan.namespace },
    spec: {
      replicas: plan.replicas,
      strategy: strategyOf(plan),
      selector: { matchLabels: selectorLabels(identity) },
      template: {
        metadata: { labels: standardLabels(identity), annotations: { 'checksum/scripts': createHash('sha256').update(JSON.stringify(SCRIPTS)).digest('hex') } },
        spec: podSpec(plan),
      },
    },
  });
}

/** A volume of one node cannot be mounted by the successor while the old pod runs, and an old server must not write into tables that the new one has changed. */
const strategyOf = (plan: MlflowPlan) => (artifactAccessMode(plan) === 'ReadWriteOnce' || plan.props.server?.upgradeDatabase
  ? { type: 'Recreate' as const }
  : { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });

function podSpec(plan: MlflowPlan): k8s.PodSpec {
  const { image, props: { server, auth } } = plan;
  const health = { httpGet: { path: '/health', port: 'http' }, timeoutSeconds: 5 };
  const withAuth = auth !== 'none';
  const shared = { image, securityContext: RESTRICTED_CONTAINER };
  const mounts: k8s.VolumeMount[] = [
    { name: 'tmp', mountPath: '/tmp' },
    ...authoritiesOf(plan).map(({ name, folder }) => ({ name, mountPath: folder, readOnly: true })),
  ];
  return {
    automountServiceAccountToken: false,
    // Variables of Services would be taken for options of MLflow.
    enableServiceLinks: false,
    securityContext: restrictedPod(USER_ID, USER_ID),
    initContainers: [{
      ...shared,
      name: 'prepare',
      command: ['python', `${SCRIPTS_FOLDER}/prepare.py`],
      env: [...serverEnvironment(plan), ...prepareEnvironment(plan)],
      resources: resourcesOf({ cpu: '100m', memory: '512Mi' }),
      volumeMounts: [...mounts, { name: 'scripts', mountPath: SCRIPTS_FOLDER, readOnly: true }, ...withAuth ? [{ name: 'auth', mountPath: AUTH_FOLDER }] : []],
    }],
    containers: [{
      ...shared,
      name: 'mlflow',
      command: ['mlflow', 'server', ...argumentsOf(plan)],
      env: serverEnvironment(plan),
      ports: [{ name: 'http', containerPort: CONTAINER_PORT }],
      resources: resourcesOf(server?.resources ?? defaultResources(plan)),
      startupProbe: { ...health, periodSeconds: 5, failureThreshold: 60 },
      livenessProbe: { ...health, periodSeconds: 10, failureThreshold: 6 },
      readinessProbe: { ...health, periodSeconds: 10, failureThreshold: 3 },
      volumeMounts: [...mounts, ...withAuth ? [{ name: 'auth', mountPath: AUTH_FOLDER, readOnly: true }] : [], ...artifactsMount(plan)],
    }],
    volumes: [
      { name: 'scripts', configMap: { name: `${plan.name}-scripts` } },
      uploadsVolume(plan),
      ...(withAuth ? [{ name: 'auth', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }] : []),
      ...authoritiesOf(plan).map(({ name, ca, file }) => ({ name, secret: { secretName: ca.secret, items: [{ key: ca.key, path: file }] } })),
      ...artifactsVolume(plan),
    ],
  };
}

function artifactsMount({ artifacts }: MlflowPlan): k8s.VolumeMount[] {
  return artifacts.kind === 's3' ? [] : [{ name: 'artifacts', mountPath: ARTIFACTS_FOLDER, subPath: artifacts.kind === 'claim' ? artifacts.subPath : undefined }];
}

function artifactsVolume({ artifacts, name }: MlflowPlan): k8s.Volume[] {
  return artifacts.kind === 's3' ? [] : [{ name: 'artifacts', persistentVolumeClaim: { claimName: artifacts.kind === 'claim' ? artifacts.claim.claimName : `${name}-artifacts` } }];
}

/** The server writes an upload to /tmp before it stores it. */
function uploadsVolume({ props: { server } }: MlflowPlan): k8s.Volume {
  if (server?.uploads === undefined) return { name: 'tmp', emptyDir: {} };
  const { size, storageClass } = server.uploads;
  return {
    name: 'tmp',
    ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], storageClassName: storageClass?.className, resources: { requests: { storage: size } } } } },
  };
}
