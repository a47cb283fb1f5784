import { type AirflowStackProps, type Json, prerequisitesTable } from '../../lib';
import { type Built } from '../support';
import { airflow, CELERY, COMBINATIONS, EXTERNAL_BROKER, EXTERNAL_DATABASE, EXTRAS, GIT_SSH, podsOf } from './airflow-support';

const secretsOf = (built: Built) => built.app.prerequisites().filter(({ area }) => area === 'Secrets');
const lines = (props: Partial<AirflowStackProps> = {}): Record<string, string> => Object.fromEntries(secretsOf(airflow(props)).map(({ what, commands }) => [what, commands!.join('\n')]));

const RANDOM = '"$(openssl rand -base64 24)"';

test('every Secret of the documents\' deployment is in the list, with all keys and one line that makes it', () => {
  expect(lines()).toEqual({
    'Secret airflow/keys with keys fernet, web: key that encrypts stored connections; keep a copy, without it they are lost; key of web sessions and worker logs':
      `kubectl -n airflow create secret generic keys --from-literal=fernet="$(openssl rand -base64 32 | tr '+/' '-_')" --from-literal=web=${RANDOM}`,
    'Secret airflow/db-secret with key db-key: password of the database': `kubectl -n airflow create secret generic db-secret --from-literal=db-key=${RANDOM}`,
    'Secret airflow/broker-secret with key broker-key: password of the broker': `kubectl -n airflow create secret generic broker-secret --from-literal=broker-key=${RANDOM}`,
    'Secret airflow/git-secret with keys id_rsa, known_hosts: private SSH key of the DAG repository; host keys of the git server; take them from its own documentation, not from the network':
      'kubectl -n airflow create secret generic git-secret --from-file=id_rsa=./id_rsa --from-file=known_hosts=./known_hosts',
  });
});

test('Secrets of options are in the list only where they are used', () => {
  expect(lines({
    executor: { kind: 'celery', broker: EXTERNAL_BROKER, flower: { basicAuth: { secret: 'flower-secret', key: 'auth' } } }, database: EXTERNAL_DATABASE, dags: { kind: 'image' },
    adminUser: EXTRAS.adminUser, web: EXTRAS.web,
  })).toMatchObject({
    'Secret airflow/db-url-secret with key url: URL of the database, with user and password percent-encoded': 'kubectl -n airflow create secret generic db-url-secret --from-file=url=./url',
    'Secret airflow/broker-url-secret with key url: URL of the broker, with user and password percent-encoded': 'kubectl -n airflow create secret generic broker-url-secret --from-file=url=./url',
    'Secret airflow/flower-secret with key auth: login of Flower as user:password': 'kubectl -n airflow create secret generic flower-secret --from-file=auth=./auth',
    'Secret airflow/admin-secret with key password: password of the first user': `kubectl -n airflow create secret generic admin-secret --from-literal=password=${RANDOM}`,
    'Secret airflow/web-tls with keys tls.crt, tls.key: certificate of airflow.example.com':
      'kubectl -n airflow create secret generic web-tls --from-file=tls.crt=./tls.crt --from-file=tls.key=./tls.key',
  });
  expect(Object.keys(lines({ executor: { kind: 'local' }, dags: { kind: 'image' } })).map(what => what.split(' ')[1])).toEqual(['airflow/keys', 'airflow/db-secret']);
});

test('no host keys are asked for where any host is accepted', () => {
  const all = Object.keys(lines({ dags: { ...GIT_SSH, ssh: { key: { secret: 'git-secret', key: 'id_rsa' }, knownHosts: 'accept-any' } } }));
  expect(all).toContain('Secret airflow/git-secret with key id_rsa: private SSH key of the DAG repository');
});

test('the table that an engineer works through has these lines', () => {
  const table = prerequisitesTable('test', airflow().app.prerequisites(), 'dist/test');
  expect(table).toContain('| Secrets | Secret airflow/db-secret with key db-key: password of the database | 20-layer/airflow | [ ] |');
  expect(table).toContain(`kubectl -n airflow create secret generic db-secret --from-literal=db-key=${RANDOM}`);
});

/** `secret/key` of every file and of every certificate that the manifests refer to. */
function used(built: Built): string[] {
  const inPods = podsOf(built).flatMap(({ spec }) => spec.volumes.flatMap((volume: Json) => [
    ...(volume.projected?.sources ?? []).map((source: Json) => `${source.secret.name}/${source.secret.items[0].key}`),
    ...(volume.secret ? [`${volume.secret.secretName}/${volume.secret.items[0].key}`] : []),
  ]));
  const inIngresses = built.manifests.filter(({ kind }) => kind === 'Ingress').flatMap(({ spec }) => spec.tls.flatMap(({ secretName }: Json) => [`${secretName}/tls.crt`, `${secretName}/tls.key`]));
  return [...new Set<string>([...inPods, ...inIngresses])].sort();
}

describe.each(COMBINATIONS)('$title', ({ props }) => {
  const built = airflow({ ...EXTRAS, ...props });

  test('every key of every Secret that is used is asked for, and no other; a missing one stops the pods that mount it', () => {
    const asked = secretsOf(built).flatMap(({ provides, commands }) => [...commands![0]!.matchAll(/--from-(?:file|literal)=([^=]+)=/g)].map(([, key]) => `${provides![0]!.name}/${key}`));
    expect(asked.sort()).toEqual(used(built));
    expect(secretsOf(built).every(({ commands }) => commands!.length === 1)).toBe(true);
  });

  test('secrets are files: no manifest has a value, and no variable is made of one', () => {
    expect(built.manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    expect(JSON.stringify(built.manifests)).not.toContain('secretKeyRef');
    expect(JSON.stringify(built.manifests)).not.toContain('secretRef');
    for (const { spec } of podsOf(built)) {
      for (const { secret, projected } of spec.volumes as Json[]) {
        const mode: number | undefined = secret?.defaultMode ?? projected?.defaultMode;
        if (secret ?? projected) expect(mode).toBe(0o440);
      }
    }
  });

  test('a folder of secrets is mounted read-only', () => {
    const mounts = podsOf(built).flatMap(({ spec }) => [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ volumeMounts }: Json) => volumeMounts as Json[]));
    for (const { name, readOnly } of mounts) if (['secrets', 'git-secret', 'password'].includes(name as string)) expect(readOnly).toBe(true);
  });
});

test('the same Secret may serve several purposes, and is one line', () => {
  const one = { secret: 'all', key: 'one' };
  const all = lines({ executor: { ...CELERY, broker: { kind: 'in-cluster', password: { secret: 'all', key: 'two' } } }, database: { kind: 'in-cluster', password: one }, fernetKey: { secret: 'all', key: 'three' }, webserverSecretKey: { secret: 'all', key: 'four' }, dags: { kind: 'image' } });
  expect(Object.keys(all)).toHaveLength(1);
  expect(Object.keys(all)[0]).toMatch(/^Secret airflow\/all with keys three, four, one, two: /);
});
