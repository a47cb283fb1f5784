import { type Construct } from 'constructs';
import { checkAddress, checkInteger, checkNotEmpty } from '../core/checks';
import { check } from '../core/problems';
import { parseQuantity } from '../core/quantity';
import { isAtLeast } from '../core/versions';
import { checkWebExposure } from '../services/web-exposure';
import { type S3Store } from './options';
import { artifactAccessMode, authDatabaseOf, databaseOf, type MlflowPlan, packagesOf } from './plan';
import { derivedNames } from './server-environment';
import { defaultResources } from './tracking-server';
import { DEFAULT_VERSION, OLDEST_VERSION } from './upstream';

/** Longest name: a label of the database's pod, its name and a revision of up to 11 characters, may have 63. */
const LONGEST_NAME = 63 - '-postgresql-01234567890'.length;

/** Memory that one worker takes, and the processes beside them where there are any, in Mi; measured on the real servers without load. */
const MEMORY_PER_WORKER = 256;
const MEMORY_BESIDE = 512;

/** Mistakes in the props of the stack. */
export function checkMlflow(scope: Construct, plan: MlflowPlan): void {
  const { props: { server, web }, name, version, features, workers, replicas } = plan;
  check(scope, /^\d+\.\d+\.\d+$/.test(version) && isAtLeast(version, OLDEST_VERSION) && !isAtLeast(version, '4.0'), () =>
    `\`version\` is ${version}: releases from ${OLDEST_VERSION} to 3 are known here. Write for example ${DEFAULT_VERSION}.`);
  check(scope, name.length <= LONGEST_NAME, () =>
    `\`name\` is "${name}", ${name.length} characters: names and labels are made from it, so it may have ${LONGEST_NAME}. Shorten it.`);
  checkImage(scope, plan);
  checkInteger(scope, 'server.replicas', server?.replicas, 1);
  checkInteger(scope, 'server.workers', server?.workers, 1);
  const { memory, memoryLimit = memory } = server?.resources ?? defaultResources(plan);
  const needed = workers * MEMORY_PER_WORKER + (features.checksHosts ? MEMORY_BESIDE : 0);
  check(scope, (parseQuantity(memoryLimit) ?? Infinity) >= needed * 2 ** 20, () =>
    `\`server.resources\` has ${memoryLimit} for ${workers} workers: MLflow ${version} takes ${needed}Mi or more, and would be killed. Give it that, or fewer \`server.workers\`.`);
  check(scope, replicas <= 1 || artifactAccessMode(plan) !== 'ReadWriteOnce', () =>
    `\`server.replicas\` is ${replicas}, and the volume of the artifacts is ReadWriteOnce: pods on a second node would never start. Use ReadWriteMany, a bucket, or one replica.`);
  checkArtifacts(scope, plan);
  checkDatabase(scope, plan);
  checkAuth(scope, plan);
  checkWebExposure(scope, 'web.expose', web?.expose);
  checkHosts(scope, plan);
  checkConfig(scope, plan);
}

function checkImage(scope: Construct, plan: MlflowPlan): void {
  const { props, image, version, features } = plan;
  const [repository = '', tag = ''] = image.split(':');
  const packages = packagesOf(plan).join(', ');
  const official = repository === 'ghcr.io/mlflow/mlflow';
  check(scope, props.image !== undefined || features.fullImage, () =>
    `\`image\` is missing, and \`version\` is ${version}: before 3.9 there is no official image with the drivers of PostgreSQL and S3. Build one from ghcr.io/mlflow/mlflow:v${version} with ${packages}, and give it here.`);
  check(scope, props.image === undefined || !official || tag.endsWith('-full'), () =>
    `\`image\` is ${image}: it has no driver of PostgreSQL, so the server would not start. Use ${features.fullImage ? 'the one that ends in -full' : `one made from it with ${packages}`}.`);
  check(scope, !official || !/^v\d/.test(tag) || tag.replace(/^v|-full$/g, '') === version, () =>
    `\`image\` is ${image}: its release is not \`version\`, ${version}, which decides options and settings. Make the two the same.`);
  check(scope, !/(^|\/)bitnami[a-z]*\//.test(repository), () =>
    `\`image\` is ${image}: images of Bitnami have been removed or are no longer mended, and have paths and users of their own. Use an image of MLflow itself, or your own.`);
}

function checkArtifacts(scope: Construct, { artifacts, namespace }: MlflowPlan): void {
  if (artifacts.kind === 's3') checkBucket(scope, artifacts);
  if (artifacts.kind !== 'claim') return;
  const { claim: { claimName, namespace: other, accessMode }, subPath } = artifacts;
  check(scope, other === namespace, () =>
    `\`artifacts.claim\` is ${claimName} of namespace ${other}: pods of namespace ${namespace} cannot mount it. Make the claim in ${namespace}.`);
  check(scope, accessMode !== 'ReadOnlyMany', () => `\`artifacts.claim\` is ${claimName}, which is ReadOnlyMany: the server writes to it. Use a claim that is ReadWriteMany.`);
  check(scope, subPath === undefined || !/^\/|(^|\/)\.\.(\/|$)/.test(subPath), () =>
    `\`artifacts.subPath\` is "${subPath}": it is a folder inside the volume, without a slash at the start and without "..". Correct it.`);
}

function checkBucket(scope: Construct, { bucket, path, endpoint, ca }: S3Store): void {
  check(scope, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket), () =>
    `\`artifacts.bucket\` is "${bucket}": a bucket has 3 to 63 of a-z, 0-9, "." and "-". Correct it, and write a folder in it as \`artifacts.path\`.`);
  check(scope, path === undefined || /^[\w.-]+(\/[\w.-]+)*$/.test(path), () => `\`artifacts.path\` is "${path}": it is folders of letters, digits, "_", "." and "-", without a slash at start and end. Correct it.`);
  check(scope, /^https?:\/\/[^/@\s]+$/.test(endpoint), () =>
    '`artifacts.endpoint` is not the address of an S3 service: it is https://host or https://host:port, without a login and without a path. Correct it; keys belong into Secrets.');
  check(scope, ca === undefined || !endpoint.startsWith('http:'), () => `\`artifacts.ca\` is given, and \`artifacts.endpoint\` is ${endpoint}, without TLS: it would not be used. Write https://, or leave it out.`);
}

function checkDatabase(scope: Construct, { props: { database } }: MlflowPlan): void {
  if (database.kind === 'in-cluster') return;
  checkAddress(scope, 'database.host', database.host);
  checkInteger(scope, 'database.port', database.port, 1, 65535);
  for (const key of ['database', 'user'] as const) if (database[key] !== undefined) checkNotEmpty(scope, `database.${key}`, database[key]);
}

function checkAuth(scope: Construct, plan: MlflowPlan): void {
  const { props: { auth } } = plan;
  if (auth === 'none') return;
  const name = authDatabaseOf(plan)!;
  check(scope, /^[a-z_][a-z0-9_]{0,62}$/.test(name), () => `\`auth.database\` is "${name}": it is up to 63 of a-z, 0-9 and "_", and does not start with a digit. Rename it.`);
  check(scope, name !== databaseOf(plan).database, () =>
    `\`auth.database\` is ${name}, the database of the experiments: tables of the same names would clash. Give it a database of its own.`);
  check(scope, auth.adminUsername === undefined || /^[^\s:]+$/.test(auth.adminUsername), () =>
    `\`auth.adminUsername\` is "${auth.adminUsername}": a login over HTTP has no space and no colon in the name. Rename it.`);
}

/** From 3.5 on, the server refuses requests to addresses that it was not told of. */
function checkHosts(scope: Construct, { version, features, expose, nodes, props: { web } }: MlflowPlan): void {
  const { allowedHosts } = web ?? {};
  check(scope, features.checksHosts || allowedHosts === undefined, () => `\`web.allowedHosts\` is given, and \`version\` is ${version}: releases before 3.5 accept every host. Leave it out.`);
  for (const host of allowedHosts ?? []) {
    check(scope, /^[^\s/,]+$/.test(host), () => `\`web.allowedHosts\` has "${host}": it is a name or address as in the Host header, with its port, without https:// and without a path. Correct it.`);
  }
  const unknown = nodes.filter(({ address }) => address === undefined).map(({ name }) => name);
  check(scope, !features.checksHosts || expose.kind !== 'node-port' || unknown.length === 0 || allowedHosts !== undefined, () =>
    `\`web.expose\` is a NodePort, and \`cluster.nodes\` has no address for ${unknown.join(', ')}: MLflow ${version} would answer 403 to requests there. Add the addresses, or list what users type in \`web.allowedHosts\`.`);
}

function checkConfig(scope: Construct, plan: MlflowPlan): void {
  const derived = derivedNames(plan);
  const ofTheServer = new Set(['MLFLOW_BACKEND_STORE_URI', 'MLFLOW_REGISTRY_STORE_URI', 'MLFLOW_ARTIFACTS_DESTINATION', 'MLFLOW_SERVE_ARTIFACTS', 'MLFLOW_DEFAULT_ARTIFACT_ROOT', 'MLFLOW_HOST', 'MLFLOW_PORT', 'MLFLOW_WORKERS']);
  for (const key of Object.keys(plan.props.config ?? {})) {
    check(scope, !derived.has(key) && !ofTheServer.has(key), () => `\`config\` has ${key}: it follows from the typed props of the stack. Set it there, and leave it out here.`);
  }
}
