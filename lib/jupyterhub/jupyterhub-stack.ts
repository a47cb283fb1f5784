import { Construct } from 'constructs';
import { EnvironmentApp } from '../core/environment-app';
import { addObject } from '../core/manifest-object';
import { type Claim } from '../storage/claim';
import { type DatasetMount } from '../storage/mounts';
import { VolumeAccess } from '../storage/volume-access';
import { type Authentication } from './authentication';
import { addHub, addHubAccount } from './hub';
import { checkJupyterHub } from './jupyterhub-checks';
import { declareNeeds } from './jupyterhub-prerequisites';
import { addNetworkPolicies } from './network';
import { accountOf } from './notebook-traits';
import {
  type HomeOptions, type HubDatabase, type HubKeys, type HubOptions, type IdleCulling, type JupyterHubConfig, type NetworkOptions, type NotebookDataManagement, type NotebookOptions,
  type NotebookProfile, type ProxyOptions,
} from './options';
import { identityOf, type JupyterHubPlan } from './plan';
import { addProxy } from './proxy';
import { databaseLocks } from './rules/database-locks';
import { objectsOfUsers } from './rules/objects-of-users';
import { DEFAULT_VERSION, IMAGES, type JupyterHubVersion, NAMES, releaseOf } from './upstream';

/** What a JupyterHub is made with. */
export interface JupyterHubStackProps {
  /** Namespace of everything, users' servers and volumes too; one JupyterHub in each. */
  readonly namespace: string;
  /** Release; it decides images and the names of settings. Homes keep their names from one to the other. @default 5.5.0 */
  readonly version?: JupyterHubVersion;
  /** Keys that the parts share. */
  readonly keys: HubKeys;
  /** How users log in, and who may. */
  readonly authentication: Authentication;
  /** Where the hub keeps users, servers and tokens. */
  readonly database: HubDatabase;
  /** Servers of users. */
  readonly notebooks: NotebookOptions;
  /** What users choose from when they start a server; the first one is chosen beforehand. @default - no choice: a server as `notebooks` says */
  readonly profiles?: readonly NotebookProfile[];
  /** Volume of each user. */
  readonly home: HomeOptions;
  /** A volume that all users share, at /home/shared. @default - none */
  readonly shared?: Claim;
  /** Further data of all users. @default - none */
  readonly datasets?: readonly DatasetMount[];
  /** Rights of notebooks to take snapshots of their volumes. @default - none: notebooks have no token for the Kubernetes API */
  readonly dataManagement?: NotebookDataManagement;
  /** Stops servers that nobody uses. @default - after an hour */
  readonly idleCulling?: IdleCulling | 'off';
  /** Where notebooks may connect to; `open` writes no NetworkPolicies at all. @default - hub, proxy, name resolution and public addresses */
  readonly network?: NetworkOptions | 'open';
  /** The hub. @default - 200m, 512Mi */
  readonly hub?: HubOptions;
  /** The proxy. @default - 200m, 512Mi, on a NodePort that Kubernetes chooses */
  readonly proxy?: ProxyOptions;
  /** Further traits of JupyterHub and KubeSpawner, by class, as JSON. Never a secret, and none that follows from the other props. @default - none */
  readonly config?: JupyterHubConfig;
}

/**
 * JupyterHub as plain manifests: the documents' deployment (chart 3.3.7, JupyterHub 4.1.5) under its names, without Helm: hub, proxy, rights, policies, and
 * the settings by which the hub makes a pod and a volume for each user. Source: the documents' JupyterHub page; JupyterHub, KubeSpawner.
 */
export class JupyterHubStack extends Construct {
  /** ServiceAccount of notebooks, where `dataManagement` is given. */
  public readonly dataServiceAccount?: string;

  constructor(scope: Construct, id: string, props: JupyterHubStackProps) {
    super(scope, id);
    const release = releaseOf(props.version ?? DEFAULT_VERSION);
    const plan: JupyterHubPlan = {
      props, release, namespace: props.namespace,
      images: { hub: props.hub?.image ?? `${IMAGES.hub}:${release.hubTag}`, proxy: props.proxy?.image ?? `${IMAGES.proxy}:${release.proxyTag}` },
    };
    checkJupyterHub(this, plan);
    declareNeeds(this, plan);
    const app = EnvironmentApp.find(this);
    app?.addRule(objectsOfUsers(this, plan));
    app?.addRule(databaseLocks);

    addHubAccount(this, plan);
    addHub(this, plan);
    addProxy(this, plan);
    this.dataServiceAccount = accountOf(plan);
    if (props.dataManagement) this.addDataManagement(plan, props.dataManagement);
    if (props.network !== 'open') addNetworkPolicies(this, plan, props.network ?? {});
  }

  private addDataManagement(plan: JupyterHubPlan, { role, serviceAccount = 'own' }: NotebookDataManagement): void {
    const account = { namespace: plan.namespace, name: serviceAccount === 'own' ? NAMES.dataAccount : serviceAccount };
    if (serviceAccount === 'own') {
      addObject(this, 'data-service-account', identityOf('singleuser-server'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account, automountServiceAccountToken: false });
    }
    new VolumeAccess(this, 'snapshot-rights', { name: NAMES.dataRights, claims: { everyClaimIn: plan.namespace, role }, right: 'snapshot', serviceAccount: account });
  }
}
