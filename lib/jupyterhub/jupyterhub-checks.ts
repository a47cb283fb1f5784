import { type Duration } from 'cdk8s';
import { type Construct } from 'constructs';
import { checkCidr, checkInteger, checkNotEmpty, checkUnique } from '../core/checks';
import { check } from '../core/problems';
import { checkWebExposure } from '../services/web-exposure';
import { checkMounts } from '../storage/mounts';
import { checkMinimumSize } from '../storage/volume-claim';
import { type NotebookResources } from './options';
import { checkLogin } from './login-checks';
import { datasetsOf, HOME, SHARED_FOLDER } from './notebook-traits';
import { type JupyterHubPlan, secondsOf } from './plan';
import { derivedTraits, secretTraits } from './settings';
import { DEFAULT_VERSION } from './upstream';

/** Mistakes in the props of the stack. */
export function checkJupyterHub(scope: Construct, plan: JupyterHubPlan): void {
  const { props: { home, proxy, notebooks, idleCulling = {} } } = plan;
  checkImages(scope, plan);
  checkLogin(scope, plan);
  checkWebExposure(scope, 'proxy.expose', proxy?.expose);
  checkMinimumSize(scope, 'home.size', home.size, home.storageClass);
  checkInteger(scope, 'notebooks.runAsUser', notebooks.runAsUser, 1);
  checkSeconds(scope, 'notebooks.startTimeout', notebooks.startTimeout);
  if (idleCulling !== 'off') for (const key of ['timeout', 'every', 'maxAge'] as const) checkSeconds(scope, `idleCulling.${key}`, idleCulling[key]);
  checkProfiles(scope, plan);
  checkVolumes(scope, plan);
  checkNetwork(scope, plan);
  checkConfig(scope, plan);
}

const checkSeconds = (scope: Construct, key: string, duration: Duration | undefined): void => { checkInteger(scope, `${key} in seconds`, duration && secondsOf(duration), 1); };

const majorOf = (release: string): string | undefined => /^\d+/.exec(release)?.[0];

/** Major release of JupyterHub in the hub images, by that of their tag. */
const HUB_OF_TAG: Readonly<Record<string, string>> = { 3: '4', 4: '5' };

function checkImages(scope: Construct, { props: { version = DEFAULT_VERSION, notebooks, profiles = [] }, images }: JupyterHubPlan): void {
  const inHub = HUB_OF_TAG[majorOf(/k8s-hub:(.*)/.exec(images.hub)?.[1] ?? '') ?? ''];
  check(scope, inHub === undefined || inHub === majorOf(version), () =>
    `\`hub.image\` is ${images.hub}, which has JupyterHub ${inHub}: \`version\` is ${version}, which decides the settings. Make the two the same.`);
  const used = [{ key: 'notebooks.image', image: notebooks.image }, ...profiles.map(({ name, image }) => ({ key: `profiles["${name}"].image`, image: image ?? notebooks.image }))];
  for (const { key, image } of used.filter(({ image: other }, index) => index === 0 || other !== notebooks.image)) {
    check(scope, !image.startsWith('nvcr.io/nvidia/'), () =>
      `\`${key}\` is ${image}: images of NVIDIA have no jupyterhub-singleuser, and the server would end at once. Build one on it with \`pip install jupyterhub==${majorOf(version)}.*\`, and name that.`);
    const release = /:(?:.*-)?hub-(\d+)\./.exec(image)?.[1];
    check(scope, release === undefined || release === majorOf(version), () =>
      `\`${key}\` is ${image}, made for JupyterHub ${release}: the hub is ${version}. Use the image for hub-${version}.`);
  }
}

function checkProfiles(scope: Construct, { props: { notebooks, profiles = [] } }: JupyterHubPlan): void {
  checkResources(scope, 'notebooks', notebooks);
  checkUnique(scope, 'profiles.name', profiles.map(({ name }) => name), 'Give each profile a name of its own.');
  for (const profile of profiles) {
    const key = `profiles["${profile.name}"]`;
    check(scope, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(profile.name), () =>
      `\`profiles.name\` is "${profile.name}": it may have at most 63 characters, a-z, 0-9 and "-", with a letter or digit at both ends. Put other words in \`title\`.`);
    checkNotEmpty(scope, `${key}.title`, profile.title);
    checkResources(scope, key, profile);
  }
}

function checkResources(scope: Construct, key: string, { gpus, environment = {} }: NotebookResources): void {
  checkInteger(scope, `${key}.gpus`, gpus, 0);
  for (const name of Object.keys(environment)) {
    check(scope, /^[A-Za-z_][A-Za-z0-9_]*$/.test(name), () =>
      `\`${key}.environment\` has "${name}": the name of a variable has letters, digits and "_", and no digit first. Correct it.`);
    check(scope, !/^(JUPYTERHUB_|WORKSPACE_)/.test(name), () =>
      `\`${key}.environment\` has ${name}: JUPYTERHUB_ and WORKSPACE_ variables are set by the hub, for each user. Leave it out.`);
  }
}

function checkVolumes(scope: Construct, plan: JupyterHubPlan): void {
  const { namespace, props: { home: { mountPath: home = HOME }, shared, datasets = [] } } = plan;
  checkMounts(scope, shared ? 'shared and datasets' : 'datasets', namespace, datasetsOf(plan));
  check(scope, home.startsWith('/'), () => `\`home.mountPath\` is "${home}": it must be absolute. Start it with "/".`);
  check(scope, shared === undefined || shared.accessMode.endsWith('Many'), () =>
    `\`shared\` is claim ${shared?.claimName} with access mode ${shared?.accessMode}: servers on a second node would never start. Use ReadWriteMany.`);
  for (const { claimName, accessMode } of datasets.flatMap(({ dataset }) => dataset.claims).filter(claim => !claim.accessMode.endsWith('Many'))) {
    check(scope, false, () => `\`datasets\` has claim ${claimName} with access mode ${accessMode}: servers on a second node would never start. Use a claim that is ReadOnlyMany or ReadWriteMany.`);
  }
  for (const path of datasets.map(({ mountPath }) => mountPath)) {
    const hidden = [home, SHARED_FOLDER, '/dev/shm'].find(other => `${other}/`.startsWith(`${path.replace(/\/+$/, '')}/`));
    check(scope, hidden === undefined, () => `\`datasets\` has the mount path ${path}: it would hide ${hidden}, or be hidden by it. Mount it elsewhere, for example at ${home}/data.`);
  }
}

function checkNetwork(scope: Construct, { props: { network = {}, dataManagement } }: JupyterHubPlan): void {
  if (network === 'open') return;
  const { kubernetesApi, peers = [], addresses = [] } = network;
  check(scope, dataManagement === undefined || kubernetesApi !== undefined, () =>
    '`network.kubernetesApi` is missing, and `dataManagement` is given: notebooks would have rights and could not reach the Kubernetes API. '
    + 'Give the networks that `kubectl get endpoints kubernetes` shows, or write `network: \'open\'`.');
  check(scope, kubernetesApi === undefined || dataManagement !== undefined, () =>
    '`network.kubernetesApi` is given without `dataManagement`: notebooks have no token for it. Leave it out.');
  for (const cidr of kubernetesApi?.cidrs ?? []) checkCidr(scope, 'network.kubernetesApi.cidrs', cidr);
  check(scope, kubernetesApi === undefined || kubernetesApi.cidrs.length > 0, () => '`network.kubernetesApi.cidrs` is empty: a policy without addresses allows all of them. List the networks of the API servers.');
  for (const port of kubernetesApi?.ports ?? []) checkInteger(scope, 'network.kubernetesApi.ports', port, 1, 65535);
  for (const { podLabels, port } of peers) {
    checkInteger(scope, 'network.peers.port', port, 1, 65535);
    check(scope, Object.keys(podLabels).length > 0, () => '`network.peers.podLabels` is empty: a policy without labels allows all pods of the namespace. Give those of the pods.');
  }
  for (const { cidr, ports } of addresses) {
    checkCidr(scope, 'network.addresses.cidr', cidr);
    check(scope, ports.length > 0, () => '`network.addresses.ports` is empty: a policy without ports allows all of them. List the ports.');
    for (const port of ports) checkInteger(scope, 'network.addresses.ports', port, 1, 65535);
  }
}

function checkConfig(scope: Construct, plan: JupyterHubPlan): void {
  const derived = derivedTraits(plan);
  const secret = secretTraits(plan);
  for (const [className, traits] of Object.entries(plan.props.config ?? {})) {
    check(scope, /^[A-Z]\w*$/.test(className), () => `\`config\` has "${className}": it is the name of a class, for example KubeSpawner. Correct it.`);
    for (const trait of Object.keys(traits)) {
      check(scope, !(trait in (derived[className] ?? {})) && !secret.some(other => other.className === className && other.trait === trait), () =>
        `\`config\` has ${className}.${trait}: it follows from the typed props of the stack. Set it there, and leave it out here.`);
    }
  }
}
