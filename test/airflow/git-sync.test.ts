import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { type Dags, type GitSsh, type Json } from '../../lib';
import { airflow, containerOf, DAGS_CLAIM, environmentOf, EXECUTORS, GIT_SSH, PATH, podOf, secretFiles, settings } from './airflow-support';

type GitSync = Extract<Dags, { kind: 'git-sync' }>;

const SSH: Required<GitSsh> = { key: { secret: 'git-key-secret', key: 'id_ed25519' }, knownHosts: { secret: 'hosts-secret', key: 'hosts' } };
const ALL: Required<GitSync> = {
  kind: 'git-sync',
  repository: 'git@git.example.com:team/dags.git',
  ref: 'v1.4',
  subPath: 'flows/prod',
  period: Duration.minutes(2),
  ssh: SSH,
  image: 'registry.example.com/git-sync:v4.2.1',
};
const gitSync = (dags: Dags, name = 'dags-git-sync') => containerOf(podOf(airflow({ dags }), 'Deployment airflow-scheduler'), name);

describe('every option of git-sync reaches its containers', () => {
  const built = airflow({ dags: ALL });
  const SHARED = {
    GITSYNC_REPO: 'git@git.example.com:team/dags.git', GITSYNC_REF: 'v1.4', GITSYNC_ROOT: '/dags', GITSYNC_LINK: 'repo', GITSYNC_DEPTH: '1', GITSYNC_SYNC_TIMEOUT: '120s', GITSYNC_GROUP_WRITE: 'true',
    GITSYNC_SSH_KEY_FILE: '/etc/git-secret/ssh', GITSYNC_SSH_KNOWN_HOSTS: 'true', GITSYNC_SSH_KNOWN_HOSTS_FILE: '/etc/git-secret/known_hosts',
  };

  test('there is no mistake', () => { expect(built.problems).toEqual([]); });

  test.each(['Deployment airflow-scheduler', 'StatefulSet airflow-worker'])('%s', owner => {
    const spec = podOf(built, owner);
    for (const name of ['dags-git-clone', 'dags-git-sync']) expect(containerOf(spec, name).image).toBe('registry.example.com/git-sync:v4.2.1');
    expect(environmentOf(containerOf(spec, 'dags-git-sync'))).toEqual({ ...SHARED, GITSYNC_PERIOD: '120s', GITSYNC_MAX_FAILURES: '-1', GITSYNC_HTTP_BIND: ':1234' });
    expect(environmentOf(containerOf(spec, 'dags-git-clone'))).toEqual({ ...SHARED, GITSYNC_ONE_TIME: 'true', GITSYNC_MAX_FAILURES: '10' });
    expect(secretFiles(spec, 'git-secret')).toEqual({ ssh: 'git-key-secret/id_ed25519', known_hosts: 'hosts-secret/hosts' });
  });

  test('Airflow reads the folder in the repository, and as often as git-sync looks', () => {
    expect(settings(built)).toMatchObject({ AIRFLOW__CORE__DAGS_FOLDER: '/opt/airflow/dags/repo/flows/prod', AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL: '120' });
  });
});

test('branch main every 60 s, the root of the repository and a maintained image where nothing else is said', () => {
  const container = gitSync({ kind: 'git-sync', repository: 'https://git.example.com/dags.git' });
  expect(container.image).toBe('registry.k8s.io/git-sync/git-sync:v4.7.1');
  expect(environmentOf(container)).toMatchObject({ GITSYNC_REF: 'main', GITSYNC_PERIOD: '60s' });
  expect(Object.keys(environmentOf(container)).filter(key => key.includes('SSH'))).toEqual([]);
  expect(container.volumeMounts).toEqual([{ name: 'dags-data', mountPath: '/dags' }]);
  expect(settings(airflow({ dags: GIT_SSH }))).toMatchObject({ AIRFLOW__CORE__DAGS_FOLDER: '/opt/airflow/dags/repo', AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL: '60' });
});

test('settings are those of git-sync 4; it ignores or refuses those of release 3', () => {
  for (const name of ['dags-git-clone', 'dags-git-sync']) expect(Object.keys(environmentOf(gitSync(GIT_SSH, name))).filter(key => !key.startsWith('GITSYNC_'))).toEqual([]);
});

test('an unknown host is trusted only where that is said aloud', () => {
  const dags: Dags = { ...GIT_SSH, ssh: { key: SSH.key, knownHosts: 'accept-any' } };
  expect(environmentOf(gitSync(dags))).toMatchObject({ GITSYNC_SSH_KNOWN_HOSTS: 'false' });
  expect(environmentOf(gitSync(dags))).not.toHaveProperty('GITSYNC_SSH_KNOWN_HOSTS_FILE');
  expect(secretFiles(podOf(airflow({ dags }), 'Deployment airflow-scheduler'), 'git-secret')).toEqual({ ssh: 'git-key-secret/id_ed25519' });
});

test('git-sync and Airflow see the same folder, and share the group that reads key and files; otherwise ssh refuses the key or Airflow the files', () => {
  const spec = podOf(airflow(), 'StatefulSet airflow-worker');
  const git = containerOf(spec, 'dags-git-sync');
  expect(git.volumeMounts).toEqual([{ name: 'dags-data', mountPath: '/dags' }, { name: 'git-secret', mountPath: '/etc/git-secret', readOnly: true }]);
  expect(containerOf(spec, 'airflow-worker').volumeMounts).toContainEqual({ name: 'dags-data', mountPath: '/opt/airflow/dags', readOnly: true });
  expect(git.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsUser: 65533 });
  expect(spec.securityContext).toMatchObject({ runAsGroup: 0, fsGroup: 0 });
  expect(spec.volumes.find(({ name }: Json) => name === 'git-secret').projected.defaultMode).toBe(0o440);
  expect(spec.volumes).toContainEqual({ name: 'dags-data', emptyDir: {} });
});

test('only pods that run or schedule DAGs have them', () => {
  for (const executor of Object.values(EXECUTORS)) {
    const owners = airflow({ executor }).manifests.filter(manifest => JSON.stringify(manifest).includes('dags-git-clone')).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const tasks = { celery: ['StatefulSet airflow-worker'], kubernetes: ['ConfigMap airflow-pod-template'], local: [] }[executor.kind];
    expect(owners.sort()).toEqual([...tasks, 'Deployment airflow-scheduler'].sort());
  }
});

describe('DAGs from a claim and from the image', () => {
  test('every option of a claim arrives', () => {
    const dags: Required<Extract<Dags, { kind: 'claim' }>> = { kind: 'claim', claim: DAGS_CLAIM, subPath: 'prod' };
    const built = airflow({ dags });
    expect(built.problems).toEqual([]);
    expect(settings(built).AIRFLOW__CORE__DAGS_FOLDER).toBe('/opt/airflow/dags/prod');
    expect(podOf(built, 'StatefulSet airflow-worker').volumes).toContainEqual({ name: 'dags-data', persistentVolumeClaim: { claimName: 'dags', readOnly: true } });
    expect(podOf(built, 'StatefulSet airflow-worker').containers).toHaveLength(1);
  });

  test('with the image nothing hides its folder', () => {
    const dags: Required<Extract<Dags, { kind: 'image' }>> = { kind: 'image' };
    const built = airflow({ dags });
    expect(settings(built).AIRFLOW__CORE__DAGS_FOLDER).toBe('/opt/airflow/dags');
    expect(JSON.stringify(podOf(built, 'Deployment airflow-scheduler'))).not.toContain('dags-data');
  });
});

test('any folder and any whole number of seconds give manifests without a mistake', () => {
  const folder = fc.array(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}$/), { minLength: 1, maxLength: 5 }).map(parts => parts.join('/'));
  fc.assert(fc.property(folder, fc.integer({ min: 1, max: 100_000 }), (subPath, seconds) => {
    const built = airflow({ dags: { ...GIT_SSH, subPath, period: Duration.seconds(seconds) } });
    expect(built.problems).toEqual([]);
    expect(settings(built)).toMatchObject({ AIRFLOW__CORE__DAGS_FOLDER: `/opt/airflow/dags/repo/${subPath}`, AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL: String(seconds) });
    expect(environmentOf(containerOf(podOf(built, 'StatefulSet airflow-worker'), 'dags-git-sync')).GITSYNC_PERIOD).toBe(`${seconds}s`);
  }), { numRuns: 20 });
});

test('a folder that leads out of the repository is refused, wherever the dots are', () => {
  const way = fc.array(fc.constantFrom('a', 'b.c', '..x', '.'), { maxLength: 3 });
  fc.assert(fc.property(way, way, (before, after) => {
    const subPath = [...before, '..', ...after].join('/');
    expect(airflow({ dags: { ...GIT_SSH, subPath } }).problems).toEqual([
      `${PATH} \`dags.subPath\` is "${subPath}": it is a folder inside the repository or volume, without a slash at the start and without "..". Correct it.`]);
  }), { numRuns: 20 });
});
