import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import { type HubDatabase, type HubOptions, type IdleCulling, JupyterHubStack, type JupyterHubStackProps, type ProxyOptions, type Resources } from '../../lib';
import { build } from '../support';
import { addStack, claim, containerOf, HUB_CLUSTER, jupyterhub, objects, OIDC, PROPS, settings, traits } from './jupyterhub-support';

const RESOURCES: Required<Resources> = { cpu: 2, memory: '3Gi', memoryLimit: '4Gi' };
const LIMITED = { requests: { cpu: '2', memory: '3Gi' }, limits: { memory: '4Gi' } };
const ALL: Required<JupyterHubStackProps> = {
  namespace: 'jupyterhub',
  version: '4.1.5',
  keys: { proxyToken: { secret: 'keys', key: 'proxy' }, cookieSecret: { secret: 'keys', key: 'cookie' }, authState: { secret: 'keys', key: 'state' } },
  authentication: OIDC,
  database: { kind: 'postgresql', url: { secret: 'database', key: 'url' }, upgradeTables: true },
  notebooks: { image: 'quay.io/jupyter/scipy-notebook:hub-4.1.5' },
  profiles: [{ name: 'small', title: 'Small' }],
  home: { size: '10Gi' },
  shared: claim('shared'),
  datasets: [{ dataset: claim('data', 'ReadOnlyMany'), mountPath: '/mnt/data' }],
  dataManagement: {},
  idleCulling: { timeout: Duration.hours(2) },
  network: { kubernetesApi: { cidrs: ['10.0.0.0/24'] } },
  hub: { image: 'registry.example.com/hub:1', resources: RESOURCES },
  proxy: { image: 'registry.example.com/proxy:1', resources: RESOURCES, expose: { kind: 'cluster-ip' } },
  config: { KubeSpawner: { image_pull_secrets: ['registry'] } },
};

describe('every prop reaches the manifests; otherwise a team sets it and nothing changes', () => {
  const built = jupyterhub(ALL);

  test('there is no mistake', () => { expect(built.problems).toEqual([]); });

  test('version decides the settings, and images are those given', () => {
    expect(traits(built)).not.toHaveProperty('slug_scheme');
    expect([containerOf(built, 'hub').image, containerOf(built, 'proxy').image]).toEqual(['registry.example.com/hub:1', 'registry.example.com/proxy:1']);
    expect([containerOf(built, 'hub').resources, containerOf(built, 'proxy').resources]).toEqual([LIMITED, LIMITED]);
  });

  test('keys, login and database come from Secrets', () => {
    const fromSecrets = Object.fromEntries(containerOf(built, 'hub').env.flatMap(({ name, valueFrom }: { name: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }) =>
      (valueFrom ? [[name, `${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`]] : [])));
    expect(fromSecrets).toEqual({
      CONFIGPROXY_AUTH_TOKEN: 'keys/proxy', JPY_COOKIE_SECRET: 'keys/cookie', JUPYTERHUB_CRYPT_KEY: 'keys/state', OAUTH_CLIENT_SECRET: 'login/client', DATABASE_URL: 'database/url',
    });
    expect(containerOf(built, 'proxy').env).toEqual([{ name: 'CONFIGPROXY_AUTH_TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'proxy' } } }]);
    expect(settings(built).environment).toEqual({ JupyterHub: { db_url: 'DATABASE_URL' }, GenericOAuthenticator: { client_secret: 'OAUTH_CLIENT_SECRET' } });
    expect(traits(built, 'GenericOAuthenticator').enable_auth_state).toBe(true);
  });

  test('notebooks, profiles, homes, shared volume and data', () => {
    expect(traits(built)).toMatchObject({
      image: 'quay.io/jupyter/scipy-notebook:hub-4.1.5', storage_capacity: '10Gi', profile_list: [{ slug: 'small', display_name: 'Small' }], service_account: 'netapp-dataops',
      volume_mounts: [{ name: 'home', mountPath: '/home/jovyan' }, { name: 'shared', mountPath: '/home/shared' }, { name: 'data', mountPath: '/mnt/data', readOnly: true }],
    });
  });

  test('idle culling, network, exposure and further settings', () => {
    expect(traits(built, 'JupyterHub').services[0].command).toContain('--timeout=7200');
    expect(JSON.stringify(built.one('NetworkPolicy', 'singleuser'))).toContain('10.0.0.0/24');
    expect(built.one('Service', 'proxy-public').spec.type).toBe('ClusterIP');
    expect(traits(built).image_pull_secrets).toEqual(['registry']);
  });
});

describe('what the documents deploy is what is deployed where nothing else is asked for', () => {
  const built = jupyterhub();

  test('nothing that was not asked for: no Ingress, no rights on volumes, no account for notebooks, no Secret', () => {
    expect(built.problems).toEqual([]);
    expect(objects(built)).toEqual([
      'ConfigMap hub', 'Deployment hub', 'Deployment proxy', 'NetworkPolicy hub', 'NetworkPolicy proxy', 'NetworkPolicy singleuser', 'PersistentVolumeClaim hub-db-dir', 'Role hub',
      'RoleBinding hub', 'Service hub', 'Service proxy-api', 'Service proxy-public', 'ServiceAccount hub',
    ]);
    build(layer => { expect(addStack(layer).dataServiceAccount).toBeUndefined(); });
    build(layer => { expect(addStack(layer, { dataManagement: {} }).dataServiceAccount).toBe('netapp-dataops'); });
  });

  test('Services have the documents\' names and ports; the hub and the proxy find each other by them', () => {
    const ports = (name: string) => built.one('Service', name).spec.ports[0].port as number;
    expect({ hub: ports('hub'), api: ports('proxy-api'), public: ports('proxy-public') }).toEqual({ hub: 8081, api: 8001, public: 80 });
    expect(traits(built, 'JupyterHub')).toMatchObject({ hub_bind_url: 'http://:8081', hub_connect_url: 'http://hub:8081' });
    expect(traits(built, 'ConfigurableHTTPProxy')).toEqual({ should_start: false, api_url: 'http://proxy-api:8001' });
    expect(containerOf(built, 'proxy').command).toEqual([
      'configurable-http-proxy', '--ip=', '--port=8000', '--api-ip=', '--api-port=8001', '--default-target=http://hub:8081', '--error-target=http://hub:8081/hub/error',
    ]);
  });

  test('images are those of the current release', () => {
    expect([containerOf(built, 'hub').image, containerOf(built, 'proxy').image]).toEqual(['quay.io/jupyterhub/k8s-hub:4.4.0', 'quay.io/jupyterhub/configurable-http-proxy:5.2.0']);
    const documented = jupyterhub({ version: '4.1.5', notebooks: { image: 'example.com/a:1' } });
    expect([containerOf(documented, 'hub').image, containerOf(documented, 'proxy').image]).toEqual(['quay.io/jupyterhub/k8s-hub:3.3.7', 'quay.io/jupyterhub/configurable-http-proxy:4.6.1']);
    // @ts-expect-error a release whose image is not known does not compile
    const unknown: JupyterHubStackProps['version'] = '4.0.0';
    expect(unknown).toBeDefined();
  });

  test('one hub and one proxy, and never two at once: both would answer for the same servers', () => {
    for (const name of ['hub', 'proxy']) expect(built.one('Deployment', name).spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  test('a hub that goes leaves the servers of users running; otherwise each change of a setting ends everybody\'s work', () => {
    expect(traits(built, 'JupyterHub').cleanup_servers).toBe(false);
  });

  test('only the hub has a token for the Kubernetes API', () => {
    const token = (name: string) => built.one('Deployment', name).spec.template.spec.automountServiceAccountToken as boolean;
    expect([token('hub'), token('proxy'), traits(built).automount_service_account_token]).toEqual([true, false, false]);
    expect(traits(built)).not.toHaveProperty('service_account');
  });

  test('idle servers are stopped after an hour, by a service with the rights for that and no others', () => {
    expect(traits(built, 'JupyterHub').services).toEqual([{
      name: 'jupyterhub-idle-culler',
      command: ['python3', '-m', 'jupyterhub_idle_culler', '--url=http://localhost:8081/hub/api', '--timeout=3600', '--cull-every=600', '--concurrency=10'],
    }]);
    expect(traits(built, 'JupyterHub').load_roles).toEqual([{
      name: 'jupyterhub-idle-culler', scopes: ['list:users', 'read:users:activity', 'read:servers', 'delete:servers'], services: ['jupyterhub-idle-culler'],
    }]);
  });
});

test('the hub may do what KubeSpawner calls, and nothing else: not read Secrets, not delete homes that are to stay', () => {
  const rules = (props: Partial<JupyterHubStackProps>) => jupyterhub(props).one('Role', 'hub').rules as object[];
  expect(rules({})).toEqual([
    { apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'list', 'watch'] },
    { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['create', 'get'] },
    { apiGroups: [''], resources: ['events'], verbs: ['list', 'watch'] },
  ]);
  expect(rules({ home: { size: '1Gi', onUserDelete: 'delete' } })[1]).toEqual({ apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['create', 'get', 'delete'] });
});

describe('database', () => {
  const SQLITE: Required<Extract<HubDatabase, { kind: 'sqlite' }>> = { kind: 'sqlite', size: '2Gi', storageClass: { className: 'fast' } };

  test('SQLite on a claim that one node mounts, and tables follow the release', () => {
    const built = jupyterhub({ database: SQLITE });
    expect(built.one('PersistentVolumeClaim', 'hub-db-dir').spec).toEqual({ accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '2Gi' } } });
    expect(traits(built, 'JupyterHub').db_url).toBe('sqlite:////srv/jupyterhub/jupyterhub.sqlite');
    expect(containerOf(built, 'hub').volumeMounts).toContainEqual({ name: 'database', mountPath: '/srv/jupyterhub' });
    expect(containerOf(built, 'hub').args).toEqual(['jupyterhub', '--config', '/usr/local/etc/jupyterhub/jupyterhub_config.py', '--upgrade-db']);
    expect(jupyterhub().one('PersistentVolumeClaim', 'hub-db-dir').spec).toEqual({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } });
  });

  test('PostgreSQL elsewhere: no claim, the URL only in a Secret, and tables stay as they are unless asked', () => {
    const POSTGRESQL: Required<Extract<HubDatabase, { kind: 'postgresql' }>> = { kind: 'postgresql', url: { secret: 'database', key: 'url' }, upgradeTables: false };
    const built = jupyterhub({ database: POSTGRESQL });
    expect(objects(built)).not.toContain('PersistentVolumeClaim hub-db-dir');
    expect(traits(built, 'JupyterHub')).not.toHaveProperty('db_url');
    expect(containerOf(built, 'hub').args).not.toContain('--upgrade-db');
    expect(containerOf(jupyterhub({ database: { ...POSTGRESQL, upgradeTables: true } }), 'hub').args).toContain('--upgrade-db');
  });

  test('a mixture does not compile', () => {
    // @ts-expect-error SQLite has no URL
    const database: HubDatabase = { kind: 'sqlite', url: { secret: 's', key: 'k' } };
    expect(database.kind).toBe('sqlite');
  });
});

test('each option of culling, hub and proxy has its place', () => {
  const idleCulling: Required<IdleCulling> = { timeout: Duration.minutes(30), every: Duration.minutes(5), maxAge: Duration.days(2) };
  const hub: Required<HubOptions> = { image: 'quay.io/jupyterhub/k8s-hub:4.4.0', resources: RESOURCES };
  const proxy: Required<ProxyOptions> = { image: 'example.com/proxy:1', resources: RESOURCES, expose: { kind: 'node-port', port: 30000 } };
  const built = jupyterhub({ idleCulling, hub, proxy });
  expect(traits(built, 'JupyterHub').services[0].command).toEqual(expect.arrayContaining(['--timeout=1800', '--cull-every=300', '--max-age=172800']));
  expect(built.one('Service', 'proxy-public').spec).toEqual({ type: 'NodePort', selector: { app: 'jupyterhub', component: 'proxy' }, ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort: 30000 }] });
  expect(Object.keys(traits(jupyterhub({ idleCulling: 'off' }), 'JupyterHub') as object)).not.toContain('services');
});

test('an Ingress leads to the proxy', () => {
  const built = jupyterhub({ proxy: { expose: { kind: 'ingress', host: 'hub.example.com', className: 'nginx', tlsSecret: 'tls' } } });
  expect(built.problems).toEqual([]);
  expect(built.one('Ingress', 'proxy-public').spec).toEqual({
    ingressClassName: 'nginx', tls: [{ hosts: ['hub.example.com'], secretName: 'tls' }],
    rules: [{ host: 'hub.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'proxy-public', port: { name: 'http' } } } }] } }],
  });
});

test('a changed setting replaces the hub\'s pod, an unchanged one does not; otherwise the change waits for the next restart', () => {
  const checksum = (props: Partial<JupyterHubStackProps> = {}) => jupyterhub(props).one('Deployment', 'hub').spec.template.metadata.annotations['checksum/config'] as string;
  expect(checksum()).toBe(checksum());
  expect(checksum({ home: { size: '11Gi' } })).not.toBe(checksum());
});

test('the escape hatch reaches every object', () => {
  const built = build(layer => {
    const stack = new JupyterHubStack(layer, 'jupyterhub', { ...PROPS, namespace: 'team' });
    ApiObject.of(stack.node.findChild('hub')).addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'high'));
  }, { cluster: HUB_CLUSTER });
  expect(built.one('Deployment', 'hub').spec.template.spec.priorityClassName).toBe('high');
});

test('every Secret is in the list of prerequisites with the line that makes it; without it, pods wait for ever', () => {
  const secrets = jupyterhub({
    ...ALL, notebooks: { ...ALL.notebooks, environment: { TOKEN: { secret: 'mlflow', key: 'token' } } }, proxy: { expose: { kind: 'ingress', host: 'hub.example.com', tlsSecret: 'tls' } },
  }).app.prerequisites().filter(({ area }) => area === 'Secrets');
  expect(secrets.flatMap(({ commands = [] }) => commands)).toEqual([
    'kubectl -n jupyterhub create secret generic keys --from-literal=proxy="$(openssl rand -hex 32)" --from-literal=cookie="$(openssl rand -hex 32)" --from-literal=state="$(openssl rand -hex 32)"',
    'kubectl -n jupyterhub create secret generic database --from-file=url=./url',
    'kubectl -n jupyterhub create secret generic login --from-file=client=./client',
    'kubectl -n jupyterhub create secret generic mlflow --from-file=token=./token',
    'kubectl -n jupyterhub create secret generic tls --from-file=tls.crt=./tls.crt --from-file=tls.key=./tls.key',
  ]);
});

test('what must hold before the first apply, and cannot be seen here, is said', () => {
  const said = (props: Partial<JupyterHubStackProps>) => jupyterhub(props).app.prerequisites().filter(({ neededBy }) => neededBy.includes('20-layer/jupyterhub')).map(({ what }) => what);
  expect(said({})).toEqual(expect.arrayContaining([
    'Nodes mount claim jupyterhub/hub-db-dir with NFS 4 or newer, or it is of a block class: SQLite needs its locks. After the first apply, the line shows vers=4.x or no NFS',
    'The network plugin enforces NetworkPolicies, for example Calico or Cilium; without that, notebooks reach everything',
    'quay.io/jupyter/scipy-notebook:hub-5.5.0 can be pulled by the nodes',
  ]));
  expect(said(ALL)).toEqual(expect.arrayContaining([
    'The servers of the Kubernetes API are in 10.0.0.0/24; with Cilium, which does not see them as addresses, add a CiliumNetworkPolicy to entity kube-apiserver',
    'The login provider knows client client with the callback URL https://hub.example.com/hub/oauth_callback, and the hub\'s pod can reach it',
  ]));
  expect(said(ALL).filter(what => what.includes('hub-db-dir'))).toEqual([]);
  expect(said({ database: { kind: 'sqlite', storageClass: { className: 'block' } } }).filter(what => what.includes('hub-db-dir'))).toEqual([]);
  expect(said({ database: { kind: 'sqlite', storageClass: { className: 'fast' } } }).filter(what => what.includes('hub-db-dir'))).toHaveLength(1);
  expect(said(ALL)).toEqual(expect.arrayContaining(['registry.example.com/hub:1 can be pulled by the nodes', 'registry.example.com/proxy:1 can be pulled by the nodes']));
  expect(said({ network: 'open' }).filter(what => what.includes('NetworkPolicies'))).toEqual([]);
  expect(said({ notebooks: { ...PROPS.notebooks, gpus: 1 } })).toContain('Nodes with free GPUs for notebooks, offered as nvidia.com/gpu by the NVIDIA device plugin');
  expect(said({ authentication: { kind: 'native', allowed: 'everyone', admins: ['ann', 'bob'] } })).toContain(
    'After the first apply, and before others can reach the page: sign up as ann, bob; administrators need nobody to let them in');
});
