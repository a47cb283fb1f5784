import { Duration } from 'cdk8s';
import { type Environment } from '../environment';

/** Settings of new volumes that both kinds of backend share. */
const secureBackend = {
  storagePrefix: 'prod_',
  deletionPolicy: 'retain',
  // Only the nodes may mount.
  autoExport: { cidrs: ['198.51.100.0/24'] },
} as const;

/** Settings that all benchmarks share. */
const benchmark = {
  image: 'registry.example.com/ai/tf-cnn-benchmarks:2.15.0',
  imagePaths: { program: '/opt/benchmarks/tf_cnn_benchmarks.py' },
  dropPageCache: false,
  sharedMemory: '64Gi',
  cpu: 64,
  memory: '512Gi',
  queue: { queueName: 'ai-training' },
  ttlAfterFinished: Duration.days(7),
  imagenet: 'suspended',
  synthetic: 'suspended',
} as const;

/** A current AIPod, hardened. Addresses, names and the image are examples: replace them with yours. */
export const prod = {
  name: 'prod',
  cluster: {
    kubernetesVersion: '1.33',
    nodes: [
      { name: 'dgx-01', address: '198.51.100.21', gpus: 8 },
      { name: 'dgx-02', address: '198.51.100.22', gpus: 8 },
      { name: 'cpu-01', gpus: 0 },
      { name: 'cpu-02', gpus: 0 },
    ],
  },
  namespaces: [{ name: 'ai-training', podSecurity: 'restricted' }, { name: 'airflow', podSecurity: 'restricted' }, { name: 'jupyterhub', podSecurity: 'restricted' }, { name: 'mlflow', podSecurity: 'restricted' }],
  storage: {
    trident: { version: '26.06' },
    snapshotClass: { deletionPolicy: 'Retain' },
    aipods: {
      aipod: {
        svm: 'aipod_nfs',
        managementLif: 'aipod-mgmt.example.com',
        dataLifs: [
          { name: 'iface1', address: '198.51.100.11', rdma: true },
          { name: 'iface2', address: '198.51.100.12', rdma: true },
        ],
        credentials: { secret: 'aipod-nfs-login' },
        flexGroup: { ...secureBackend, allowVolumeExpansion: true, defaults: { encryption: true } },
        flexVol: {
          ...secureBackend,
          allowVolumeExpansion: true,
          limitAggregateUsage: 90,
          nfs: { nconnect: 4 },
          defaults: { encryption: true, snapshotPolicy: 'default', snapshotReserve: 10 },
        },
      },
    },
  },
  data: {
    namespace: 'ai-training',
    dataset: {
      import: 'pb_fg_all',
      size: '10Ti',
      aipod: 'aipod',
      transport: 'rdma',
      // From the status of the TridentBackendConfigs, once they are bound.
      backendUuids: { iface1: '5d1f3c52-8c1e-4f0e-9d53-3a6a0f1e7b01', iface2: '0c9a7a4e-52b5-4a53-8f0e-6a1f7d2c4e02' },
    },
    results: { claim: 'tensorflow-results', size: '100Gi', aipod: 'aipod' },
  },
  training: {
    namespace: 'ai-training',
    singleNode: benchmark,
    multiNode: { ...benchmark, engine: 'mpi-operator', mpiOperator: { sshUserHome: '/home/mpiuser' }, hosts: ['dgx-01', 'dgx-02'] },
  },
  // The team of Kubeflow and the benchmarks have one half of the GPUs each. A quota of Kubernetes as in `kubeflow` is a limit, so more is not lent to it.
  scheduling: {
    teams: {
      'jupyterhub': { gpus: 2, namespace: { existing: 'jupyterhub' } },
      'kubeflow-user-example-com': { gpus: 6, maxGpus: 8, namespace: { existing: 'kubeflow-user-example-com' } },
      'ai-training': {
        gpus: 8,
        minRuntime: { reclaim: Duration.minutes(10) },
        sessionTimeLimit: Duration.hours(12),
        namespace: { existing: 'ai-training' },
        sessions: {
          'jupyter': {
            image: 'quay.io/jupyter/base-notebook:2025-03-14',
            gpus: { fraction: 0.5 },
            memory: '16Gi',
            sharedMemory: '4Gi',
            web: { port: 8888, ingress: { host: 'gpu.example.com', className: 'nginx', tlsSecret: 'gpu-sessions-tls' } },
            command: path => ['start-notebook.py', `--ServerApp.base_url=${path}`],
            mounts: { '/home/jovyan/imagenet': 'dataset', '/home/jovyan/results': 'results' },
          },
        },
      },
    },
  },
  airflow: {
    namespace: 'airflow',
    executor: {
      kind: 'celery',
      broker: { kind: 'in-cluster', password: { secret: 'airflow-redis', key: 'redis-password' } },
      workers: { replicas: 2, resources: { cpu: 2, memory: '8Gi', memoryLimit: '8Gi' }, gracePeriod: Duration.minutes(30) },
      flower: { basicAuth: { secret: 'airflow-flower', key: 'basic-auth' } },
    },
    database: { kind: 'in-cluster', password: { secret: 'airflow-postgresql', key: 'postgresql-password' }, storage: { size: '50Gi' } },
    dags: {
      kind: 'git-sync',
      repository: 'git@git.example.com:ai/airflow-dags.git',
      ssh: {
        key: { secret: 'airflow-ssh-git-secret', key: 'id_rsa' },
        knownHosts: { secret: 'airflow-ssh-git-secret', key: 'known_hosts' },
      },
    },
    fernetKey: { secret: 'airflow-keys', key: 'fernet-key' },
    webserverSecretKey: { secret: 'airflow-keys', key: 'webserver-secret-key' },
    logs: { storage: { size: '100Gi' }, retentionDays: 90 },
    web: { replicas: 2, expose: { kind: 'ingress', host: 'airflow.example.com', className: 'nginx', tlsSecret: 'airflow-web-tls' } },
    dataManagement: { snapshot: ['results'], clone: ['results'] },
  },
  kubeflow: {
    version: '26.03',
    teams: {
      'kubeflow-user-example-com': {
        owner: { kind: 'User', name: 'user@example.com' },
        queue: { queueName: 'kubeflow-user-example-com' },
        quota: { gpus: 8, cpu: 64, memory: '512Gi', storage: '2Ti', claims: 50 },
        pipelineAccess: true,
        sharedMemory: '16Gi',
        volumes: {
          'mnist-data': { size: '100Gi', aipod: 'aipod' },
          'mnist-results': { size: '100Gi', aipod: 'aipod' },
        },
        exports: { '/pb_fg_all': { size: '10Ti', aipod: 'aipod', transport: 'rdma' } },
        datasets: { 'imagenet': { data: '/pb_fg_all', mountPath: '/mnt/imagenet' } },
        dataManagement: { snapshot: ['mnist-data', 'mnist-results'], clone: ['mnist-data'] },
        notebooks: {
          mnist: {
            image: 'ghcr.io/kubeflow/kubeflow/notebook-servers/jupyter-pytorch-cuda-full:v1.10.0',
            cpu: 4,
            memory: '16Gi',
            gpus: 1,
            sharedMemory: '8Gi',
            mounts: { '/home/jovyan/pb-fg-all': '/pb_fg_all', '/home/jovyan/mnist-data': 'mnist-data' },
            podDefaults: ['access-ml-pipeline'],
          },
        },
        experiments: {
          'mnist-pytorch': {
            objective: { type: 'maximize', metric: 'Validation-accuracy', goal: 0.9, additionalMetrics: ['Train-accuracy'] },
            search: {
              // A grid of 12 of 960 points would see one corner only.
              algorithm: 'random',
              parameters: {
                'lr': { type: 'double', min: 0.01, max: 0.03 },
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
              memory: '8Gi',
              gpus: 1,
              sharedMemory: '2Gi',
              mounts: { '/mnt/data': 'mnist-data' },
            },
          },
        },
        pipelines: {
          mnist: {
            dataset: { volume: 'mnist-data', readOnly: true },
            train: {
              image: 'registry.example.com/ai/mnist-pytorch:1.0.0',
              command: ['torchrun', '/app/train_mnist.py', '--data=/mnt/data', '--output=/mnt/results'],
              pyTorchJob: { workers: 1 },
              cpu: 8,
              memory: '64Gi',
              gpus: 2,
              sharedMemory: '16Gi',
              mounts: { '/mnt/results': 'mnist-results' },
            },
            test: {
              image: 'registry.example.com/ai/mnist-pytorch:1.0.0',
              command: ['python3', '/app/test_mnist.py', '--data=/mnt/data', '--model=/mnt/results'],
              memory: '8Gi',
              mounts: { '/mnt/results': 'mnist-results' },
            },
            activeDeadline: Duration.hours(12),
          },
        },
        tensorBoards: { 'mnist-logs': { logs: 'mnist-results', path: 'logs' } },
      },
    },
  },
  jupyterhub: {
    namespace: 'jupyterhub',
    mlflow: true,
    version: '5.5.0',
    keys: {
      proxyToken: { secret: 'jupyterhub-keys', key: 'proxy-token' },
      cookieSecret: { secret: 'jupyterhub-keys', key: 'cookie-secret' },
      authState: { secret: 'jupyterhub-keys', key: 'auth-state' },
    },
    authentication: {
      kind: 'oidc',
      provider: {
        authorizeUrl: 'https://login.example.com/realms/ai/protocol/openid-connect/auth',
        tokenUrl: 'https://login.example.com/realms/ai/protocol/openid-connect/token',
        userinfoUrl: 'https://login.example.com/realms/ai/protocol/openid-connect/userinfo',
        title: 'Example login',
      },
      clientId: 'jupyterhub',
      clientSecret: { secret: 'jupyterhub-login', key: 'client-secret' },
      groups: { claim: 'groups', allowed: ['data-science'] },
      allowed: [],
      admins: ['admin@example.com'],
    },
    database: { kind: 'postgresql', url: { secret: 'jupyterhub-database', key: 'url' } },
    notebooks: { image: 'quay.io/jupyterhub/k8s-singleuser-sample:4.4.0', cpu: 1, memory: '4Gi', memoryLimit: '8Gi' },
    profiles: [
      { name: 'cpu', title: 'CPU', description: '1 core, 4 to 8 GiB' },
      {
        name: 'gpu',
        title: 'One GPU',
        description: 'PyTorch, 8 cores, 64 GiB',
        image: 'registry.example.com/ai/pytorch-notebook:2.9.0-hub-5.5.0',
        cpu: 8,
        memory: '64Gi',
        memoryLimit: '64Gi',
        gpus: 1,
        queue: { queueName: 'jupyterhub' },
        sharedMemory: '16Gi',
        tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
      },
    ],
    home: { size: '50Gi', aipod: 'aipod' },
    shared: { claim: 'jupyterhub-shared-volume', size: '1Ti', aipod: 'aipod' },
    dataManagement: 'own',
    network: { kubernetesApi: { cidrs: ['198.51.100.0/24'] } },
    proxy: { expose: { kind: 'ingress', host: 'jupyter.example.com', className: 'nginx', tlsSecret: 'jupyterhub-web-tls' } },
  },
  mlflow: {
    namespace: 'mlflow',
    database: { kind: 'in-cluster', password: { secret: 'mlflow-postgresql', key: 'postgres-password' }, storage: { size: '50Gi' } },
    artifacts: { kind: 'volume', storage: { size: '500Gi' } },
    auth: {
      kind: 'basic-auth',
      adminUsername: 'user',
      adminPassword: { secret: 'mlflow-tracking', key: 'admin-password' },
      flaskSecretKey: { secret: 'mlflow-tracking', key: 'flask-server-secret-key' },
      defaultPermission: 'NO_PERMISSIONS',
    },
    web: {
      expose: {
        kind: 'ingress',
        host: 'mlflow.example.com',
        className: 'nginx',
        tlsSecret: 'mlflow-tracking-tls',
        // Models are larger than the controller's 1 MB.
        annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '0', 'nginx.ingress.kubernetes.io/proxy-request-buffering': 'off' },
      },
    },
    server: { replicas: 2, resources: { cpu: 1, memory: '4Gi', memoryLimit: '4Gi' }, uploads: { size: '100Gi' } },
    trainingJobs: {
      'mnist-traced': {
        // Started by hand: kubectl patch job, or `suspend: false` here.
        suspend: true,
        experiment: 'mnist',
        queue: { queueName: 'ai-training' },
        dataset: { volume: 'results', readOnly: true },
        login: { username: 'user', password: { secret: 'mlflow-login', key: 'password' } },
        train: { image: 'registry.example.com/ai/mnist-pytorch:1.0.0', command: ['python3', '/app/train_mnist.py', '--data=/mnt/data'], gpus: 1, memory: '8Gi', sharedMemory: '2Gi' },
      },
    },
  },
} satisfies Environment;
