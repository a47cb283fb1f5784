import { type Cluster, type MlflowStackProps } from '../../lib';
import { mlflow, MLFLOW_CLUSTER, server, variables } from './mlflow-support';

const OF_THE_SERVICE = (port: number) => ['', '.mlflow', '.mlflow.svc', '.mlflow.svc.cluster.local'].flatMap(suffix => [`mlflow-tracking${suffix}`, `mlflow-tracking${suffix}:${port}`]);
const LOOPBACK = ['localhost', 'localhost:*', '127.0.0.1', '127.0.0.1:*'];
const hosts = (web: MlflowStackProps['web'], cluster?: Cluster): string[] => variables(server(mlflow({ web }, cluster))).MLFLOW_SERVER_ALLOWED_HOSTS!.split(',');
const origins = (web: MlflowStackProps['web']): string[] => variables(server(mlflow({ web }))).MLFLOW_SERVER_CORS_ALLOWED_ORIGINS!.split(',');

describe('the server answers to every name that a user may type; MLflow compares port and all, and answers 403 to others', () => {
  test('names of the Service, loopback for kubectl port-forward, and each node by name and address with the NodePort', () => {
    expect(hosts(undefined)).toEqual([...OF_THE_SERVICE(30002), ...LOOPBACK, 'gpu-1:30002', '10.0.0.1:30002', 'gpu-2:30002', '10.0.0.2:30002']);
  });

  test('another NodePort is that of the Service too, so that one number is right inside and outside', () => {
    expect(hosts({ expose: { kind: 'node-port', port: 31000 } })).toEqual([...OF_THE_SERVICE(31000), ...LOOPBACK, 'gpu-1:31000', '10.0.0.1:31000', 'gpu-2:31000', '10.0.0.2:31000']);
  });

  test('a NodePort that Kubernetes chooses can be any', () => {
    expect(hosts({ expose: { kind: 'node-port' } })).toEqual([...OF_THE_SERVICE(30002), ...LOOPBACK, 'gpu-1:*', '10.0.0.1:*', 'gpu-2:*', '10.0.0.2:*']);
  });

  test('IPv6 is in brackets, and names are in small letters, as browsers send them', () => {
    expect(hosts(undefined, { ...MLFLOW_CLUSTER, nodes: [{ name: 'Node-1', address: 'fd00::1', gpus: 0 }] }).slice(-2)).toEqual(['node-1:30002', '[fd00::1]:30002']);
  });

  test('behind an Ingress, its host, and no node', () => {
    expect(hosts({ expose: { kind: 'ingress', host: 'mlflow.example.com' } })).toEqual([...OF_THE_SERVICE(30002), ...LOOPBACK, 'mlflow.example.com']);
  });

  test('inside the cluster only, no node; names that are given come last', () => {
    expect(hosts({ expose: { kind: 'cluster-ip' }, allowedHosts: ['tracking.example.com:8443'] })).toEqual([...OF_THE_SERVICE(30002), ...LOOPBACK, 'tracking.example.com:8443']);
  });
});

describe('the page may change something under each address that it has; otherwise it shows, and every search in it fails', () => {
  test('over http on nodes, over both behind an Ingress and under given names', () => {
    expect(origins(undefined)).toEqual(hosts(undefined).map(host => `http://${host}`));
    expect(origins({ expose: { kind: 'ingress', host: 'mlflow.example.com' }, allowedHosts: ['tracking.example.com:8443'] }).slice(-4)).toEqual([
      'http://mlflow.example.com', 'https://mlflow.example.com', 'http://tracking.example.com:8443', 'https://tracking.example.com:8443',
    ]);
  });

  test('no list lets everybody in', () => {
    for (const list of [hosts({ expose: { kind: 'node-port' } }), origins({ expose: { kind: 'node-port' } })]) expect(list.filter(entry => /^(https?:\/\/)?\*/.test(entry))).toEqual([]);
  });
});
