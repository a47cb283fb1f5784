import type * as k8s from '../core/k8s';
import { type SecretKey } from '../core/secret-requirements';
import { allowedHosts, allowedOrigins } from './allowed-hosts';
import { authDatabaseOf, databaseOf, type MlflowPlan } from './plan';
import { AUTH_FILE, type PrepareSettings } from './prepare-script';

/** Where certificates of authorities are mounted, one folder each. */
export const CA_FOLDERS = { database: '/run/ca/database', s3: '/run/ca/s3' } as const;
const CA_FILE = 'ca.crt';

const text = (name: string, value: string): k8s.EnvVar => ({ name, value });
const fromSecret = (name: string, { secret, key }: SecretKey): k8s.EnvVar => ({ name, valueFrom: { secretKeyRef: { name: secret, key } } });

/** Certificates that the pod mounts. */
export function authoritiesOf({ props: { database }, artifacts }: MlflowPlan): { readonly name: string; readonly ca: SecretKey; readonly folder: string; readonly file: string }[] {
  return [
    ...(database.kind === 'external' && database.tls?.mode === 'verify-full' ? [{ name: 'database-ca', ca: database.tls.ca, folder: CA_FOLDERS.database, file: CA_FILE }] : []),
    ...(artifacts.kind === 's3' && artifacts.ca ? [{ name: 's3-ca', ca: artifacts.ca, folder: CA_FOLDERS.s3, file: CA_FILE }] : []),
  ];
}

/**
 * Environment of server and init container. The database is given in the variables of libpq and not in a URL, where a `/` or `@` in the password would break it.
 */
export const serverEnvironment = (plan: MlflowPlan): k8s.EnvVar[] => [...typed(plan), ...further(plan)];

/** Names that follow from the typed props; `config` may not give them. */
export const derivedNames = (plan: MlflowPlan): ReadonlySet<string> => new Set(typed(plan).map(({ name }) => name).filter(name => name !== 'MLFLOW_DISABLE_TELEMETRY'));

function typed(plan: MlflowPlan): k8s.EnvVar[] {
  const { features, props: { database, auth } } = plan;
  const { host, port, database: name, user } = databaseOf(plan);
  return [
    // The user has no home in the image.
    text('HOME', '/tmp'),
    text('PGHOST', host), text('PGPORT', String(port)), text('PGDATABASE', name), text('PGUSER', user), fromSecret('PGPASSWORD', database.password),
    ...(database.kind === 'external' && database.tls ? [text('PGSSLMODE', database.tls.mode)] : []),
    ...(database.kind === 'external' && database.tls?.mode === 'verify-full' ? [text('PGSSLROOTCERT', `${CA_FOLDERS.database}/${CA_FILE}`)] : []),
    ...ofArtifacts(plan),
    ...(auth === 'none' ? [] : [text('MLFLOW_AUTH_CONFIG_PATH', AUTH_FILE), fromSecret('MLFLOW_FLASK_SERVER_SECRET_KEY', auth.flaskSecretKey)]),
    ...(features.checksHosts ? [
      text('MLFLOW_SERVER_ALLOWED_HOSTS', allowedHosts(plan).join(',')),
      text('MLFLOW_SERVER_CORS_ALLOWED_ORIGINS', allowedOrigins(plan).join(',')),
    ] : []),
    ...(features.telemetry ? [text('MLFLOW_DISABLE_TELEMETRY', 'true')] : []),
  ];
}

/** What was given in `config`, which may turn telemetry on. */
function further({ props: { config = {} } }: MlflowPlan): k8s.EnvVar[] {
  return Object.entries(config).map(([name, value]) => text(name, value));
}

function ofArtifacts({ artifacts }: MlflowPlan): k8s.EnvVar[] {
  if (artifacts.kind !== 's3') return [];
  return [
    fromSecret('AWS_ACCESS_KEY_ID', artifacts.accessKey), fromSecret('AWS_SECRET_ACCESS_KEY', artifacts.secretKey), text('AWS_DEFAULT_REGION', artifacts.region ?? 'us-east-1'),
    text('MLFLOW_S3_ENDPOINT_URL', artifacts.endpoint),
    // Newer clients send checksums that not every S3 service knows.
    text('AWS_REQUEST_CHECKSUM_CALCULATION', 'when_required'), text('AWS_RESPONSE_CHECKSUM_VALIDATION', 'when_required'),
    ...(artifacts.ca ? [text('AWS_CA_BUNDLE', `${CA_FOLDERS.s3}/${CA_FILE}`)] : []),
  ];
}

/** Environment of the init container alone. */
export function prepareEnvironment(plan: MlflowPlan): k8s.EnvVar[] {
  const { artifacts, features, props: { auth, server } } = plan;
  const settings: PrepareSettings = {
    modules: [...(artifacts.kind === 's3' ? ['boto3'] : []), ...(auth !== 'none' && features.authNeedsFlaskWtf ? ['flask_wtf'] : [])],
    upgrade: server?.upgradeDatabase ?? false,
    auth: auth === 'none' ? undefined : { database: authDatabaseOf(plan)!, username: auth.adminUsername ?? 'admin', permission: auth.defaultPermission ?? 'READ' },
  };
  return [text('PREPARE', JSON.stringify(settings)), ...(auth === 'none' ? [] : [fromSecret('ADMIN_PASSWORD', auth.adminPassword)])];
}
