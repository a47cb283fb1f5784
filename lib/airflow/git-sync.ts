import type * as k8s from '../core/k8s';
import { RESTRICTED_CONTAINER } from '../core/security-context';
import { resourcesOf } from '../services/resources';
import { type Dags } from './options';
import { type AirflowPlan, DEFAULT_RESOURCES, secondsOf } from './plan';
import { IMAGES, PORTS, USERS } from './upstream';

type GitSyncDags = Extract<Dags, { kind: 'git-sync' }>;

/** Volumes of git-sync: the working copy, and key and host keys where it logs in by SSH. */
export function gitSyncVolumes({ ssh }: GitSyncDags): k8s.Volume[] {
  const files = ssh ? [{ from: ssh.key, path: 'ssh' }, ...(ssh.knownHosts === 'accept-any' ? [] : [{ from: ssh.knownHosts, path: 'known_hosts' }])] : [];
  return [
    { name: 'dags-data', emptyDir: {} },
    ...(ssh ? [{
      name: 'git-secret',
      projected: { defaultMode: 0o440, sources: files.map(({ from, path }) => ({ secret: { name: from.secret, items: [{ key: from.key, path }] } })) },
    }] : []),
  ];
}

/** The first copy of the repository, before Airflow starts; none where DAGs come from elsewhere. It tries several times, because a task pod has no second start. */
export function gitClone({ props: { dags } }: AirflowPlan): k8s.Container[] {
  return dags.kind === 'git-sync' ? [gitSyncContainer(dags, { name: 'dags-git-clone', env: [{ name: 'GITSYNC_ONE_TIME', value: 'true' }, { name: 'GITSYNC_MAX_FAILURES', value: '10' }] })] : [];
}

/** Keeps the copy up to date, and goes on trying when the server does not answer. */
export function gitSidecar({ props: { dags } }: AirflowPlan): k8s.Container[] {
  if (dags.kind !== 'git-sync') return [];
  const health = { port: PORTS.gitSyncHealth, path: '/' };
  return [gitSyncContainer(dags, {
    name: 'dags-git-sync',
    env: [
      { name: 'GITSYNC_PERIOD', value: `${dags.period ? secondsOf(dags.period) : 60}s` },
      { name: 'GITSYNC_MAX_FAILURES', value: '-1' },
      { name: 'GITSYNC_HTTP_BIND', value: `:${PORTS.gitSyncHealth}` },
    ],
    // Ready after the first look at the repository. Not a liveness probe: a restart does not bring a git server back.
    readinessProbe: { httpGet: health, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
  })];
}

function gitSyncContainer({ repository, ref, ssh, image }: GitSyncDags, container: k8s.Container): k8s.Container {
  const login = ssh === undefined ? [] : [
    { name: 'GITSYNC_SSH_KEY_FILE', value: '/etc/git-secret/ssh' },
    { name: 'GITSYNC_SSH_KNOWN_HOSTS', value: String(ssh.knownHosts !== 'accept-any') },
    ...(ssh.knownHosts === 'accept-any' ? [] : [{ name: 'GITSYNC_SSH_KNOWN_HOSTS_FILE', value: '/etc/git-secret/known_hosts' }]),
  ];
  return {
    image: image ?? IMAGES.gitSync,
    resources: resourcesOf(DEFAULT_RESOURCES.gitSync),
    securityContext: { ...RESTRICTED_CONTAINER, runAsUser: USERS.gitSync },
    volumeMounts: [{ name: 'dags-data', mountPath: '/dags' }, ...(ssh ? [{ name: 'git-secret', mountPath: '/etc/git-secret', readOnly: true }] : [])],
    ...container,
    env: [
      { name: 'GITSYNC_REPO', value: repository },
      { name: 'GITSYNC_REF', value: ref ?? 'main' },
      { name: 'GITSYNC_ROOT', value: '/dags' },
      { name: 'GITSYNC_LINK', value: 'repo' },
      { name: 'GITSYNC_DEPTH', value: '1' },
      { name: 'GITSYNC_SYNC_TIMEOUT', value: '120s' },
      // Files must be readable for the Airflow user, who shares the group only.
      { name: 'GITSYNC_GROUP_WRITE', value: 'true' },
      ...login,
      ...(container.env ?? []),
    ],
  };
}
