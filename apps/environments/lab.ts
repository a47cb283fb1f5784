import { Duration } from 'cdk8s';
import { type Environment } from '../environment';

/** The documents' gcr.io/run-ai-demo/quickstart has no tag: a copy of it under one. */
const quickstart = { image: 'registry.example.com/run-ai-demo/quickstart:1.0.0', suspend: true } as const;
const job = (gpus: number) => ({ ...quickstart, gpus, naming: 'fixed' } as const);
const session = (fraction: number) => ({ ...quickstart, gpus: { fraction } });

/** The machine room that the documents validated on, under the documents' names. */
export const lab = {
  name: 'lab',
  cluster: {
    kubernetesVersion: '1.29',
    nodes: [
      { name: '10.61.218.152', address: '10.61.218.152', gpus: 8 },
      { name: '10.61.218.154', address: '10.61.218.154', gpus: 8 },
      { name: 'cpu-1', gpus: 0 },
      { name: 'cpu-2', gpus: 0 },
    ],
  },
  namespaces: [{ name: 'airflow', podSecurity: 'restricted' }, { name: 'jupyterhub', podSecurity: 'restricted' }, { name: 'mlflow', podSecurity: 'restricted' }],
  storage: {
    trident: { version: '24.02' },
    snapshotClass: {},
    aipods: {
      // AI Control Plane (TR-4798): two data LIFs, mount options left to the nodes.
      'ontap-ai': {
        svm: 'ontapai_nfs',
        managementLif: '10.61.218.100',
        dataLifs: [{ name: 'iface1', address: '192.168.11.11' }, { name: 'iface2', address: '192.168.12.12' }],
        credentials: { secret: 'ontapai-nfs-login' },
        generalClasses: 'anyBackend',
        flexGroup: { nfs: 'none' },
        flexVol: { isDefaultClass: true },
      },
      // High-performance jobs for AIPod: one data LIF, NFS 4.1 over TCP and over RDMA.
      aipod: {
        svm: 'ontapai_nfs',
        managementLif: '10.61.218.100',
        dataLifs: [{ name: 'iface1', address: '192.168.11.11', rdma: true }],
        credentials: { secret: 'ontapai-nfs-login' },
        generalClasses: 'anyBackend',
        flexVol: { isDefaultClass: false },
      },
    },
  },
  data: {
    namespace: 'default',
    dataset: { import: 'pb_fg_all', size: '10Ti', aipod: 'ontap-ai' },
    results: { claim: 'tensorflow-results', size: '1Gi', aipod: 'ontap-ai' },
  },
  training: {
    namespace: 'default',
    singleNode: { image: 'netapp/tensorflow-py2:19.03.0', naming: 'fixed', imagenet: 'run', synthetic: 'suspended' },
    multiNode: {
      image: 'netapp/tensorflow-py2:19.03.0',
      naming: 'fixed',
      engine: 'host-network',
      hosts: ['10.61.218.152', '10.61.218.154'],
      imagenet: 'run',
      synthetic: 'suspended',
    },
  },
  // TR-4858: all wait to be started, one step of sections 4.8 to 4.10 after the other, because the benchmarks above want the same GPUs.
  scheduling: {
    teams: {
      'team-a': {
        gpus: 4,
        sessions: {
          'a-1-1-jupyter': {
            image: 'quay.io/jupyter/base-notebook:2025-03-14',
            suspend: true,
            gpus: 1,
            web: { port: 8888, ingress: { className: 'nginx' } },
            command: path => ['start-notebook.py', `--ServerApp.base_url=${path}`],
          },
        },
        jobs: { 'a-1-g': job(1), 'a-2-gg': job(2), 'a-3-gg': job(2), 'a-4-gg': job(2) },
      },
      'team-b': {
        gpus: 2,
        sessions: { 'b-1-g06': session(0.6), 'b-2-g04': session(0.4) },
        jobs: { 'b-3-g': job(1), 'b-4-gg': job(2), 'b-5-gg': job(2) },
      },
      'team-c': {
        gpus: 2,
        sessions: { 'c-1-g05': session(0.5), 'c-2-g03': session(0.3), 'c-3-g02': session(0.2) },
        jobs: { 'c-4-gg': job(2), 'c-5-g': job(1), 'c-6-gg': job(2) },
      },
      'team-d': { gpus: 8, jobs: { 'd-1-gggg': job(4), 'd-2-gg': job(2), 'd-3-gg': job(2) } },
    },
  },
  // Chart 8.0.8, release and namespace `airflow`; the keys that the chart publishes are Secrets here.
  airflow: {
    namespace: 'airflow',
    version: '2.0.1',
    image: 'apache/airflow:2.0.1-python3.8',
    executor: { kind: 'celery', broker: { kind: 'in-cluster', password: { secret: 'airflow-redis', key: 'redis-password' } } },
    database: { kind: 'in-cluster', password: { secret: 'airflow-postgresql', key: 'postgresql-password' } },
    dags: {
      kind: 'git-sync',
      repository: 'git@github.com:mboglesby/airflow-dev.git',
      ref: 'master',
      period: Duration.seconds(60),
      ssh: {
        key: { secret: 'airflow-ssh-git-secret', key: 'id_rsa' },
        knownHosts: { secret: 'airflow-ssh-git-secret', key: 'known_hosts' },
      },
    },
    fernetKey: { secret: 'airflow-keys', key: 'fernet-key' },
    webserverSecretKey: { secret: 'airflow-keys', key: 'webserver-secret-key' },
    web: { expose: { kind: 'node-port' } },
    dataManagement: { snapshot: ['results'], clone: ['results'] },
  },
  // Kubeflow 1.7 by deployKF 0.1.1, with the profile that it starts out with.
  kubeflow: {
    version: '1.7',
    teams: {
      'kubeflow-user-example-com': {
        owner: { kind: 'User', name: 'user@example.com' },
        pipelineAccess: true,
        volumes: {
          'mnist-data': { size: '10Gi', aipod: 'ontap-ai' },
          'mnist-results': { size: '10Gi', aipod: 'ontap-ai' },
        },
        exports: { '/pb_fg_all': { size: '10Ti', aipod: 'ontap-ai' } },
        dataManagement: { snapshot: ['mnist-data'], clone: ['mnist-data'] },
        notebooks: {
          mnist: {
            image: 'kubeflownotebookswg/jupyter-pytorch-cuda-full:v1.7.0',
            cpu: 2,
            memory: '8Gi',
            gpus: 1,
            sharedMemory: true,
            mounts: { '/home/jovyan/pb-fg-all': '/pb_fg_all', '/home/jovyan/mnist-data': 'mnist-data' },
            podDefaults: ['access-ml-pipeline'],
          },
        },
        experiments: {
          'mnist-pytorch': {
            naming: 'fixed',
            objective: { type: 'maximize', metric: 'Validation-accuracy', goal: 0.9, additionalMetrics: ['Train-accuracy'] },
            search: {
              algorithm: 'grid',
              parameters: {
                // The documents show no step; Katib's grid search does not start without one.
                'lr': { type: 'double', min: 0.01, max: 0.03, step: 0.005 },
                'num-layers': { type: 'int', min: 1, max: 64 },
                'optimizer': { type: 'categorical', values: ['sgd', 'adam', 'ftrl'] },
              },
            },
            trials: { max: 12, parallel: 3, maxFailed: 3 },
            metricsCollector: { kind: 'File', path: '/katib/mnist.log' },
            trial: {
              image: 'registry.example.com/ai/mnist-pytorch:1.0.0',
              command: ({ lr, 'num-layers': layers, optimizer }) => [
                'python3', '/app/train_mnist.py', '--log-path=/katib/mnist.log', `--lr=${lr}`, `--num-layers=${layers}`, `--optimizer=${optimizer}`,
              ],
              mounts: { '/mnt/data': 'mnist-data' },
            },
          },
        },
        pipelines: {
          mnist: {
            dataset: { volume: 'mnist-data' },
            train: {
              image: 'registry.example.com/ai/mnist-pytorch:1.0.0',
              command: ['python3', '/app/train_mnist.py', '--data=/mnt/data', '--output=/mnt/results'],
              mounts: { '/mnt/results': 'mnist-results' },
            },
            test: {
              image: 'registry.example.com/ai/mnist-pytorch:1.0.0',
              command: ['python3', '/app/test_mnist.py', '--data=/mnt/data', '--model=/mnt/results'],
              mounts: { '/mnt/results': 'mnist-results' },
            },
          },
        },
        tensorBoards: { 'mnist-logs': { logs: 'mnist-results', path: 'logs' } },
      },
    },
  },
  // Chart 3.3.7, namespace `jupyterhub`. The documents let anybody in under any name; here there is a password.
  jupyterhub: {
    namespace: 'jupyterhub',
    mlflow: true,
    version: '4.1.5',
    keys: { proxyToken: { secret: 'jupyterhub-keys', key: 'proxy-token' }, cookieSecret: { secret: 'jupyterhub-keys', key: 'cookie-secret' } },
    authentication: { kind: 'shared-password', password: { secret: 'jupyterhub-login', key: 'password' }, allowed: 'everyone' },
    database: { kind: 'sqlite' },
    notebooks: { image: 'quay.io/jupyterhub/k8s-singleuser-sample:3.3.7' },
    profiles: [
      { name: 'cpu', title: 'CPU' },
      { name: 'gpu', title: 'One GPU', image: 'registry.example.com/ai/pytorch-notebook:2.3.0-hub-4.1.5', gpus: 1, memory: '32Gi', sharedMemory: '8Gi' },
    ],
    home: { size: '10Gi', aipod: 'aipod' },
    shared: { claim: 'jupyterhub-shared-volume', size: '100Gi', aipod: 'aipod' },
    dataManagement: 'documented',
    network: { kubernetesApi: { cidrs: ['10.61.218.0/24'] } },
    proxy: { expose: { kind: 'node-port', port: 30000 } },
  },
  // Chart 1.4.12. Its images are gone, and with them its object store: artifacts are on a volume, and the image is your own.
  mlflow: {
    namespace: 'mlflow',
    version: '2.14.1',
    image: 'registry.example.com/ai/mlflow:2.14.1',
    database: { kind: 'in-cluster', password: { secret: 'mlflow-postgresql', key: 'postgres-password' } },
    auth: {
      kind: 'basic-auth',
      adminUsername: 'user',
      adminPassword: { secret: 'mlflow-tracking', key: 'admin-password' },
      flaskSecretKey: { secret: 'mlflow-tracking', key: 'flask-server-secret-key' },
    },
    web: { expose: { kind: 'node-port', port: 30002 } },
    trainingJobs: {
      'mnist-traced': {
        // Started by hand: kubectl patch job, or `suspend: false` here.
        suspend: true,
        experiment: 'mnist',
        dataset: { volume: 'results', readOnly: true },
        login: { username: 'user', password: { secret: 'mlflow-login', key: 'password' } },
        train: { image: 'registry.example.com/ai/mnist-pytorch:1.0.0', command: ['python3', '/app/train_mnist.py', '--data=/mnt/data'], gpus: 1, memory: '8Gi' },
      },
    },
  },
} satisfies Environment;
