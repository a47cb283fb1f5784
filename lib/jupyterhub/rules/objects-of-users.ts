import { type ApiObject } from 'cdk8s';
import { type Construct } from 'constructs';
import { GPU_RESOURCE } from '../../core/cluster';
import { queuedPod, queueLabels } from '../../core/gpu-queue';
import { type Json, type Manifest, type Rule } from '../../core/model';
import { accessModes } from '../../core/rules/access-modes';
import { gpus } from '../../core/rules/gpus';
import { images } from '../../core/rules/images';
import { podSecurity as podSecurityLevel } from '../../core/rules/pod-security';
import { quantities } from '../../core/rules/quantities';
import { references } from '../../core/rules/references';
import { RESTRICTED_CONTAINER } from '../../core/security-context';
import { claimManifest } from '../../storage/volume-claim';
import { accountOf, NOTEBOOK_PRIORITY, podSecurity, volumesOf } from '../notebook-traits';
import { type NotebookResources } from '../options';
import { type JupyterHubPlan } from '../plan';

const HOME_CLAIM = 'home-of-a-user';

/**
 * The claim and the pods that the hub will make for a user, held against the rules that hold for manifests: a class or claim that is not there, an access mode
 * that the class cannot give, more GPUs than a node has, a request above its limit. Otherwise it would show when the first user waits for a server.
 */
export const objectsOfUsers = (scope: Construct, plan: JupyterHubPlan): Rule => model => {
  const own = [homeOf(scope, plan), ...podsOf(scope, plan)];
  const manifests = [...own, ...model.manifests.filter(({ kind }) => kind === 'Namespace' || kind === 'StorageClass')];
  const paths = new Set(own.map(({ path }) => path));
  return [references, accessModes, gpus, images, podSecurityLevel, quantities]
    .flatMap(rule => rule({ ...model, manifests, existing: [...model.existing, ...model.manifests] }))
    .filter(({ path }) => paths.has(path));
};

function homeOf(scope: Construct, { namespace, props: { home } }: JupyterHubPlan): Manifest {
  return manifestOf(scope, 'home', claimManifest({ ...home, claimName: HOME_CLAIM, namespace, accessMode: home.accessMode ?? 'ReadWriteOnce' }));
}

/** The pod of each profile, or the one of all, as KubeSpawner makes it. */
function podsOf(scope: Construct, plan: JupyterHubPlan): Manifest[] {
  const { notebooks, profiles = [] } = plan.props;
  const pod = (title: string, resources: NotebookResources & { readonly image: string }) => manifestOf(scope, title, {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name: 'server-of-a-user', namespace: plan.namespace, labels: queueLabels(resources.queue, NOTEBOOK_PRIORITY) },
    spec: podOf(plan, resources),
  });
  if (profiles.length === 0) return [pod('notebooks', notebooks)];
  return profiles.map(profile => pod(`profiles["${profile.name}"]`, { ...notebooks, ...given(profile), nodeSelector: { ...notebooks.nodeSelector, ...profile.nodeSelector } }));
}

const given = <T extends object>(profile: T) => Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined)) as T & { readonly image: string };

function podOf(plan: JupyterHubPlan, { image, cpu = 0.5, cpuLimit, memory = '1Gi', memoryLimit, gpus: wanted, nodeSelector, queue, environment = {}, ...resources }: NotebookResources & { readonly image: string }): Json {
  const { volumes, volumeMounts } = volumesOf(plan, HOME_CLAIM, resources);
  return {
    serviceAccountName: accountOf(plan),
    securityContext: podSecurity(plan),
    nodeSelector,
    ...queuedPod(queue),
    volumes,
    containers: [{
      name: 'notebook',
      image,
      env: Object.entries(environment).map(([name, value]) => (typeof value === 'string' ? { name, value } : { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } })),
      resources: { requests: { cpu, memory }, limits: { cpu: cpuLimit, memory: memoryLimit, [GPU_RESOURCE]: wanted } },
      volumeMounts,
      securityContext: RESTRICTED_CONTAINER,
    }],
  };
}

function manifestOf(scope: Construct, part: string, json: Json): Manifest {
  const { apiVersion, kind, metadata: { name, namespace } } = json;
  return { path: `${scope.node.path}/${part}`, apiVersion, kind, name, namespace, json, source: scope as unknown as ApiObject };
}
