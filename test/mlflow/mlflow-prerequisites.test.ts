import { type MlflowStackProps } from '../../lib';
import { BUCKET, DOCUMENTED, EXTERNAL, mlflow } from './mlflow-support';

const needs = (props: Partial<MlflowStackProps>) => mlflow(props).app.prerequisites().filter(({ what }) => !/^(Kubernetes |The namespaces)/.test(what))
  .map(({ area, what, commands }) => [area, what, ...commands ?? []].join(' | '));

test('passwords are made at random, and never end with a line break', () => {
  expect(needs({})).toEqual([
    'Secrets | Secret mlflow/db-secret with key db-key: password of the database | kubectl -n mlflow create secret generic db-secret --from-literal=db-key="$(openssl rand -base64 24)"',
    'Secrets | Secret mlflow/auth-secret with keys admin, flask: password of the first user, 12 characters or more; key of web sessions | '
    + 'kubectl -n mlflow create secret generic auth-secret --from-literal=admin="$(openssl rand -base64 24)" --from-literal=flask="$(openssl rand -base64 24)"',
  ]);
});

test('what others run is said: databases, bucket, certificates, and what the image must have', () => {
  expect(needs({ ...DOCUMENTED, database: EXTERNAL, artifacts: BUCKET, web: { expose: { kind: 'ingress', host: 'mlflow.example.com', tlsSecret: 'web-tls' } } })).toEqual([
    'Array | The S3 service https://s3.example.com:10443 has a bucket mlflow, which its keys may read, write and list',
    'Cluster | PostgreSQL at db.example.com:5433 has a database experiments and a database mlflow_auth, owned by user tracker',
    'Secrets | Secret mlflow/db-secret with key db-key: password of user tracker of the database | kubectl -n mlflow create secret generic db-secret --from-literal=db-key="$(cat ./db-key)"',
    'Secrets | Secret mlflow/db-ca with key ca.pem: certificate of the authority that signed that of db.example.com | kubectl -n mlflow create secret generic db-ca --from-file=ca.pem=./ca.pem',
    'Secrets | Secret mlflow/auth-secret with keys admin, flask: password of the first user, 12 characters or more; key of web sessions | '
    + 'kubectl -n mlflow create secret generic auth-secret --from-literal=admin="$(openssl rand -base64 24)" --from-literal=flask="$(openssl rand -base64 24)"',
    'Secrets | Secret mlflow/s3-secret with keys access, secret: access key of bucket mlflow; secret key of bucket mlflow | '
    + 'kubectl -n mlflow create secret generic s3-secret --from-literal=access="$(cat ./access)" --from-literal=secret="$(cat ./secret)"',
    'Secrets | Secret mlflow/s3-ca with key ca.pem: certificate of the authority that signed that of https://s3.example.com:10443 | kubectl -n mlflow create secret generic s3-ca --from-file=ca.pem=./ca.pem',
    'Secrets | Secret mlflow/web-tls with keys tls.crt, tls.key: certificate of mlflow.example.com | kubectl -n mlflow create secret generic web-tls --from-file=tls.crt=./tls.crt --from-file=tls.key=./tls.key',
    'Images | registry.example.com/mlflow:2.14.1 has MLflow 2.14.1 with psycopg2-binary, boto3',
  ]);
});

test('without users, the database of users is not asked for', () => {
  expect(needs({ auth: 'none', database: EXTERNAL })).toContain('Cluster | PostgreSQL at db.example.com:5433 has a database experiments, owned by user tracker');
});
