import { createHash } from 'node:crypto';
import { type SecretKey } from '../core/secret-requirements';
import { loginTraits } from './login-traits';
import { notebookTraits } from './notebook-traits';
import { type JupyterHubPlan, secondsOf } from './plan';
import { NAMES, PORTS } from './upstream';

/** Folder of the settings in the hub's container, as in the documents' deployment. */
export const SETTINGS_FOLDER = '/usr/local/etc/jupyterhub';

/** Folder of the hub's own files, where its volume is. */
export const HUB_FOLDER = '/srv/jupyterhub';

/** Traits by class. JSON only. */
export type Traits = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A trait whose value is in a Secret and reaches the hub in an environment variable. */
export interface SecretTrait {
  readonly className: string;
  readonly trait: string;
  readonly variable: string;
  readonly source: SecretKey;
  /** What it is for, as the end of a sentence. */
  readonly purpose: string;
}

/** The hub reads Python; what it is to read is data, so nothing has to be quoted for Python. */
const CONFIG = `"""Settings of JupyterHub: those of settings.json, and values of Secrets from the environment."""
import json
import os

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "settings.json"), encoding="utf-8") as file:
    settings = json.load(file)

c = get_config()  # noqa: F821
for name, traits in settings["traits"].items():
    for trait, value in traits.items():
        c[name][trait] = value
for name, variables in settings["environment"].items():
    for trait, variable in variables.items():
        c[name][trait] = os.environ[variable]
`;

/** Traits whose values are in Secrets. */
export function secretTraits(plan: JupyterHubPlan): SecretTrait[] {
  const { database } = plan.props;
  return [
    ...(database.kind === 'postgresql' ? [{
      className: 'JupyterHub', trait: 'db_url', variable: 'DATABASE_URL', source: database.url, purpose: 'URL of the hub\'s database, with user and password percent-encoded',
    }] : []),
    ...loginTraits(plan).secrets,
  ];
}

/** Traits that follow from the typed props; `config` may not give them. */
export function derivedTraits(plan: JupyterHubPlan): Traits {
  const { props: { database, idleCulling = {} } } = plan;
  const login = loginTraits(plan).traits;
  return {
    ...login,
    JupyterHub: {
      ...login.JupyterHub,
      hub_bind_url: `http://:${PORTS.hub}`,
      hub_connect_url: `http://${NAMES.hub}:${PORTS.hub}`,
      spawner_class: 'kubespawner.KubeSpawner',
      // A new hub finds the servers of users again; it must not stop them when it goes.
      cleanup_servers: false,
      tornado_settings: { slow_spawn_timeout: 0 },
      ...(database.kind === 'sqlite' ? { db_url: `sqlite:///${HUB_FOLDER}/jupyterhub.sqlite` } : {}),
      ...(idleCulling === 'off' ? {} : culler(idleCulling)),
    },
    ConfigurableHTTPProxy: { should_start: false, api_url: `http://${NAMES.proxyApi}:${PORTS.proxyApi}` },
    KubeSpawner: notebookTraits(plan),
  };
}

/** The idle culler, as a service of the hub with the rights that it needs. */
function culler({ timeout, every, maxAge }: Exclude<JupyterHubPlan['props']['idleCulling'], 'off' | undefined>) {
  const name = 'jupyterhub-idle-culler';
  return {
    services: [{
      name,
      command: [
        'python3', '-m', 'jupyterhub_idle_culler', `--url=http://localhost:${PORTS.hub}/hub/api`, `--timeout=${timeout ? secondsOf(timeout) : 3600}`,
        `--cull-every=${every ? secondsOf(every) : 600}`, '--concurrency=10', ...(maxAge ? [`--max-age=${secondsOf(maxAge)}`] : []),
      ],
    }],
    load_roles: [{ name, scopes: ['list:users', 'read:users:activity', 'read:servers', 'delete:servers'], services: [name] }],
  };
}

/** Content of the hub's ConfigMap. */
export function settingsOf(plan: JupyterHubPlan): Record<string, string> {
  const derived = derivedTraits(plan);
  const { config = {} } = plan.props;
  const classes = [...new Set([...Object.keys(derived), ...Object.keys(config)])];
  const environment: Record<string, Record<string, string>> = {};
  for (const { className, trait, variable } of secretTraits(plan)) environment[className] = { ...environment[className], [trait]: variable };
  const traits = Object.fromEntries(classes.map(name => [name, { ...config[name], ...derived[name] }]));
  return { 'jupyterhub_config.py': CONFIG, 'settings.json': `${JSON.stringify({ traits, environment }, undefined, 2)}\n` };
}

/** Changes when the settings do; a pod that has it is replaced then. */
export const settingsChecksum = (plan: JupyterHubPlan): string => createHash('sha256').update(JSON.stringify(settingsOf(plan))).digest('hex');
