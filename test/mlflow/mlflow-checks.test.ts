import { ExistingClaim, type MlflowStackProps } from '../../lib';
import { BASIC_AUTH, BUCKET, DOCUMENTED, EXTERNAL, mlflow, MLFLOW_CLUSTER, PATH } from './mlflow-support';

const claim = (namespace: string, accessMode: 'ReadOnlyMany' | 'ReadWriteMany' | 'ReadWriteOnce') => ({ kind: 'claim', claim: new ExistingClaim(namespace, namespace === 'team' ? 'data' : 'models', accessMode) }) as const;

/** A stack with a mistake, and the whole list of lines that it gives. */
const MISTAKES: [string, Partial<MlflowStackProps>, string[]][] = [
  ['a release that is not known would be given options of another', { ...DOCUMENTED, version: '2.9.0', image: 'registry.example.com/mlflow:2.9.0' }, [
    '`version` is 2.9.0: releases from 2.14 to 3 are known here. Write for example 3.17.2.']],
  ['... nor would half a number', { version: '3.1e1.0', image: 'registry.example.com/mlflow:3' }, ['`version` is 3.1e1.0: releases from 2.14 to 3 are known here. Write for example 3.17.2.']],
  ['labels of the database\'s pod would be too long', { name: 'a'.repeat(41) }, [
    `\`name\` is "${'a'.repeat(41)}", 41 characters: names and labels are made from it, so it may have 40. Shorten it.`]],
  ['an old release has no image that starts', { version: '2.14.1' }, [
    '`image` is missing, and `version` is 2.14.1: before 3.9 there is no official image with the drivers of PostgreSQL and S3. Build one from ghcr.io/mlflow/mlflow:v2.14.1 with psycopg2-binary, and give it here.']],
  ['... and its official one has no driver', { version: '2.20.2', image: 'ghcr.io/mlflow/mlflow:v2.20.2', artifacts: BUCKET }, [
    '`image` is ghcr.io/mlflow/mlflow:v2.20.2: it has no driver of PostgreSQL, so the server would not start. Use one made from it with psycopg2-binary, boto3, Flask-WTF.']],
  ['... nor has the small one of today', { image: 'ghcr.io/mlflow/mlflow:v3.17.2' }, [
    '`image` is ghcr.io/mlflow/mlflow:v3.17.2: it has no driver of PostgreSQL, so the server would not start. Use the one that ends in -full.']],
  ['an image of another release would be given the wrong options', { image: 'ghcr.io/mlflow/mlflow:v3.10.0-full' }, [
    '`image` is ghcr.io/mlflow/mlflow:v3.10.0-full: its release is not `version`, 3.17.2, which decides options and settings. Make the two the same.']],
  ['images of Bitnami cannot be pulled any more', { version: '2.14.1', image: 'docker.io/bitnamilegacy/mlflow:2.14.1-debian-12-r0' }, [
    '`image` is docker.io/bitnamilegacy/mlflow:2.14.1-debian-12-r0: images of Bitnami have been removed or are no longer mended, and have paths and users of their own. Use an image of MLflow itself, or your own.']],
  ['no server', { server: { replicas: 0 } }, ['`server.replicas` is 0: it must be a whole number of at least 1. Choose a value in that range.']],
  ['no worker', { server: { workers: 0 } }, ['`server.workers` is 0: it must be a whole number of at least 1. Choose a value in that range.']],
  ['workers are killed when memory runs out', { server: { workers: 8, resources: { cpu: 1, memory: '1Gi' } } }, [
    '`server.resources` has 1Gi for 8 workers: MLflow 3.17.2 takes 2560Mi or more, and would be killed. Give it that, or fewer `server.workers`.']],
  ['... also by a limit', { ...DOCUMENTED, server: { resources: { cpu: 1, memory: '512Mi', memoryLimit: '900Mi' } } }, [
    '`server.resources` has 900Mi for 4 workers: MLflow 2.14.1 takes 1024Mi or more, and would be killed. Give it that, or fewer `server.workers`.']],
  ['two servers cannot share a volume of one node', { server: { replicas: 2 }, artifacts: { kind: 'volume', accessMode: 'ReadWriteOnce' } }, [
    '`server.replicas` is 2, and the volume of the artifacts is ReadWriteOnce: pods on a second node would never start. Use ReadWriteMany, a bucket, or one replica.']],
  ['... nor a claim', { server: { replicas: 2 }, artifacts: claim('mlflow', 'ReadWriteOnce') }, [
    '`server.replicas` is 2, and the volume of the artifacts is ReadWriteOnce: pods on a second node would never start. Use ReadWriteMany, a bucket, or one replica.']],
  ['a claim of another namespace cannot be mounted', { artifacts: claim('team', 'ReadWriteMany') }, [
    '`artifacts.claim` is data of namespace team: pods of namespace mlflow cannot mount it. Make the claim in mlflow.']],
  ['no artifact could be written', { artifacts: claim('mlflow', 'ReadOnlyMany') }, ['`artifacts.claim` is models, which is ReadOnlyMany: the server writes to it. Use a claim that is ReadWriteMany.']],
  ['a folder from the root leads out of the volume', { artifacts: { ...claim('mlflow', 'ReadWriteMany'), subPath: '../etc' } }, [
    '`artifacts.subPath` is "../etc": it is a folder inside the volume, without a slash at the start and without "..". Correct it.']],
  ['a URL is no bucket', { artifacts: { ...BUCKET, bucket: 's3://mlflow' } }, [
    '`artifacts.bucket` is "s3://mlflow": a bucket has 3 to 63 of a-z, 0-9, "." and "-". Correct it, and write a folder in it as `artifacts.path`.']],
  ['a folder that ends with a slash is another folder', { artifacts: { ...BUCKET, path: 'team/' } }, [
    '`artifacts.path` is "team/": it is folders of letters, digits, "_", "." and "-", without a slash at start and end. Correct it.']],
  ['a login in the address would be in every manifest, and is not repeated here', { artifacts: { ...BUCKET, endpoint: 'https://key:geheim@s3.example.com' } }, [
    '`artifacts.endpoint` is not the address of an S3 service: it is https://host or https://host:port, without a login and without a path. Correct it; keys belong into Secrets.']],
  ['a certificate that is not used gives false safety', { artifacts: { ...BUCKET, endpoint: 'http://s3.example.com' } }, [
    '`artifacts.ca` is given, and `artifacts.endpoint` is http://s3.example.com, without TLS: it would not be used. Write https://, or leave it out.']],
  ['a database that nobody can find', { database: { ...EXTERNAL, host: '192.168.11.300' } }, [
    '`database.host` is "192.168.11.300": not an IPv4 or IPv6 address, nor a DNS name. Give the address of the interface, for example 192.168.11.11.']],
  ['... on a port that there is not', { database: { ...EXTERNAL, port: 70000 } }, ['`database.port` is 70000: it must be a whole number from 1 to 65535. Choose a value in that range.']],
  ['... without a name', { database: { ...EXTERNAL, database: '' } }, ['`database.database` is empty: a value is required. Give one, or leave the key out if it is optional.']],
  ['... or without a user', { database: { ...EXTERNAL, user: ' ' } }, ['`database.user` is empty: a value is required. Give one, or leave the key out if it is optional.']],
  ['tables of users and of experiments clash in one database', { auth: { ...BASIC_AUTH, database: 'mlflow' } }, [
    '`auth.database` is mlflow, the database of the experiments: tables of the same names would clash. Give it a database of its own.']],
  ['a database is not named so', { auth: { ...BASIC_AUTH, database: 'users?sslmode=disable' } }, [
    '`auth.database` is "users?sslmode=disable": it is up to 63 of a-z, 0-9 and "_", and does not start with a digit. Rename it.']],
  ['nobody could log in under that name', { auth: { ...BASIC_AUTH, adminUsername: 'a:b' } }, [
    '`auth.adminUsername` is "a:b": a login over HTTP has no space and no colon in the name. Rename it.']],
  ['a NodePort that the API server refuses', { web: { expose: { kind: 'node-port', port: 5000 } } }, [
    '`web.expose.port` is 5000: it must be a whole number from 30000 to 32767. Choose a value in that range.']],
  ['hosts that are never checked give false safety', { ...DOCUMENTED, web: { allowedHosts: ['mlflow.example.com'] } }, [
    '`web.allowedHosts` is given, and `version` is 2.14.1: releases before 3.5 accept every host. Leave it out.']],
  ['a URL is no host', { web: { allowedHosts: ['https://mlflow.example.com'] } }, [
    '`web.allowedHosts` has "https://mlflow.example.com": it is a name or address as in the Host header, with its port, without https:// and without a path. Correct it.']],
  ['a setting that the props decide would be in two places', { config: { MLFLOW_SERVER_ALLOWED_HOSTS: '*' } }, [
    '`config` has MLFLOW_SERVER_ALLOWED_HOSTS: it follows from the typed props of the stack. Set it there, and leave it out here.']],
  ['... also one that is an option', { config: { MLFLOW_PORT: '80' } }, ['`config` has MLFLOW_PORT: it follows from the typed props of the stack. Set it there, and leave it out here.']],
];

test.each(MISTAKES)('%s', (_, props, sentences) => {
  expect(mlflow(props).problems.filter(line => line.startsWith(`${PATH} `))).toEqual(sentences.map(sentence => `${PATH} ${sentence}`));
});

const SOME = { ...MLFLOW_CLUSTER, nodes: [{ name: 'gpu-1', address: '10.0.0.1', gpus: 8 }, { name: 'cpu-1', gpus: 0 }] };

test('a node whose address is not known would answer 403; users of that node would think that the server is broken', () => {
  expect(mlflow({}, SOME).problems).toEqual([
    `${PATH} \`web.expose\` is a NodePort, and \`cluster.nodes\` has no address for cpu-1: MLflow 3.17.2 would answer 403 to requests there. Add the addresses, or list what users type in \`web.allowedHosts\`.`]);
});

test.each<[string, Partial<MlflowStackProps>]>([
  ['where users type a name that is listed', { web: { allowedHosts: ['10.0.0.*:30002'] } }],
  ['in a release that accepts every host', DOCUMENTED],
  ['behind an Ingress', { web: { expose: { kind: 'ingress', host: 'mlflow.example.com' } } }],
])('it need not be known %s', (_, props) => { expect(mlflow(props, SOME).problems).toEqual([]); });

test('all mistakes are told in one run; otherwise they are mended one by one', () => {
  expect(mlflow({ server: { replicas: 0, workers: 0 }, auth: { ...BASIC_AUTH, database: 'mlflow' }, web: { expose: { kind: 'node-port', port: 80 } } }).problems).toHaveLength(4);
});

test('a secret in `config` is refused; it would be readable for everybody who may read Deployments', () => {
  expect(mlflow({ config: { MLFLOW_TRACKING_PASSWORD: 'hunter2' } }).problems[0]).toMatch(/looks like the value of MLFLOW_TRACKING_PASSWORD: credentials are never written into manifests\./);
});
