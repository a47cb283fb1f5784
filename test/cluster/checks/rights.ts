import { type Environment } from '../../../apps/environment';

/** What a ServiceAccount may do in a namespace. */
export interface Right {
  readonly namespace: string;
  /** `pods`, `pods/exec`, `volumesnapshots.snapshot.storage.k8s.io`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Names that the right is limited to; all, if there are none. */
  readonly names?: readonly string[];
}

const TEAM = 'kubeflow-user-example-com';
const SNAPSHOTS = 'volumesnapshots.snapshot.storage.k8s.io';

/**
 * What every ServiceAccount of an environment is for, by `namespace/name`, written by hand: the manifests are held against this, so it
 * must not be derived from them.
 */
export const RIGHTS: Readonly<Record<string, (environment: Environment) => readonly Right[]>> = {
  // The KubernetesPodOperator and the Kubernetes executor: pods of tasks, their logs and events.
  'airflow/airflow': () => [
    { namespace: 'airflow', resource: 'pods', verbs: ['create', 'get', 'list', 'watch', 'patch', 'delete'] },
    { namespace: 'airflow', resource: 'pods/log', verbs: ['get', 'list'] },
    { namespace: 'airflow', resource: 'pods/exec', verbs: ['create', 'get'] },
    { namespace: 'airflow', resource: 'events', verbs: ['get', 'list'] },
  ],
  // Tasks that take snapshots of the results, and clone them.
  'airflow/airflow-data': ({ data }) => [
    { namespace: data!.namespace, resource: SNAPSHOTS, verbs: ['create', 'get', 'list'] },
    { namespace: data!.namespace, resource: 'persistentvolumeclaims', verbs: ['get'], names: ['tensorflow-results'] },
    { namespace: data!.namespace, resource: 'persistentvolumeclaims', verbs: ['create', 'get'] },
    { namespace: data!.namespace, resource: 'persistentvolumeclaims/status', verbs: ['get'] },
  ],
  // Pods of a Kubeflow team that ask for NetApp DataOps: snapshots of the listed volumes, clones of any.
  [`${TEAM}/netapp-dataops`]: ({ kubeflow }) => [
    { namespace: TEAM, resource: SNAPSHOTS, verbs: ['create', 'get', 'list'] },
    { namespace: TEAM, resource: 'persistentvolumeclaims', verbs: ['get'], names: [...kubeflow!.teams[TEAM]!.dataManagement!.snapshot!] },
    { namespace: TEAM, resource: 'persistentvolumeclaims', verbs: ['create', 'get'] },
    { namespace: TEAM, resource: 'persistentvolumeclaims/status', verbs: ['get'] },
  ],
  // Argo's executor reports results, makes and reads the snapshot, and a PyTorchJob where the pipeline trains with one.
  [`${TEAM}/mnist`]: ({ kubeflow }) => [
    kubeflow!.version === '1.7' ? { namespace: TEAM, resource: 'pods', verbs: ['get', 'patch'] } : { namespace: TEAM, resource: 'workflowtaskresults.argoproj.io', verbs: ['create', 'patch'] },
    { namespace: TEAM, resource: SNAPSHOTS, verbs: ['create', 'get'] },
    ...kubeflow!.teams[TEAM]!.pipelines!.mnist!.train.pyTorchJob ? [{ namespace: TEAM, resource: 'pytorchjobs.kubeflow.org', verbs: ['create', 'get'] }] : [],
  ],
  // What KubeSpawner calls for servers and homes that stay when users are deleted.
  'jupyterhub/hub': () => [
    { namespace: 'jupyterhub', resource: 'pods', verbs: ['create', 'delete', 'list', 'watch'] },
    { namespace: 'jupyterhub', resource: 'persistentvolumeclaims', verbs: ['create', 'get'] },
    { namespace: 'jupyterhub', resource: 'events', verbs: ['list', 'watch'] },
  ],
  // Notebooks that take snapshots of homes, whose names are not known.
  'jupyterhub/netapp-dataops': () => [
    { namespace: 'jupyterhub', resource: SNAPSHOTS, verbs: ['create', 'get', 'list'] },
    { namespace: 'jupyterhub', resource: 'persistentvolumeclaims', verbs: ['get', 'list'] },
  ],
  // The init step of a traced training job: a snapshot of its data. Training itself has no token.
  ...Object.fromEntries(['default', 'ai-training'].map(namespace => [`${namespace}/mnist-traced`, () => [
    { namespace, resource: SNAPSHOTS, verbs: ['create', 'get', 'list'] },
    { namespace, resource: 'persistentvolumeclaims', verbs: ['get'], names: ['tensorflow-results'] },
  ]])),
};

export const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** What a stolen token would be used for: none of it is allowed unless it is listed above. */
export const NEIGHBOURS = [
  'pods', 'pods/log', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/ephemeralcontainers', 'events', 'secrets', 'configmaps', 'services', 'serviceaccounts', 'serviceaccounts/token',
  'persistentvolumeclaims', 'persistentvolumeclaims/status', 'persistentvolumes', 'nodes', 'namespaces', 'resourcequotas',
  'deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'jobs.batch', 'cronjobs.batch',
  'roles.rbac.authorization.k8s.io', 'rolebindings.rbac.authorization.k8s.io', 'clusterroles.rbac.authorization.k8s.io', 'clusterrolebindings.rbac.authorization.k8s.io',
  SNAPSHOTS, 'volumesnapshotcontents.snapshot.storage.k8s.io', 'storageclasses.storage.k8s.io', 'tridentbackendconfigs.trident.netapp.io',
  'notebooks.kubeflow.org', 'poddefaults.kubeflow.org', 'profiles.kubeflow.org', 'workflows.argoproj.io', 'workflowtaskresults.argoproj.io', 'pytorchjobs.kubeflow.org',
];
