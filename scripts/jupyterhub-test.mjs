// Runs what JupyterHubStack writes on the real programs: JupyterHub, KubeSpawner and the proxy of both releases, with the emitted settings, arguments, environment and
// probes; Kubernetes, the notebook server and the login provider are stand-ins on loopback. Needs python3 and PostgreSQL; all else comes from PyPI and npm.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Browser } from './jupyterhub/browser.mjs';
import { kubernetesApi, loginProvider, notebookServer } from './jupyterhub/stand-ins.mjs';
import { hasEnded, install, NASTY, realRun, root, stop, until } from './real-run.mjs';

const { work, check, start, startPostgresql, end } = realRun('jupyterhub-test', ['python3', 'initdb'], 'python3-venv postgresql');
const { EnvironmentApp, ExistingClaim, JupyterHubStack } = createRequire(import.meta.url)(join(root, 'out/lib/index.js'));

/** What is in the hub images of the two releases. Source: their requirements.txt. */
const RELEASES = {
  '3.3.7': ['jupyterhub==4.1.5', 'jupyterhub-kubespawner==6.2.0', 'kubernetes-asyncio==29.0.0', 'jupyterhub-idle-culler==1.3.1', 'oauthenticator==16.3.0', 'jupyterhub-nativeauthenticator==1.2.0', 'sqlalchemy==2.0.29', 'psycopg2-binary'],
  '4.4.0': ['jupyterhub==5.5.0', 'jupyterhub-kubespawner==7.0.0', 'kubernetes-asyncio==36.1.0', 'jupyterhub-idle-culler==1.4.0', 'oauthenticator==17.4.0', 'jupyterhub-nativeauthenticator==1.3.0', 'sqlalchemy==2.0.51', 'psycopg2-binary'],
};
/** Names that logins may give: mail addresses, braces, quotes, spaces, look-alikes of other users' servers. */
const HOSTILE = ['plain', 'first.last@example.com', 'a{b}c', 'a--b', 'quote"\'x', 'with space', '0digit'];
/** Names that KubeSpawner 6 cannot make labels of; users of them get no server there. */
const SINCE_7 = ['ünï', '_x', `${'long.'.repeat(14)}name@example.com`];

const HOSTS = { hub: '127.0.0.44', proxy: '127.0.0.45', api: '127.0.0.46', notebook: '127.0.0.47', login: '127.0.0.48', database: '127.0.0.49' };
const same = (actual, expected, what) => {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
};
const none = (list, what) => same(list, [], what);

/** Programs of a hub image. */
const hubPrograms = tag => join(install(`jupyterhub-${tag}`, RELEASES[tag]), 'bin');
/** Programs of a proxy image. */
function proxyPrograms(tag) {
  const folder = join(root, 'node_modules/.cache', `configurable-http-proxy-${tag}`);
  if (!existsSync(join(folder, 'node_modules/.bin/configurable-http-proxy'))) {
    console.log(`Installing configurable-http-proxy ${tag} from npm`);
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', folder, `configurable-http-proxy@${tag}`], { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder });
  }
  return join(folder, 'node_modules/.bin');
}

/** The stack of an environment, as it is committed. */
class Written {
  constructor(manifests) {
    this.manifests = manifests;
  }

  static of(environment) {
    return new Written(parseAllDocuments(readFileSync(join(root, `dist/${environment}/70-jupyterhub.k8s.yaml`), 'utf8')).map(document => document.toJS()));
  }

  find(kind, name) {
    return this.manifests.find(manifest => manifest.kind === kind && manifest.metadata.name === name);
  }

  container(name) {
    return this.find('Deployment', name).spec.template.spec.containers[0];
  }

  get tags() {
    return { hub: this.container('hub').image.split(':')[1], proxy: this.container('proxy').image.split(':')[1] };
  }

  /** Writes the hub's settings, with the addresses that they have here. */
  settings(folder, addresses = {}) {
    mkdirSync(folder, { recursive: true });
    for (const [file, content] of Object.entries(this.find('ConfigMap', 'hub').data)) {
      writeFileSync(join(folder, file), Object.entries(addresses).reduce((text, [from, to]) => text.replaceAll(from, to), content));
    }
  }
}

async function stopAndWait(child) {
  stop(child);
  await until('end', 20, () => hasEnded(child));
}

/** Variables of a container; those from Secrets have the given values. */
const variablesOf = (container, secrets) => Object.fromEntries(container.env.map(({ name, value }) => [name, value ?? secrets[name]]));

/** How users of an environment log in, and who they are then. */
const LOGINS = {
  'shared-password': {
    user: 'somebody',
    login: (browser, password = NASTY) => browser.submit('/hub/login', { username: 'somebody', password }, '/hub/login?next=%2Fhub%2Fhome'),
  },
  native: {
    user: 'admin',
    async signUp(browser) {
      await browser.submit('/hub/signup', { username: 'admin', signup_password: NASTY, signup_password_confirmation: NASTY });
    },
    login: (browser, password = NASTY) => browser.submit('/hub/login', { username: 'admin', password }, '/hub/login?next=%2Fhub%2Fhome'),
  },
  oidc: { user: 'someone@example.com', login: browser => browser.open('GET', '/hub/oauth_login?next=%2Fhub%2Fhome') },
};

async function environment(name, kind, { profile, home }) {
  const written = Written.of(name);
  const { tags } = written;
  const say = text => `${name}, ${tags.hub}: ${text}`;
  const folder = join(work, name);
  mkdirSync(join(folder, 'hub'), { recursive: true });
  const api = await kubernetesApi(HOSTS.api, HOSTS.notebook);
  const notebook = await notebookServer(HOSTS.notebook);
  let person = { preferred_username: 'Someone@example.com', groups: ['data-science'] };
  const provider = await loginProvider(HOSTS.login, () => person, NASTY);
  const hubUrl = `http://${HOSTS.hub}:8081`;
  const proxyUrl = `http://${HOSTS.proxy}:8000`;
  const addresses = {
    'http://hub:8081': hubUrl, 'http://:8081': hubUrl, 'http://localhost:8081': hubUrl, 'http://proxy-api:8001': `http://${HOSTS.proxy}:8001`, '/srv/jupyterhub': join(folder, 'hub'),
    'https://jupyter.example.com': proxyUrl, 'https://login.example.com': provider.url,
  };
  const here = text => Object.entries({ ...addresses, '/usr/local/etc/jupyterhub': join(folder, 'settings') }).reduce((result, [from, to]) => result.replaceAll(from, to), text);
  written.settings(join(folder, 'settings'), addresses);
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'test', contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server: api.url } }], users: [{ name: 'test', user: {} }],
  }));
  const secrets = {
    CONFIGPROXY_AUTH_TOKEN: 'a1'.repeat(32), JPY_COOKIE_SECRET: 'b2'.repeat(32), JUPYTERHUB_CRYPT_KEY: 'c3'.repeat(32), SHARED_PASSWORD: NASTY, OAUTH_CLIENT_SECRET: NASTY,
    DATABASE_URL: `postgresql+psycopg2://hub:${encodeURIComponent(NASTY)}@${HOSTS.database}/jupyterhub`,
  };
  const path = `${hubPrograms(tags.hub)}:${proxyPrograms(tags.proxy)}:${process.env.PATH}`;
  const hub = written.container('hub');
  const proxy = written.container('proxy');
  const env = container => ({ PATH: path, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig'), LC_ALL: 'C.UTF-8', ...variablesOf(container, secrets) });
  const startHub = () => start(`${name}-hub`, hub.args.map(here), env(hub), join(folder, 'hub'));
  const log = () => readFileSync(join(work, `${name}-hub.log`), 'utf8');
  const probe = (container, url) => new Browser(url).status(container.livenessProbe.httpGet.path);
  const { user, login, signUp } = LOGINS[kind];

  const proxyProcess = start(`${name}-proxy`, proxy.command.map(argument => here(argument).replace(/^(--(?:api-)?ip)=$/, `$1=${HOSTS.proxy}`)), env(proxy), folder);
  await check(say('the probe of the proxy passes'), () => until('proxy', 30, async () => await probe(proxy, proxyUrl) === 200));
  let hubProcess = startHub();
  await check(say('the probe of the hub passes'), () => until('hub', 60, async () => await probe(hub, hubUrl) === 200));
  await check(say('the proxy leads to the hub'), () => until('login page', 20, async () => (await new Browser(proxyUrl).open('GET', '/')).text.includes('JupyterHub')));
  await check(say('nobody sets routes without the token'), async () => same(await new Browser(`http://${HOSTS.proxy}:8001`).status('/api/routes'), 403, 'status'));

  const browser = new Browser(proxyUrl);
  if (signUp) await check(say('a user who has signed up'), () => signUp(browser));
  if (kind !== 'oidc') {
    await check(say('a wrong password is refused'), async () => {
      const stranger = new Browser(proxyUrl);
      await login(stranger, 'wrong');
      same((await stranger.once('GET', '/hub/home')).status, 302, 'status of the home page');
    });
  } else {
    await check(say('who is in none of the groups is refused'), async () => {
      const stranger = new Browser(proxyUrl);
      person = { preferred_username: 'stranger', groups: ['others'] };
      same((await login(stranger)).status, 403, 'status');
      person = { preferred_username: 'Someone@example.com', groups: ['data-science'] };
    });
  }
  const loggedIn = async () => {
    const { status, text } = await browser.once('GET', '/hub/home');
    same([status, text.includes(user)], [200, true], 'home page');
  };
  await check(say('a user logs in; a Secret with special characters arrives unchanged'), async () => {
    await login(browser);
    await loggedIn();
  });

  await check(say('the server of a user starts, and the proxy leads to it'), async () => {
    await browser.submit('/hub/spawn', profile ? { profile } : {}, `/hub/spawn/${encodeURIComponent(user)}?_xsrf=${encodeURIComponent(browser.cookies.get('_xsrf') ?? '')}`);
    await until('server', 60, async () => (await browser.once('GET', `/user/${encodeURIComponent(user)}/lab`)).text.includes('"notebook":true'));
  });
  const pod = [...api.pods.values()][0];
  await check(say('pod and claim have the documents\' names, and the class and size of the environment'), () => {
    const slug = user.replace('@', '-40').replace('.', '-2e');
    same(pod?.metadata.name, `jupyter-${slug}`, 'pod');
    same([...api.claims.values()].map(({ metadata, spec }) => [metadata.name, spec.storageClassName, spec.resources.requests.storage]), [[`claim-${slug}`, ...home]], 'claims');
  });
  await check(say('a restart of the hub leaves users logged in and their servers running'), async () => {
    await stopAndWait(hubProcess);
    hubProcess = startHub();
    await until('hub', 60, async () => await probe(hub, hubUrl) === 200);
    await loggedIn();
    await until('server', 20, async () => (await browser.once('GET', `/user/${encodeURIComponent(user)}/lab`)).text.includes('"notebook":true'));
    none(api.deleted, 'deleted');
  });
  await check(say('the idle culler is let in by the hub'), () => until('culler', 30, () => /200 GET \/hub\/api\/users\?.*jupyterhub-idle-culler/.test(log())));
  await check(say('a stopped server is gone, and the files stay'), async () => {
    const { text } = await browser.open('GET', '/hub/home');
    const token = /xsrf_token:\s*"([^"]+)"/.exec(text)?.[1] ?? '';
    await browser.once('DELETE', `/hub/api/users/${encodeURIComponent(user)}/server`, { headers: { 'x-xsrftoken': token, referer: `${proxyUrl}/hub/home`, 'sec-fetch-mode': 'cors' } });
    await until('end of the pod', 30, () => api.pods.size === 0);
    same(api.claims.size, 1, 'claims');
  });
  await check(say('the Role of the hub has every call that KubeSpawner makes, and what it may not do is not tried'), () => {
    const rights = written.find('Role', 'hub').rules.flatMap(({ resources, verbs }) => resources.flatMap(resource => verbs.map(verb => `${verb} ${resource}`)));
    none([...api.calls].filter(call => !rights.includes(call)), 'calls without a right');
    none(rights.filter(right => !api.calls.has(right) && right !== 'get persistentvolumeclaims'), 'rights without a call');
    none(api.strange, 'other calls');
  });
  await check(say('every setting is one that JupyterHub and KubeSpawner know'), () => none(log().split('\n').filter(line => /Config option|not recognized|is deprecated|No allow config/i.test(line) && !line.includes('shared database session')), 'warnings'));
  await stopAndWait(hubProcess);
  await stopAndWait(proxyProcess);
  for (const { server } of [api, notebook, provider]) {
    server.closeAllConnections();
    server.close();
  }
}

/** A stack with everything that can go wrong on the way through JSON, Python and str.format. */
function hostileStack(version) {
  const app = new EnvironmentApp('hostile', {
    outputRoot: work,
    cluster: {
      kubernetesVersion: '1.33', nodes: [{ name: 'gpu', gpus: 8 }],
      existing: [
        { kind: 'Namespace', name: 'jupyterhub' }, { kind: 'Queue', name: 'notebooks' }, { kind: 'StorageClass', isDefault: true, accessModes: ['ReadWriteOnce', 'ReadWriteMany'] },
        ...['shared', 'data'].map(name => ({ kind: 'PersistentVolumeClaim', namespace: 'jupyterhub', name })),
      ],
    },
  });
  new JupyterHubStack(app.layer('70-jupyterhub'), 'jupyterhub', {
    namespace: 'jupyterhub', version,
    keys: { proxyToken: { secret: 'keys', key: 'proxy' }, cookieSecret: { secret: 'keys', key: 'cookie' } },
    authentication: { kind: 'native', allowed: ['quote"\'{x}', 'back\\slash'] },
    database: { kind: 'sqlite' },
    home: { size: '5Gi', mountPath: '/home/{odd}' },
    shared: new ExistingClaim('jupyterhub', 'shared', 'ReadWriteMany'),
    datasets: [{ dataset: new ExistingClaim('jupyterhub', 'data', 'ReadOnlyMany'), mountPath: '/mnt/{a}' }],
    notebooks: {
      image: 'example.com/a:1', cpu: '250m', cpuLimit: 2, memory: '1536Mi', memoryLimit: '2Gi', nodeSelector: { pool: 'notebooks' },
      environment: { PLAIN: 'text', JSON: '{"a": {"b": [1]}}', SHELL: '${HOME}', PYTHON: '{username} {0} {}', QUOTES: '"\'\\ \n é', LOGIN: { secret: 'mlflow', key: 'password' } },
    },
    profiles: [
      { name: 'small', title: 'Small "{x}"' },
      { name: 'large', title: 'Large', image: 'example.com/b:2', gpus: 2, memory: '64Gi', memoryLimit: '64Gi', sharedMemory: '16Gi', nodeSelector: { gpu: 'a100' }, queue: { queueName: 'notebooks' }, environment: { MORE: '{braces}' }, tolerations: [{ key: 'gpu', operator: 'Exists' }] },
    ],
    dataManagement: {},
    network: { kubernetesApi: { cidrs: ['10.0.0.0/24'] } },
  });
  app.synth();
  return new Written(parseAllDocuments(readFileSync(join(work, 'hostile/70-jupyterhub.k8s.yaml'), 'utf8')).map(document => document.toJS()));
}

const LABEL = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** What KubeSpawner of a release makes of settings. */
function made(tag, written, request) {
  const folder = join(work, `made-${tag}`);
  written.settings(folder);
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'test', contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server: 'http://127.0.0.1:1' } }], users: [{ name: 'test', user: {} }],
  }));
  return JSON.parse(execFileSync(join(hubPrograms(tag), 'python'), ['-W', 'error::UserWarning', join(root, 'scripts/jupyterhub/manifests.py')], {
    input: JSON.stringify({ folder, ...request }), env: { ...process.env, KUBECONFIG: join(folder, 'kubeconfig') }, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'],
  }));
}

async function pods(version, tag, users) {
  const say = text => `KubeSpawner of ${tag}: ${text}`;
  const written = hostileStack(version);
  let all = [];
  await check(say('pods and claims of users with hostile names, of named servers, and of each profile'), () => {
    all = made(tag, written, { users, servers: ['', 'second one'], profiles: ['small', 'large'] });
    same(all.length, users.length * 4, 'number');
  });
  const of = (user, server, profile) => all.find(one => one.user === user && one.server === server && one.profile === profile);
  const plain = of('plain', '', 'small');
  const large = of('plain', '', 'large');
  const notebook = ({ pod }) => pod.spec.containers[0];
  await check(say('all names and labels are ones that Kubernetes takes'), () => {
    for (const { user, pod, claim } of all) {
      for (const { name, labels } of [pod.metadata, claim.metadata]) {
        if (!NAME.test(name)) throw new Error(`${user}: ${name}`);
        for (const [key, value] of Object.entries(labels)) if (!LABEL.test(value) || value.length > 63) throw new Error(`${user}: label ${key}=${value}`);
      }
    }
  });
  await check(say('no two users share a home, also not by way of a named server'), () => {
    const homes = all.filter(({ profile }) => profile === 'small').map(({ claim }) => claim.metadata.name);
    same(new Set(homes).size, homes.length, 'homes');
    same([plain.claim.metadata.name, plain.pod.metadata.name], ['claim-plain', 'jupyter-plain'], 'names');
    same(of('first.last@example.com', '', 'small').claim.metadata.name, 'claim-first-2elast-40example-2ecom', 'name of an address');
  });
  await check(say('WORKSPACE_PVC is the claim that is mounted as the home'), () => {
    for (const { pod, claim } of all) {
      same(pod.spec.volumes.find(({ name }) => name === 'home').persistentVolumeClaim.claimName, claim.metadata.name, 'volume');
      same(notebook({ pod }).env.find(({ name }) => name === 'WORKSPACE_PVC').value, claim.metadata.name, 'variable');
    }
  });
  await check(say('braces, quotes and line breaks arrive as they were written'), () => {
    const values = Object.fromEntries(notebook(large).env.map(({ name, value, valueFrom }) => [name, value ?? `${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`]));
    same(['PLAIN', 'JSON', 'SHELL', 'PYTHON', 'QUOTES', 'MORE', 'LOGIN'].map(name => values[name]),
      ['text', '{"a": {"b": [1]}}', '${HOME}', '{username} {0} {}', '"\'\\ \n é', '{braces}', 'mlflow/password'], 'variables');
    same(notebook(large).volumeMounts.map(({ mountPath, readOnly }) => `${mountPath}${readOnly ? ' read-only' : ''}`), ['/home/{odd}', '/home/shared', '/mnt/{a} read-only', '/dev/shm'], 'mounts');
  });
  await check(say('a profile has its own image, GPUs and memory; what it leaves out is that of all'), () => {
    same([notebook(plain).image, notebook(large).image], ['example.com/a:1', 'example.com/b:2'], 'images');
    same(notebook(plain).resources, { limits: { cpu: 2, memory: 2 * 2 ** 30 }, requests: { cpu: 0.25, memory: 1536 * 2 ** 20 } }, 'resources');
    same(notebook(large).resources, { limits: { cpu: 2, memory: 64 * 2 ** 30, 'nvidia.com/gpu': '2' }, requests: { cpu: 0.25, memory: 64 * 2 ** 30 } }, 'resources with GPUs');
    same([plain, large].map(({ pod }) => pod.spec.nodeSelector), [{ pool: 'notebooks' }, { pool: 'notebooks', gpu: 'a100' }], 'nodes');
    same([plain, large].map(({ pod }) => pod.spec.volumes.map(({ name }) => name)), [['home', 'shared', 'data'], ['home', 'shared', 'data', 'dshm']], 'volumes');
    same(large.pod.spec.volumes[3].emptyDir, { medium: 'Memory', sizeLimit: '16Gi' }, 'shared memory');
    same(large.pod.spec.tolerations, [{ key: 'gpu', operator: 'Exists' }], 'tolerations');
    same([plain, large].map(({ pod }) => [pod.metadata.labels['kai.scheduler/queue'], pod.spec.schedulerName]), [[undefined, undefined], ['notebooks', 'kai-scheduler']], 'queues');
  });
  await check(say('pods meet Pod Security restricted, and have the token of the account that may take snapshots'), () => {
    for (const { pod } of all) {
      same(Object.keys(pod.spec).filter(key => key.startsWith('host')), [], 'host access');
      same([pod.spec.securityContext.runAsNonRoot, pod.spec.securityContext.seccompProfile.type, pod.spec.securityContext.fsGroup], [true, 'RuntimeDefault', 100], 'pod');
      same(notebook({ pod }).securityContext, { runAsUser: 1000, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }, 'container');
      same([pod.spec.serviceAccountName, pod.spec.automountServiceAccountToken, pod.spec.enableServiceLinks], ['netapp-dataops', true, false], 'account');
      same([pod.spec.containers.length, pod.spec.initContainers ?? []], [1, []], 'containers');
    }
  });
  await check(say('the NetworkPolicies select the pods of users, and name the port that these listen on'), () => {
    const selector = written.find('NetworkPolicy', 'singleuser').spec.podSelector.matchLabels;
    for (const { pod } of all) for (const [key, value] of Object.entries(selector)) same(pod.metadata.labels[key], value, key);
    same(notebook(plain).ports.map(({ containerPort }) => containerPort), written.find('NetworkPolicy', 'singleuser').spec.ingress[0].ports.map(({ port }) => port), 'ports');
  });
  await check(say('homes stay when users are deleted; the class is the default one'), () => {
    same([plain.delete_pvc, plain.claim.spec], [false, { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } }], 'claim');
  });
}

let broken;
try {
  await pods('4.1.5', '3.3.7', HOSTILE);
  await pods('5.5.0', '4.4.0', [...HOSTILE, ...SINCE_7]);
  await environment('lab', 'shared-password', { profile: 'gpu', home: ['aipod-flexvols-retain', '10Gi'] });
  await startPostgresql(HOSTS.database, 'hub', NASTY, 'jupyterhub');
  await environment('prod', 'oidc', { profile: 'gpu', home: ['aipod-flexvols-retain', '50Gi'] });
  await environment('dev', 'native', { home: [null, '1Gi'] });
} catch (error) {
  broken = error;
}
await end(broken);
