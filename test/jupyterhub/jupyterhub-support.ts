import { type Chart } from 'cdk8s';
import { type Authentication, type Cluster, ExistingClaim, type Json, JupyterHubStack, type JupyterHubStackProps, PlatformNamespace } from '../../lib';
import { build, type Built, CLUSTER } from '../support';

/** Path of the stack in error lines. */
export const PATH = '[test/20-layer/jupyterhub]';

/** A cluster with everything that the tests refer to. */
export const HUB_CLUSTER: Cluster = {
  ...CLUSTER,
  existing: [
    ...CLUSTER.existing ?? [],
    { kind: 'StorageClass', name: 'fast', accessModes: ['ReadWriteOnce', 'ReadWriteMany'] },
    { kind: 'StorageClass', name: 'block', accessModes: ['ReadWriteOnce'] },
    ...['shared', 'data', 'one'].map(name => ({ kind: 'PersistentVolumeClaim' as const, namespace: 'jupyterhub', name })),
    { kind: 'PersistentVolumeClaim', namespace: 'team', name: 'data' },
    ...['notebooks', 'large'].map(name => ({ kind: 'Queue' as const, name })),
  ],
};

export const claim = (name: string, accessMode: ExistingClaim['accessMode'] = 'ReadWriteMany', namespace = 'jupyterhub'): ExistingClaim => new ExistingClaim(namespace, name, accessMode);

export const PASSWORD: Authentication = { kind: 'shared-password', password: { secret: 'login', key: 'password' }, allowed: 'everyone' };
export const GITHUB: Extract<Authentication, { kind: 'github' }> = {
  kind: 'github', clientId: 'client', clientSecret: { secret: 'login', key: 'client' }, callbackUrl: 'https://hub.example.com/hub/oauth_callback', allowed: ['ann'],
};
export const OIDC: Extract<Authentication, { kind: 'oidc' }> = {
  kind: 'oidc', clientId: 'client', clientSecret: { secret: 'login', key: 'client' }, callbackUrl: 'https://hub.example.com/hub/oauth_callback', allowed: 'everyone',
  provider: { authorizeUrl: 'https://login.example.com/auth', tokenUrl: 'https://login.example.com/token', userinfoUrl: 'https://login.example.com/userinfo' },
};

/** As little as compiles. */
export const PROPS: JupyterHubStackProps = {
  namespace: 'jupyterhub',
  keys: { proxyToken: { secret: 'keys', key: 'proxy' }, cookieSecret: { secret: 'keys', key: 'cookie' } },
  authentication: PASSWORD,
  database: { kind: 'sqlite' },
  notebooks: { image: 'quay.io/jupyter/scipy-notebook:hub-5.5.0' },
  home: { size: '10Gi' },
};

/** Adds a stack to a layer. */
export const addStack = (layer: Chart, props: Partial<JupyterHubStackProps> = {}): JupyterHubStack => new JupyterHubStack(layer, 'jupyterhub', { ...PROPS, ...props });

/** An environment with one stack in a namespace with Pod Security `restricted`. */
export const jupyterhub = (props: Partial<JupyterHubStackProps> = {}, cluster: Cluster = HUB_CLUSTER): Built => build(layer => {
  new PlatformNamespace(layer, 'namespace', { name: props.namespace ?? 'jupyterhub' });
  addStack(layer, props);
}, { cluster });

/** What the hub reads. */
export const settings = (built: Built): { traits: Record<string, Json>; environment: Record<string, Record<string, string>> } => JSON.parse(built.one('ConfigMap', 'hub').data['settings.json'] as string);

/** Traits of a class. */
export const traits = (built: Built, className = 'KubeSpawner'): Json => settings(built).traits[className];

/** The container of a Deployment. */
export const containerOf = (built: Built, name: 'hub' | 'proxy'): Json => built.one('Deployment', name).spec.template.spec.containers[0];

/** `kind name` of every manifest but the namespace. */
export const objects = (built: Built): string[] => built.manifests.filter(({ kind }) => kind !== 'Namespace').map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
