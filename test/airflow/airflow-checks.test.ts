import { Duration } from 'cdk8s';
import { type AirflowStackProps, AirflowStack, type Cluster, ExistingClaim, PlatformNamespace } from '../../lib';
import { build } from '../support';
import { airflow, CELERY, DAGS_CLAIM, GIT_SSH, ONE_NODE, PATH, PROPS, TWO_NODES } from './airflow-support';

/** A stack with a mistake, and the whole list of lines that it gives. */
const MISTAKES: [string, Partial<AirflowStackProps>, string[]][] = [
  ['DAGs on a claim of another namespace cannot be mounted', { dags: { kind: 'claim', claim: new ExistingClaim('team', 'data', 'ReadOnlyMany') } }, [
    '`dags.claim` is data of namespace team: pods of namespace airflow cannot mount it. Make the claim in airflow.']],
  ['a folder of DAGs from the root leads out of the repository', { dags: { ...GIT_SSH, subPath: '/dags' } }, [
    '`dags.subPath` is "/dags": it is a folder inside the repository or volume, without a slash at the start and without "..". Correct it.']],
  ['... and out of a claim', { dags: { kind: 'claim', claim: DAGS_CLAIM, subPath: '../etc' } }, [
    '`dags.subPath` is "../etc": it is a folder inside the repository or volume, without a slash at the start and without "..". Correct it.']],
  ['what is no git address is never cloned', { dags: { kind: 'git-sync', repository: 'git.example.com/dags.git' } }, [
    '`dags.repository` is "git.example.com/dags.git": not a git address. Write git@host:path or https://host/path.']],
  ['without a key, git cannot log in by SSH', { dags: { kind: 'git-sync', repository: 'git@git.example.com:dags.git' } }, [
    '`dags.repository` is git@git.example.com:dags.git, over SSH, and `dags.ssh` is missing: git could not log in. Give the Secrets of key and known_hosts.']],
  ['... nor by ssh://', { dags: { kind: 'git-sync', repository: 'ssh://git@git.example.com:7999/dags.git' } }, [
    '`dags.repository` is ssh://git@git.example.com:7999/dags.git, over SSH, and `dags.ssh` is missing: git could not log in. Give the Secrets of key and known_hosts.']],
  ['a key that is not used gives false safety', { dags: { ...GIT_SSH, repository: 'https://git.example.com/dags.git' } }, [
    '`dags.ssh` is given for https://git.example.com/dags.git, which is not over SSH: the key would not be used. Write git@host:path, or leave `dags.ssh` out.']],
  ['a token in the address of the repository would be in every manifest, and is not repeated here', { dags: { kind: 'git-sync', repository: 'https://token123@git.example.com/dags.git' } }, [
    '`dags.repository` has a login in it: anybody who may read the manifests could use it. Take it out; for a private repository, write git@host:path and give `dags.ssh`.']],
  ['looking at the repository without a pause is refused', { dags: { ...GIT_SSH, period: Duration.seconds(0) } }, [
    '`dags.period in seconds` is 0: it must be a whole number of at least 1. Choose a value in that range.']],
  ['half seconds are refused', { dags: { ...GIT_SSH, period: Duration.millis(2500) } }, [
    '`dags.period in seconds` is 2.5: it must be a whole number of at least 1. Choose a value in that range.']],
  ['no task would ever run', { executor: { kind: 'local', parallelism: 0 } }, [
    '`executor.parallelism` is 0: it must be a whole number of at least 1. Choose a value in that range.']],
  ['all logs would be deleted at once', { logs: { retentionDays: 0 } }, [
    '`logs.retentionDays` is 0: it must be a whole number of at least 1. Choose a value in that range.']],
  ['a setting that the props decide would be in two places', { config: { AIRFLOW__CORE__EXECUTOR: 'LocalExecutor' } }, [
    '`config` has AIRFLOW__CORE__EXECUTOR: it follows from the typed props of the stack. Set it there, and leave it out here.']],
  ['... also where it is made by a command', { config: { AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: 'sqlite:////tmp/a.db' } }, [
    '`config` has AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: it follows from the typed props of the stack. Set it there, and leave it out here.']],
  ['Airflow would not see a setting in small letters', { config: { AIRFLOW__core__parallelism: '64' } }, [
    '`config` has AIRFLOW__core__parallelism: a setting is AIRFLOW__SECTION__KEY in capital letters. Correct it.']],
  ['logs that one node can mount stop all pods on the others', { logs: { accessMode: 'ReadWriteOnce' } }, [
    '`logs.accessMode` is ReadWriteOnce, and the cluster has 2 nodes: pods on a second node would never start. Use ReadWriteMany, and a class that offers it.']],
  ['... and so do DAGs', { dags: { kind: 'claim', claim: new ExistingClaim('airflow', 'dags', 'ReadWriteOnce') } }, [
    '`dags.claim` is ReadWriteOnce, and the cluster has 2 nodes: pods on a second node would never start. Use a claim that is ReadOnlyMany or ReadWriteMany.']],
];

test.each(MISTAKES)('%s', (_, props, sentences) => {
  expect(airflow(props).problems.filter(line => line.startsWith(`${PATH} `))).toEqual(sentences.map(sentence => `${PATH} ${sentence}`));
});

test('all mistakes are told in one run; otherwise they are mended one by one', () => {
  const { problems } = airflow({ web: { replicas: 0, expose: { kind: 'node-port', port: 80 } }, logs: { retentionDays: 0 }, executor: { ...CELERY, workers: { replicas: 0 } }, config: { AIRFLOW__CORE__EXECUTOR: 'x' } });
  expect(problems).toHaveLength(5);
});

test.each<[string, Partial<AirflowStackProps>]>([
  ['logs that one node can mount', { logs: { accessMode: 'ReadWriteOnce' } }],
  ['DAGs that one node can mount', { dags: { kind: 'claim', claim: new ExistingClaim('airflow', 'dags', 'ReadWriteOnce') } }],
])('on a cluster of one node, %s are accepted', (_, props) => {
  expect(airflow(props, ONE_NODE).problems).toEqual([]);
});

test.each([
  ['git@git.example.com:dags.git', true], ['deploy@10.0.0.1:team/dags.git', true], ['ssh://git@git.example.com:7999/dags.git', true],
  ['https://git.example.com/dags.git', false], ['http://git.example.com:8080/a@b/dags.git', false],
])('%s is a git address', (repository, overSsh) => {
  expect(airflow({ dags: { kind: 'git-sync', repository, ssh: overSsh ? GIT_SSH.ssh : undefined } }).problems).toEqual([]);
});

test('a secret in `config` is refused; it would be readable for everybody who may read ConfigMaps', () => {
  expect(airflow({ config: { AIRFLOW__SMTP__SMTP_PASSWORD: 'hunter2' } }).problems).toEqual([
    '[test/20-layer/airflow/config] `data.AIRFLOW__SMTP__SMTP_PASSWORD` looks like the value of AIRFLOW__SMTP__SMTP_PASSWORD: credentials are never written into manifests. Put it in a Secret and refer to it by name and key.',
  ]);
});

test('logs on a class that one node can mount are refused; all other pods would hang', () => {
  const cluster: Cluster = { ...TWO_NODES, existing: [...TWO_NODES.existing ?? [], { kind: 'StorageClass', name: 'block', accessModes: ['ReadWriteOnce'] }] };
  expect(airflow({ logs: { storage: { size: '5Gi', storageClass: { className: 'block' } } } }, cluster).problems).toEqual([
    '[test/20-layer/airflow/logs] `accessMode` is ReadWriteMany: class block offers only ReadWriteOnce. Ask for one of these, or use a class of a NAS backend.',
  ]);
});

test('a namespace that nobody makes is reported once, though all objects of the stack are in it', () => {
  const built = build(layer => {
    new PlatformNamespace(layer, 'namespace', { name: 'other' });
    new AirflowStack(layer, 'airflow', PROPS);
  });
  expect(built.problems.filter(problem => problem.includes('Namespace airflow'))).toEqual([
    '[test/20-layer/airflow/service-account] `metadata.namespace` is airflow: no Namespace airflow is made in this environment or declared as existing. Make it, correct the name, or add it to `cluster.existing`.',
  ]);
});
