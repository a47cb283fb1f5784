import { type Construct } from 'constructs';
import { EnvironmentApp } from '../core/environment-app';
import { declareQueueNeeds } from '../core/gpu-queue';
import { declarePrerequisite } from '../core/prerequisites';
import { requireSecret, type SecretKey } from '../core/secret-requirements';
import { declareWebSecrets } from '../services/web-exposure';
import { type StorageClassReference, TridentStorageClass } from '../storage/storage-class';
import { callbackUrlOf } from './login-traits';
import { type JupyterHubPlan } from './plan';
import { HUB_FOLDER, secretTraits } from './settings';
import { NAMES } from './upstream';

const HEX_KEY = '$(openssl rand -hex 32)';

/** Declares every Secret that the stack refers to, and what it expects of cluster, nodes and login provider. */
export function declareNeeds(scope: Construct, plan: JupyterHubPlan): void {
  const { props: { keys, proxy, notebooks, profiles = [] }, namespace } = plan;
  const need = ({ secret, key }: SecretKey, purpose: string, generate?: string) => { requireSecret(scope, { namespace, name: secret, keys: [key], purpose, generate }); };
  need(keys.proxyToken, 'what the hub shows the proxy', HEX_KEY);
  need(keys.cookieSecret, 'key of login cookies', HEX_KEY);
  if (keys.authState) need(keys.authState, 'key that encrypts what login providers hand over', HEX_KEY);
  for (const { source, purpose } of secretTraits(plan)) need(source, purpose);
  for (const { environment = {} } of [notebooks, ...profiles]) {
    for (const [name, value] of Object.entries(environment)) if (typeof value !== 'string') need(value, `variable ${name} of notebooks, which every user can read`);
  }
  declareWebSecrets(scope, namespace, proxy?.expose);
  declareLogin(scope, plan);
  declareStorage(scope, plan);
  declareNetwork(scope, plan);
  declareNodes(scope, plan);
  if ([notebooks, ...profiles].some(({ queue }) => queue)) declareQueueNeeds(scope);
}

function declareLogin(scope: Construct, plan: JupyterHubPlan): void {
  const { authentication: login } = plan.props;
  if (login.kind === 'github' || login.kind === 'oidc') {
    declarePrerequisite(scope, { area: 'Cluster', what: `The login provider knows client ${login.clientId} with the callback URL ${callbackUrlOf(plan, login)}, and the hub's pod can reach it` });
  }
  if (login.kind === 'native' && (login.admins ?? []).length > 0) {
    declarePrerequisite(scope, { area: 'Cluster', what: `After the first apply, and before others can reach the page: sign up as ${login.admins?.join(', ')}; administrators need nobody to let them in` });
  }
}

function declareStorage(scope: Construct, { props: { database }, namespace }: JupyterHubPlan): void {
  if (database.kind !== 'sqlite' || locksAreKnown(scope, database.storageClass)) return;
  declarePrerequisite(scope, {
    area: 'Nodes',
    what: `Nodes mount claim ${namespace}/${NAMES.database} with NFS 4 or newer, or it is of a block class: SQLite needs its locks. After the first apply, the line shows vers=4.x or no NFS`,
    commands: [`kubectl -n ${namespace} exec deploy/${NAMES.hub} -- grep ' ${HUB_FOLDER} ' /proc/mounts`],
  });
}

/** Whether a class says itself that its locks work: it mounts with NFS 4 or newer, or serves one node at a time, as NFS never does. */
function locksAreKnown(scope: Construct, storageClass: StorageClassReference | undefined): boolean {
  if (storageClass instanceof TridentStorageClass) return storageClass.nfs !== undefined;
  const existing = EnvironmentApp.find(scope)?.cluster.existing?.find(object => object.kind === 'StorageClass' && (storageClass ? object.name === storageClass.className : object.isDefault === true));
  return existing?.kind === 'StorageClass' && !existing.accessModes.includes('ReadWriteMany');
}

function declareNetwork(scope: Construct, { props: { network = {} } }: JupyterHubPlan): void {
  if (network === 'open') return;
  declarePrerequisite(scope, { area: 'Network', what: 'The network plugin enforces NetworkPolicies, for example Calico or Cilium; without that, notebooks reach everything' });
  if (!network.kubernetesApi) return;
  declarePrerequisite(scope, {
    area: 'Network',
    what: `The servers of the Kubernetes API are in ${network.kubernetesApi.cidrs.join(', ')}; with Cilium, which does not see them as addresses, add a CiliumNetworkPolicy to entity kube-apiserver`,
    commands: ['kubectl -n default get endpoints kubernetes'],
  });
}

function declareNodes(scope: Construct, { props: { notebooks, profiles = [], hub, proxy } }: JupyterHubPlan): void {
  const all = [notebooks, ...profiles];
  for (const image of new Set([...[hub?.image, proxy?.image].filter(image => image !== undefined), ...all.map(({ image: own }) => own ?? notebooks.image)])) {
    declarePrerequisite(scope, { area: 'Images', what: `${image} can be pulled by the nodes` });
  }
  if (all.some(({ gpus = 0 }) => gpus > 0)) {
    declarePrerequisite(scope, {
      area: 'Nodes',
      what: 'Nodes with free GPUs for notebooks, offered as nvidia.com/gpu by the NVIDIA device plugin',
      commands: ['kubectl get nodes -o custom-columns=NAME:.metadata.name,GPUS:.status.allocatable.nvidia\\.com/gpu'],
    });
  }
}
