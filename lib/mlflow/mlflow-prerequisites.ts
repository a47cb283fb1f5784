import { type Construct } from 'constructs';
import { declarePrerequisite } from '../core/prerequisites';
import { requireSecret, type SecretKey } from '../core/secret-requirements';
import { declareWebSecrets } from '../services/web-exposure';
import { authDatabaseOf, databaseOf, type MlflowPlan, packagesOf } from './plan';
import { officialImage } from './upstream';

const RANDOM = '$(openssl rand -base64 24)';

/** The content of a file without the line break at its end, which would become part of a password. */
const fromFile = (key: string): string => `$(cat ./${key})`;

/** Declares every Secret that the stack refers to, and what must be there outside of the cluster. */
export function declareMlflowNeeds(scope: Construct, plan: MlflowPlan): void {
  const { namespace, image, version, artifacts, expose, props: { database, auth } } = plan;
  const need = ({ secret, key }: SecretKey, purpose: string, generate?: string) => { requireSecret(scope, { namespace, name: secret, keys: [key], purpose, generate }); };
  const authDatabase = authDatabaseOf(plan);
  if (database.kind === 'in-cluster') need(database.password, 'password of the database', RANDOM);
  else {
    const { host, port, database: name, user } = databaseOf(plan);
    need(database.password, `password of user ${user} of the database`, fromFile(database.password.key));
    if (database.tls?.mode === 'verify-full') need(database.tls.ca, `certificate of the authority that signed that of ${host}`);
    declarePrerequisite(scope, {
      area: 'Cluster',
      what: `PostgreSQL at ${host}:${port} has a database ${name}${authDatabase === undefined ? '' : ` and a database ${authDatabase}`}, owned by user ${user}`,
    });
  }
  if (auth !== 'none') {
    need(auth.adminPassword, 'password of the first user, 12 characters or more', RANDOM);
    need(auth.flaskSecretKey, 'key of web sessions', RANDOM);
  }
  if (artifacts.kind === 's3') {
    need(artifacts.accessKey, `access key of bucket ${artifacts.bucket}`, fromFile(artifacts.accessKey.key));
    need(artifacts.secretKey, `secret key of bucket ${artifacts.bucket}`, fromFile(artifacts.secretKey.key));
    if (artifacts.ca) need(artifacts.ca, `certificate of the authority that signed that of ${artifacts.endpoint}`);
    declarePrerequisite(scope, { area: 'Array', what: `The S3 service ${artifacts.endpoint} has a bucket ${artifacts.bucket}, which its keys may read, write and list` });
  }
  if (image !== officialImage(version)) {
    declarePrerequisite(scope, { area: 'Images', what: `${image} has MLflow ${version} with ${packagesOf(plan).join(', ')}` });
  }
  declareWebSecrets(scope, namespace, expose);
}
