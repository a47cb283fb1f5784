import { type ApiObjectProps } from 'cdk8s';
import { type Cluster, type Json } from '../../../lib';
import { CLUSTER } from '../../support';
import { configMap, container, pod, problemsOf } from '../objects';

const looksLike = (field: string, what: string) =>
  `[test/20-layer/object] \`${field}\` looks like ${what}: credentials are never written into manifests. Put it in a Secret and refer to it by name and key.`;
const custom = (spec: Json): ApiObjectProps => ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'thing', namespace: 'team' }, spec });
const withContainer = (fields: Json) => problemsOf({ object: pod({ containers: [container(fields)] }) });
const secret = (fields: Json): ApiObjectProps => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login', namespace: 'team' }, ...fields });

describe('a Secret with content is refused; otherwise the password is in git', () => {
  test.each([{ data: { password: 'aHVudGVyMg==' } }, { stringData: { anything: 'hunter2' } }])('%j', fields => {
    expect(problemsOf({ object: secret(fields) })).toEqual([
      '[test/20-layer/object] `data` of a Secret is written into the manifest: credentials never are. Make the Secret in the cluster and refer to it by name and key.',
    ]);
  });

  test('an empty Secret, which a controller fills, is accepted', () => {
    expect(problemsOf({ object: secret({ type: 'kubernetes.io/service-account-token', data: {} }) })).toEqual([]);
  });
});

describe('a field whose name says credential is refused when it has a value', () => {
  test.each([
    'password', 'PASSWORD', 'chapInitiatorSecret', 'clientPrivateKey', 'db_password', 'api-key', 'apikey', 'openAiApiKey', 'accessToken', 'token', 'passphrase',
    'sshPassphrase', 'passwd', 'secretAccessKey', 'private-key', 'AWS_SECRET_ACCESS_KEY', 'AIRFLOW__WEBSERVER__SECRET_KEY', 'FERNET_KEY',
  ])('%s', key => {
    expect(problemsOf({ object: custom({ login: { [key]: 'hunter2' } }) })).toEqual([looksLike(`spec.login.${key}`, `the value of ${key}`)]);
  });

  test('in a ConfigMap', () => {
    expect(problemsOf({ object: configMap({ POSTGRES_PASSWORD: 'hunter2' }) })).toEqual([looksLike('data.POSTGRES_PASSWORD', 'the value of POSTGRES_PASSWORD')]);
  });

  test('in an environment variable', () => {
    expect(withContainer({ env: [{ name: 'A', value: '1' }, { name: 'DB_PASSWORD', value: 'hunter2' }] })).toEqual([
      looksLike('spec.containers[0].env[1].value', 'the value of DB_PASSWORD'),
    ]);
  });
});

describe('a value that is a credential by its form is refused, whatever the field is called', () => {
  test.each([
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE', 'a private key'],
    ['-----BEGIN PRIVATE KEY-----', 'a private key'],
    ['postgresql+psycopg2://airflow:airflow@db:5432/airflow', 'a URL with a password in it'],
    ['redis://:hunter2@cache:6379', 'a URL with a password in it'],
    ['see https://user:hunter2@example.com/repo.git', 'a URL with a password in it'],
    ['key AKIAIOSFODNN7EXAMPLE here', 'an AWS access key'],
    [`ghp_${'a1'.repeat(18)}`, 'a GitHub token'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N', 'a JSON web token'],
    ['mysql --password=hunter2 -h db', 'a password on a command line'],
    ['mlflow --db-password "hunter2"', 'a password on a command line'],
  ])('%s', (value, what) => {
    expect(problemsOf({ object: configMap({ note: value }) })).toEqual([looksLike('data.note', what)]);
  });

  test.each([[['--password', 'hunter2'], 1], [['run', '--password=hunter2'], 1], [['--auth-token', 'abc'], 1]])('in arguments: %j', (args, index) => {
    expect(withContainer({ args })).toEqual([looksLike(`spec.containers[0].args[${index}]`, 'a password on a command line')]);
  });

  test('every one is reported in one run', () => {
    expect(withContainer({ command: ['sh', '-c', 'curl https://a:b@c'], env: [{ name: 'TOKEN', value: 'x' }] })).toHaveLength(2);
  });
});

describe('what only names or reads a credential is accepted; otherwise the rule would be switched off', () => {
  test.each<[string, Json]>([
    ['the reference of a Trident backend', { credentials: { name: 'svm-login', type: 'secret' } }],
    ['the name of a Secret', { secretName: 'login', existingSecret: 'login', secret: 'login' }],
    ['a Secret and its key', { auth: { secretKeyRef: { name: 'login', key: 'password' } }, remoteRef: { secretKey: 'password' } }],
    ['a Secret in a list', { imagePullSecrets: [{ name: 'registry' }], tokens: ['a'] }],
    ['a switch', { automountServiceAccountToken: false, usePassword: 'true', token: 'false' }],
    ['an empty value', { password: '' }],
    ['a variable', { password: '$(DB_PASSWORD)', token: '${TOKEN}', secretToken: '$TOKEN' }],
    ['a path to a file', { passwordFile: '/run/secrets/password', tokenPath: '/var/run/token' }],
    ['a number', { maxToken: 512, tokenExpirationSeconds: 3600 }],
    ['git URLs', { a: 'git@github.com:org/repo.git', b: 'ssh://git@github.com:22/org/repo.git', c: 'https://github.com/org/repo.git', d: 'https://user@github.com/org/repo' }],
    ['URLs with ports', { a: 'http://mlflow:5000/#/path', b: 'nfs://10.0.0.1:2049/data', c: 'registry:5000/a@sha256:abc' }],
    ['URLs with a variable as password', { a: 'postgresql://airflow:$(PASSWORD)@db/airflow', b: 'postgresql://airflow:${PASSWORD}@db/airflow' }],
    ['a certificate', { ca: '-----BEGIN CERTIFICATE-----\nMIIE' }],
    ['ordinary words', { note: 'The password is in Vault, the token too.', secretary: 'x', tokenizer: 'bert' }],
  ])('%s', (_, spec) => {
    expect(problemsOf({ object: custom(spec) })).toEqual([]);
  });

  test.each([
    [['--password', '$(PASSWORD)']], [['--password=$(PASSWORD)']], [['sh', '-c', 'mysql --password="$PASSWORD" -h db']], [['--token-file', '/run/token']],
    [['--password', '--verbose']], [['mysql', "--password='$(cat /run/password)'"]], [['--secret-name=login']], [['--use-token']],
  ])('arguments %j', args => {
    expect(withContainer({ args })).toEqual([]);
  });

  test('environment variables that read a Secret', () => {
    const cluster = { kubernetesVersion: '1.29' as const, nodes: [], existing: [
      { kind: 'Namespace' as const, name: 'team' }, { kind: 'Secret' as const, namespace: 'team', name: 'login' }, { kind: 'StorageClass' as const, isDefault: true, accessModes: [] },
    ] };
    const env = [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } }, { name: 'URL', value: 'db://user:$(DB_PASSWORD)@db' }, { name: 'TOKEN', value: '' }];
    expect(problemsOf({ object: pod({
      automountServiceAccountToken: false,
      containers: [container({ env })],
      volumes: [{ name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { secret: { name: 'login', items: [{ key: 'password', path: 'password' }] } }] } }],
    }) }, { cluster })).toEqual([]);
  });

  test('rights to read Secrets, and the annotation that names one', () => {
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'reader', namespace: 'team' }, rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['token'], verbs: ['get'] }] };
    const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace: 'team', annotations: { 'nginx.ingress.kubernetes.io/auth-secret': 'login' } }, spec: { tls: [{ secretName: 'tls' }] } };
    const cluster: Cluster = { ...CLUSTER, existing: [...CLUSTER.existing!, { kind: 'Secret', namespace: 'team', name: 'tls' }] };
    expect(problemsOf({ role, ingress }, { cluster })).toEqual([]);
  });
});
