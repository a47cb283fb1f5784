import { type Duration } from 'cdk8s';
import { type Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { EnvironmentApp } from '../core/environment-app';
import { check } from '../core/problems';
import { checkWebExposure } from '../services/web-exposure';
import { derivedSettings } from './configuration';
import { type Dags } from './options';
import { type AirflowPlan, secondsOf } from './plan';
import { DEFAULT_VERSION } from './upstream';

/** Longest name: a label of a StatefulSet's pods, its name and a revision of up to 11 characters, may have 63. */
const LONGEST_NAME = 39;

/** Mistakes in the props of the stack. */
export function checkAirflow(scope: Construct, plan: AirflowPlan): void {
  const { props: { executor, dags, web, logs }, version, name, image } = plan;
  check(scope, /^2\.\d+\.\d+$/.test(version), () => (version.startsWith('3')
    ? `\`version\` is ${version}: Airflow 3 needs an api-server in place of the web server, a dag-processor, and other setting names, which are not offered. Use a release of 2, for example ${DEFAULT_VERSION}.`
    : `\`version\` is ${version}: not a release of Airflow 2. Write for example ${DEFAULT_VERSION}.`));
  check(scope, name.length <= LONGEST_NAME, () =>
    `\`name\` is "${name}", ${name.length} characters: names and labels are made from it, so it may have ${LONGEST_NAME}. Shorten it.`);
  const imageVersion = /:(\d+\.\d+\.\d+)/.exec(image)?.[1];
  check(scope, imageVersion === undefined || !image.includes('apache/airflow') || imageVersion === version, () =>
    `\`image\` is ${image}: its release is not \`version\`, ${version}, which decides commands and settings. Make the two the same.`);
  if (executor.kind === 'celery') {
    checkInteger(scope, 'executor.workers.replicas', executor.workers?.replicas, 1);
    checkSeconds(scope, 'executor.workers.gracePeriod', executor.workers?.gracePeriod, 0);
  }
  if (executor.kind === 'local') checkInteger(scope, 'executor.parallelism', executor.parallelism, 1);
  checkInteger(scope, 'web.replicas', web?.replicas, 1);
  checkWebExposure(scope, 'web.expose', web?.expose);
  if (logs?.retentionDays !== 'forever') checkInteger(scope, 'logs.retentionDays', logs?.retentionDays, 1);
  checkDags(scope, dags, plan.namespace);
  checkSharedVolumes(scope, plan);
  checkConfig(scope, plan);
}

const checkSeconds = (scope: Construct, key: string, duration: Duration | undefined, min: number): void => {
  checkInteger(scope, `${key} in seconds`, duration && secondsOf(duration), min);
};

function checkDags(scope: Construct, dags: Dags, namespace: string): void {
  if (dags.kind === 'claim') {
    check(scope, dags.claim.namespace === namespace, () =>
      `\`dags.claim\` is ${dags.claim.claimName} of namespace ${dags.claim.namespace}: pods of namespace ${namespace} cannot mount it. Make the claim in ${namespace}.`);
  }
  if (dags.kind !== 'image') {
    check(scope, dags.subPath === undefined || !/^\/|(^|\/)\.\.(\/|$)/.test(dags.subPath), () =>
      `\`dags.subPath\` is "${dags.subPath}": it is a folder inside the repository or volume, without a slash at the start and without "..". Correct it.`);
  }
  if (dags.kind !== 'git-sync') return;
  const { repository, ssh, period } = dags;
  const overSsh = /^(ssh:\/\/|[^/@]+@[^/:]+:)/.test(repository);
  check(scope, overSsh || /^https?:\/\//.test(repository), () =>
    `\`dags.repository\` is "${repository}": not a git address. Write git@host:path or https://host/path.`);
  check(scope, overSsh || !/^https?:\/\/[^/]*@/.test(repository), () =>
    '`dags.repository` has a login in it: anybody who may read the manifests could use it. Take it out; for a private repository, write git@host:path and give `dags.ssh`.');
  check(scope, !overSsh || ssh !== undefined, () =>
    `\`dags.repository\` is ${repository}, over SSH, and \`dags.ssh\` is missing: git could not log in. Give the Secrets of key and known_hosts.`);
  check(scope, overSsh || ssh === undefined, () =>
    `\`dags.ssh\` is given for ${repository}, which is not over SSH: the key would not be used. Write git@host:path, or leave \`dags.ssh\` out.`);
  checkSeconds(scope, 'dags.period', period, 1);
}

/** Volumes that pods on several nodes mount must allow it: the second pod would never start. */
function checkSharedVolumes(scope: Construct, { props: { dags, logs } }: AirflowPlan): void {
  const nodes = EnvironmentApp.find(scope)?.cluster.nodes.length ?? 1;
  if (nodes <= 1) return;
  check(scope, logs?.accessMode !== 'ReadWriteOnce', () =>
    `\`logs.accessMode\` is ReadWriteOnce, and the cluster has ${nodes} nodes: pods on a second node would never start. Use ReadWriteMany, and a class that offers it.`);
  check(scope, dags.kind !== 'claim' || dags.claim.accessMode.endsWith('Many'), () =>
    `\`dags.claim\` is ${dags.kind === 'claim' && dags.claim.accessMode}, and the cluster has ${nodes} nodes: pods on a second node would never start. Use a claim that is ReadOnlyMany or ReadWriteMany.`);
}

function checkConfig(scope: Construct, plan: AirflowPlan): void {
  const derived = derivedSettings(plan);
  for (const key of Object.keys(plan.props.config ?? {})) {
    check(scope, !derived.has(key), () => `\`config\` has ${key}: it follows from the typed props of the stack. Set it there, and leave it out here.`);
    check(scope, /^AIRFLOW__[A-Z0-9_]+?__[A-Z0-9_]+$/.test(key), () => `\`config\` has ${key}: a setting is AIRFLOW__SECTION__KEY in capital letters. Correct it.`);
  }
}
