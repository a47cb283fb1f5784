import { type Environment } from '../environment';

/** A laptop or CI cluster: no array, no Trident, no GPU, and whatever default class it has. */
export const dev = {
  name: 'dev',
  cluster: {
    kubernetesVersion: '1.29',
    nodes: [{ name: 'dev', gpus: 0 }],
    // A default class that serves one node at a time, such as that of kind, minikube or k3s.
    existing: [{ kind: 'StorageClass', isDefault: true, accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'] }],
  },
  namespaces: [{ name: 'ai-training', podSecurity: 'restricted' }, { name: 'airflow', podSecurity: 'restricted' }, { name: 'jupyterhub', podSecurity: 'restricted' }, { name: 'mlflow', podSecurity: 'restricted' }],
  data: {
    namespace: 'ai-training',
    dataset: { claim: 'pb-fg-all-iface1', size: '1Gi', accessMode: 'ReadWriteOnce' },
    results: { claim: 'tensorflow-results', size: '1Gi', accessMode: 'ReadWriteOnce' },
  },
  training: {
    namespace: 'ai-training',
    singleNode: { image: 'busybox:1.37.0', rehearsal: true, imagenet: 'run', synthetic: 'run' },
  },
  airflow: {
    namespace: 'airflow',
    executor: {
      kind: 'celery',
      broker: { kind: 'in-cluster', password: { secret: 'airflow-redis', key: 'redis-password' } },
      workers: { resources: { cpu: '100m', memory: '1Gi' } },
    },
    database: { kind: 'in-cluster', password: { secret: 'airflow-postgresql', key: 'postgresql-password' }, storage: { size: '1Gi' } },
    dags: { kind: 'image' },
    fernetKey: { secret: 'airflow-keys', key: 'fernet-key' },
    webserverSecretKey: { secret: 'airflow-keys', key: 'webserver-secret-key' },
    logs: { accessMode: 'ReadWriteOnce' },
    adminUser: { username: 'admin', email: 'admin@example.com', password: { secret: 'airflow-admin', key: 'password' } },
    web: { resources: { cpu: '100m', memory: '1Gi' } },
    scheduler: { resources: { cpu: '100m', memory: '512Mi' } },
  },
  jupyterhub: {
    namespace: 'jupyterhub',
    mlflow: true,
    keys: { proxyToken: { secret: 'jupyterhub-keys', key: 'proxy-token' }, cookieSecret: { secret: 'jupyterhub-keys', key: 'cookie-secret' } },
    authentication: { kind: 'native', allowed: 'everyone', admins: ['admin'] },
    database: { kind: 'sqlite' },
    notebooks: { image: 'quay.io/jupyterhub/k8s-singleuser-sample:4.4.0', cpu: '100m', memory: '512Mi' },
    home: { size: '1Gi' },
    // The network plugins of laptops seldom enforce policies.
    network: 'open',
  },
  mlflow: {
    namespace: 'mlflow',
    database: { kind: 'in-cluster', password: { secret: 'mlflow-postgresql', key: 'postgres-password' }, storage: { size: '1Gi' } },
    artifacts: { kind: 'volume', storage: { size: '1Gi' }, accessMode: 'ReadWriteOnce' },
    auth: 'none',
    web: { expose: { kind: 'cluster-ip' } },
    server: { workers: 1, resources: { cpu: '100m', memory: '1Gi' } },
  },
} satisfies Environment;
