import { ApiObject, JsonPatch } from 'cdk8s';
import { type BasicAuth, ExistingClaim, MlflowStack, type MlflowStackProps, type MlflowWebOptions, type ServerOptions } from '../../lib';
import { build } from '../support';
import { BASIC_AUTH, BUCKET, deployment, DOCUMENTED, EXTERNAL, mlflow, MLFLOW_CLUSTER, objects, pod, prepare, PROPS, server, variables } from './mlflow-support';

const AUTH: Required<BasicAuth> = { ...BASIC_AUTH, adminUsername: 'boss', defaultPermission: 'EDIT', database: 'people' };
const SERVER: Required<ServerOptions> = {
  replicas: 3, workers: 2, resources: { cpu: 2, memory: '3Gi', memoryLimit: '4Gi' }, uploads: { size: '200Gi', storageClass: { className: 'fast' } }, upgradeDatabase: true,
};
const WEB: Required<MlflowWebOptions> = {
  expose: { kind: 'ingress', host: 'mlflow.example.com', className: 'nginx', tlsSecret: 'web-tls', annotations: { 'example.com/body': '0' } }, allowedHosts: ['tracking.example.com'],
};
const ALL: Required<MlflowStackProps> = {
  namespace: 'team', name: 'tracker', version: '3.10.2', image: 'registry.example.com/mlflow:3.10.2', database: EXTERNAL, artifacts: BUCKET, auth: AUTH, web: WEB, server: SERVER,
  config: { MLFLOW_LOGGING_LEVEL: 'DEBUG' },
};

describe('every prop reaches the manifests; otherwise a team sets it and nothing changes', () => {
  const built = mlflow(ALL);
  const { env: _env, ...container } = server(built, 'tracker');

  test('there is no mistake', () => { expect(built.problems).toEqual([]); });

  test('namespace and name are those of every object, image that of all containers', () => {
    expect(objects(built)).toEqual(['ConfigMap tracker-scripts', 'Deployment tracker-tracking', 'Ingress tracker-tracking', 'Service tracker-tracking']);
    for (const { kind, metadata } of built.manifests) expect(metadata.namespace).toBe(kind === 'Namespace' ? undefined : 'team');
    for (const { image } of [container, prepare(built, 'tracker')]) expect(image).toBe('registry.example.com/mlflow:3.10.2');
  });

  test('the database is given in variables of libpq; in a URL, a / or @ in the password would break it', () => {
    for (const each of [server(built, 'tracker'), prepare(built, 'tracker')]) {
      expect(variables(each)).toMatchObject({
        PGHOST: 'db.example.com', PGPORT: '5433', PGDATABASE: 'experiments', PGUSER: 'tracker', PGPASSWORD: 'db-secret/db-key', PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/run/ca/database/ca.crt',
      });
      expect(each.volumeMounts).toContainEqual({ name: 'database-ca', mountPath: '/run/ca/database', readOnly: true });
    }
    expect(pod(built, 'tracker').volumes).toContainEqual({ name: 'database-ca', secret: { secretName: 'db-ca', items: [{ key: 'ca.pem', path: 'ca.crt' }] } });
  });

  test('the bucket, with its keys, region and certificate; no volume for artifacts is left', () => {
    expect(container.command).toContain('--artifacts-destination=s3://mlflow/team/a');
    expect(variables(server(built, 'tracker'))).toMatchObject({
      MLFLOW_S3_ENDPOINT_URL: 'https://s3.example.com:10443', AWS_DEFAULT_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 's3-secret/access', AWS_SECRET_ACCESS_KEY: 's3-secret/secret',
      AWS_CA_BUNDLE: '/run/ca/s3/ca.crt', AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required', AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
    });
    expect(pod(built, 'tracker').volumes).toContainEqual({ name: 's3-ca', secret: { secretName: 's3-ca', items: [{ key: 'ca.pem', path: 'ca.crt' }] } });
    expect(pod(built, 'tracker').volumes.map(({ name }: { name: string }) => name)).toEqual(['scripts', 'tmp', 'auth', 'database-ca', 's3-ca']);
  });

  test('users: the init step is told all, the server only has the file and the key of sessions', () => {
    const { PREPARE: settings, ADMIN_PASSWORD: password } = variables(prepare(built, 'tracker'));
    expect(JSON.parse(settings!)).toEqual({ modules: ['boto3', 'flask_wtf'], upgrade: true, auth: { database: 'people', username: 'boss', permission: 'EDIT' } });
    expect(password).toBe('auth-secret/admin');
    expect(variables(server(built, 'tracker'))).toMatchObject({ MLFLOW_AUTH_CONFIG_PATH: '/run/mlflow-auth/basic_auth.ini', MLFLOW_FLASK_SERVER_SECRET_KEY: 'auth-secret/flask' });
    expect(JSON.stringify(server(built, 'tracker'))).not.toContain('auth-secret","key":"admin');
    expect(Object.keys(variables(server(built, 'tracker')))).not.toContain('ADMIN_PASSWORD');
    expect(container.command).toContain('--app-name=basic-auth');
  });

  test('the server: replicas, workers, resources, room for uploads; Recreate while the database is upgraded', () => {
    expect(deployment(built, 'tracker')).toMatchObject({ replicas: 3, strategy: { type: 'Recreate' } });
    expect(container.command).toContain('--workers=2');
    expect(container.resources).toEqual({ requests: { cpu: '2', memory: '3Gi' }, limits: { memory: '4Gi' } });
    expect(pod(built, 'tracker').volumes).toContainEqual({
      name: 'tmp', ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '200Gi' } } } } },
    });
  });

  test('the web page, and further settings', () => {
    expect(built.one('Ingress', 'tracker-tracking').metadata.annotations).toEqual({ 'example.com/body': '0' });
    expect(built.one('Ingress', 'tracker-tracking').spec).toEqual({
      ingressClassName: 'nginx', tls: [{ hosts: ['mlflow.example.com'], secretName: 'web-tls' }],
      rules: [{ host: 'mlflow.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'tracker-tracking', port: { name: 'http' } } } }] } }],
    });
    expect(variables(server(built, 'tracker')).MLFLOW_SERVER_ALLOWED_HOSTS!.split(',').slice(-2)).toEqual(['mlflow.example.com', 'tracking.example.com']);
    expect(variables(server(built, 'tracker')).MLFLOW_LOGGING_LEVEL).toBe('DEBUG');
  });
});

describe('where nothing else is asked for, it is the documents\' deployment, of today', () => {
  const built = mlflow();

  test('names of objects are those that the documents\' users know', () => {
    expect(built.problems).toEqual([]);
    expect(objects(built)).toEqual([
      'ConfigMap mlflow-scripts', 'Deployment mlflow-tracking', 'PersistentVolumeClaim mlflow-artifacts', 'Service mlflow-postgresql', 'Service mlflow-postgresql-hl', 'Service mlflow-tracking',
      'StatefulSet mlflow-postgresql',
    ]);
    expect(built.one('Service', 'mlflow-tracking').spec).toEqual({
      type: 'NodePort', ports: [{ name: 'http', port: 30002, targetPort: 'http', nodePort: 30002 }],
      selector: { 'app.kubernetes.io/component': 'tracking', 'app.kubernetes.io/instance': 'mlflow', 'app.kubernetes.io/name': 'mlflow' },
    });
    expect(built.one('StatefulSet').spec.serviceName).toBe('mlflow-postgresql-hl');
  });

  test('all volumes are of the default class', () => {
    expect(built.one('PersistentVolumeClaim').spec).toEqual({ accessModes: ['ReadWriteMany'], resources: { requests: { storage: '8Gi' } } });
    expect(built.one('StatefulSet').spec.volumeClaimTemplates[0].spec).toEqual({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '8Gi' } } });
    expect(pod(built).volumes).toContainEqual({ name: 'tmp', emptyDir: {} });
  });

  test('the whole command', () => {
    expect(server(built).command).toEqual([
      'mlflow', 'server', '--backend-store-uri=postgresql+psycopg2://', '--serve-artifacts', '--artifacts-destination=/mlflow/artifacts', '--host=0.0.0.0', '--port=5000', '--workers=4',
      '--app-name=basic-auth',
    ]);
    expect(server(built).resources).toEqual({ requests: { cpu: '250m', memory: '2Gi' } });
    expect(server(built).volumeMounts).toContainEqual({ name: 'artifacts', mountPath: '/mlflow/artifacts' });
  });

  test('probes ask what is open without a login; with another path a server with users would never be ready', () => {
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) expect(server(built)[probe].httpGet).toEqual({ path: '/health', port: 'http' });
  });

  test('a Service named mlflow cannot change options: no variables of Services, and the port is given', () => {
    expect(pod(built).enableServiceLinks).toBe(false);
    expect(pod(built).automountServiceAccountToken).toBe(false);
  });

  test('the server replaces its pod without an interruption, and nothing of it is reported to the outside', () => {
    expect(deployment(built)).toMatchObject({ replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } });
    expect(variables(server(built)).MLFLOW_DISABLE_TELEMETRY).toBe('true');
    expect(variables(server(mlflow({ config: { MLFLOW_DISABLE_TELEMETRY: 'false' } }))).MLFLOW_DISABLE_TELEMETRY).toBe('false');
  });
});

describe('the release decides; an option that it does not know ends the server', () => {
  test('2.14.1 knows neither hosts nor telemetry, and its workers would end a large upload after 30 seconds', () => {
    const built = mlflow(DOCUMENTED);
    expect(built.problems).toEqual([]);
    expect(Object.keys(variables(server(built))).filter(name => /ALLOWED|TELEMETRY/.test(name))).toEqual([]);
    expect(server(built).command).toContain('--gunicorn-opts=--timeout=3600');
    expect(server(built).resources.requests.memory).toBe('1Gi');
    expect(JSON.parse(variables(prepare(built)).PREPARE!).modules).toEqual([]);
  });

  test('from 3.5 on there is no gunicorn to give options to', () => {
    expect(JSON.stringify(server(mlflow({ version: '3.5.0', image: 'registry.example.com/mlflow:3.5.0' })).command)).not.toContain('gunicorn');
  });

  test('the official image is that of the release, with drivers', () => {
    expect(server(mlflow({ version: '3.9.0' })).image).toBe('ghcr.io/mlflow/mlflow:v3.9.0-full');
  });
});

describe('artifacts', () => {
  test('a volume of one node: the old pod ends before its successor mounts it', () => {
    const built = mlflow({ artifacts: { kind: 'volume', accessMode: 'ReadWriteOnce', storage: { size: '20Gi', storageClass: { className: 'fast' } } } });
    expect(built.problems).toEqual([]);
    expect(deployment(built).strategy).toEqual({ type: 'Recreate' });
    expect(built.one('PersistentVolumeClaim').spec).toEqual({ accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '20Gi' } } });
  });

  test('a claim that is there already, and a folder of it', () => {
    const built = mlflow({ artifacts: { kind: 'claim', claim: new ExistingClaim('mlflow', 'models', 'ReadWriteMany'), subPath: 'mlflow' } });
    expect(built.problems).toEqual([]);
    expect(objects(built).filter(name => name.startsWith('PersistentVolumeClaim'))).toEqual([]);
    expect(server(built).volumeMounts).toContainEqual({ name: 'artifacts', mountPath: '/mlflow/artifacts', subPath: 'mlflow' });
    expect(pod(built).volumes).toContainEqual({ name: 'artifacts', persistentVolumeClaim: { claimName: 'models' } });
  });

  test('a bucket without folder, region and certificate', () => {
    const { path: _path, region: _region, ca: _ca, ...bucket } = BUCKET;
    const built = mlflow({ artifacts: bucket });
    expect(built.problems).toEqual([]);
    expect(server(built).command).toContain('--artifacts-destination=s3://mlflow');
    expect(variables(server(built))).toMatchObject({ AWS_DEFAULT_REGION: 'us-east-1' });
    expect(Object.keys(variables(server(built)))).not.toContain('AWS_CA_BUNDLE');
  });
});

describe('without users and without certificates', () => {
  test('nothing of basic auth is left', () => {
    const built = mlflow({ auth: 'none' });
    expect(built.problems).toEqual([]);
    expect(server(built).command).not.toContain('--app-name=basic-auth');
    expect(JSON.stringify(pod(built))).not.toMatch(/auth|FLASK/i);
  });

  test('a database elsewhere, with the defaults of PostgreSQL', () => {
    const built = mlflow({ database: { kind: 'external', host: 'db.example.com', password: { secret: 'db-secret', key: 'db-key' } } });
    expect(variables(server(built))).toMatchObject({ PGHOST: 'db.example.com', PGPORT: '5432', PGDATABASE: 'mlflow', PGUSER: 'mlflow' });
    expect(Object.keys(variables(server(built))).filter(name => name.startsWith('PGSSL'))).toEqual([]);
    expect(objects(built).filter(name => name.includes('postgresql'))).toEqual([]);
  });

  test('an encrypted connection without a certificate to check', () => {
    const built = mlflow({ database: { ...EXTERNAL, tls: { mode: 'require' } } });
    expect(variables(server(built)).PGSSLMODE).toBe('require');
    expect(Object.keys(variables(server(built)))).not.toContain('PGSSLROOTCERT');
  });
});

test('clients learn the address, and NetworkPolicies the pods and their port, which is not that of the Service', () => {
  build(layer => {
    const stack = new MlflowStack(layer, 'a', PROPS);
    const { name, trackingUri: uri, namespace, port, podLabels, requiresLogin: login } = stack;
    expect({ name, uri, namespace, port, podLabels, login }).toEqual({
      name: 'mlflow', uri: 'http://mlflow-tracking.mlflow.svc:30002', namespace: 'mlflow', port: 5000, login: true,
      podLabels: { 'app.kubernetes.io/name': 'mlflow', 'app.kubernetes.io/instance': 'mlflow', 'app.kubernetes.io/component': 'tracking' },
    });
    const { trackingUri, requiresLogin } = new MlflowStack(layer, 'b', { ...PROPS, name: 'b', auth: 'none', web: { expose: { kind: 'node-port', port: 31000 } } });
    expect({ trackingUri, requiresLogin }).toEqual({ trackingUri: 'http://b-tracking.mlflow.svc:31000', requiresLogin: false });
  });
  expect(mlflow().one('Deployment').spec.template.metadata.labels).toMatchObject({ 'app.kubernetes.io/component': 'tracking', 'app.kubernetes.io/instance': 'mlflow' });
});

test('what the props do not offer can be patched', () => {
  const built = build(layer => {
    const stack = new MlflowStack(layer, 'mlflow', PROPS);
    const object = stack.node.findChild('tracking');
    if (object instanceof ApiObject) object.addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'high'));
  }, { cluster: MLFLOW_CLUSTER });
  expect(pod(built).priorityClassName).toBe('high');
});

test('two stacks in one namespace do not overwrite each other', () => {
  const built = build(layer => {
    new MlflowStack(layer, 'a', { ...PROPS, namespace: 'team', name: 'a' });
    new MlflowStack(layer, 'b', { ...PROPS, namespace: 'team', name: 'b', web: { expose: { kind: 'node-port', port: 30003 } } });
  }, { cluster: MLFLOW_CLUSTER });
  expect(built.problems).toEqual([]);
});

test('what cannot work does not compile', () => {
  const compiled = (props: MlflowStackProps): string => props.namespace;
  // @ts-expect-error a bucket has no access mode
  compiled({ ...PROPS, artifacts: { ...BUCKET, accessMode: 'ReadWriteMany' } });
  // @ts-expect-error a bucket needs its keys
  compiled({ ...PROPS, artifacts: { kind: 's3', bucket: 'a', endpoint: 'https://s3.example.com' } });
  // @ts-expect-error who may use it is said, not left out
  compiled({ namespace: 'mlflow', database: PROPS.database });
  // @ts-expect-error users need a password
  compiled({ ...PROPS, auth: { kind: 'basic-auth', flaskSecretKey: { secret: 'a', key: 'b' } } });
  // @ts-expect-error a password is never given as text
  compiled({ ...PROPS, database: { kind: 'in-cluster', password: 'hunter2' } });
  // @ts-expect-error a certificate to check against is needed for checking
  compiled({ ...PROPS, database: { ...EXTERNAL, tls: { mode: 'verify-full' } } });
  // @ts-expect-error settings are those of MLflow
  compiled({ ...PROPS, config: { PGHOST: 'elsewhere' } });
  // @ts-expect-error 1.x is not known
  expect(compiled({ ...PROPS, version: '1.30.0' })).toBe('mlflow');
});
