import { type Construct } from 'constructs';
import { requireSecret, type SecretKey } from '../core/secret-requirements';
import { declareWebSecrets } from '../services/web-exposure';
import { type AirflowPlan } from './plan';
import { commonSecrets } from './pods';
import { type SecretFile } from './scripts';

const RANDOM = '$(openssl rand -base64 24)';

/** What the file of a Secret is for, and how its value is made where it may be random. */
const PURPOSES: Record<SecretFile, { readonly purpose: string; readonly generate?: string }> = {
  'fernet-key': { purpose: 'key that encrypts stored connections; keep a copy, without it they are lost', generate: "$(openssl rand -base64 32 | tr '+/' '-_')" },
  'webserver-secret-key': { purpose: 'key of web sessions and worker logs', generate: RANDOM },
  'database-password': { purpose: 'password of the database', generate: RANDOM },
  'database-url': { purpose: 'URL of the database, with user and password percent-encoded' },
  'broker-password': { purpose: 'password of the broker', generate: RANDOM },
  'broker-url': { purpose: 'URL of the broker, with user and password percent-encoded' },
  'flower-basic-auth': { purpose: 'login of Flower as user:password' },
  'admin-password': { purpose: 'password of the first user', generate: RANDOM },
};

/** Declares every Secret that the stack refers to. */
export function declareSecrets(scope: Construct, plan: AirflowPlan): void {
  const { props: { dags, executor, adminUser, web }, namespace } = plan;
  const need = ({ secret, key }: SecretKey, { purpose, generate }: { purpose: string; generate?: string }) => {
    requireSecret(scope, { namespace, name: secret, keys: [key], purpose, generate });
  };
  for (const [file, source] of Object.entries(commonSecrets(plan))) need(source, PURPOSES[file as SecretFile]);
  if (executor.kind === 'celery' && executor.flower?.basicAuth) need(executor.flower.basicAuth, PURPOSES['flower-basic-auth']);
  if (adminUser) need(adminUser.password, PURPOSES['admin-password']);
  if (dags.kind === 'git-sync' && dags.ssh) {
    const { key, knownHosts } = dags.ssh;
    need(key, { purpose: 'private SSH key of the DAG repository' });
    if (knownHosts !== 'accept-any') need(knownHosts, { purpose: 'host keys of the git server; take them from its own documentation, not from the network' });
  }
  declareWebSecrets(scope, namespace, web?.expose);
}
