import { AirflowStack, type DataManagement, ExistingClaim, PlatformNamespace, type WebExposure } from '../../lib';
import { build, type Built } from '../support';
import { airflow, DATA_CLAIM, ONE_NODE, PATH, PROPS, settings } from './airflow-support';

describe('how the web page is reached', () => {
  const service = (built: Built) => built.one('Service', 'airflow-web').spec;
  const kinds = (built: Built) => built.manifests.map(({ kind }) => kind as string);

  test('a NodePort that Kubernetes chooses, as the documents have it, where nothing is said', () => {
    const built = airflow();
    expect(service(built)).toEqual({
      type: 'NodePort', selector: { app: 'airflow', component: 'web', release: 'airflow' }, ports: [{ name: 'web', port: 8080, targetPort: 'web' }],
    });
    expect(kinds(built)).not.toContain('Ingress');
  });

  test('a NodePort of one\'s own', () => {
    const expose: Required<Extract<WebExposure, { kind: 'node-port' }>> = { kind: 'node-port', port: 30080 };
    expect(service(airflow({ web: { expose } })).ports).toEqual([{ name: 'web', port: 8080, targetPort: 'web', nodePort: 30080 }]);
  });

  test.each([29999, 32768, 30000.5])('NodePort %d is refused here; otherwise by the API server, after half of the objects are made', port => {
    expect(airflow({ web: { expose: { kind: 'node-port', port } } }).problems).toEqual([
      `${PATH} \`web.expose.port\` is ${port}: it must be a whole number from 30000 to 32767. Choose a value in that range.`]);
  });

  test('an Ingress with class and certificate; the nodes then open no port', () => {
    const expose: Required<Extract<WebExposure, { kind: 'ingress' }>> = { kind: 'ingress', host: 'airflow.example.com', className: 'nginx', tlsSecret: 'web-tls', annotations: { 'example.com/timeout': '60' } };
    const built = airflow({ web: { expose } });
    expect(built.problems).toEqual([]);
    expect(service(built).type).toBe('ClusterIP');
    expect(built.one('Ingress', 'airflow-web').metadata.annotations).toEqual({ 'example.com/timeout': '60' });
    expect(built.one('Ingress', 'airflow-web').spec).toEqual({
      ingressClassName: 'nginx',
      tls: [{ hosts: ['airflow.example.com'], secretName: 'web-tls' }],
      rules: [{ host: 'airflow.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'airflow-web', port: { name: 'web' } } } }] } }],
    });
  });

  test('links in mails and redirects behind an Ingress have the address that users see, not localhost:8080', () => {
    expect(settings(airflow({ web: { expose: { kind: 'ingress', host: 'airflow.example.com', tlsSecret: 'web-tls' } } }))).toMatchObject({
      AIRFLOW__WEBSERVER__BASE_URL: 'https://airflow.example.com', AIRFLOW__WEBSERVER__ENABLE_PROXY_FIX: 'True',
    });
    expect(settings(airflow({ web: { expose: { kind: 'ingress', host: 'airflow.example.com' } } })).AIRFLOW__WEBSERVER__BASE_URL).toBe('http://airflow.example.com');
    for (const kind of ['node-port', 'cluster-ip'] as const) {
      expect(Object.keys(settings(airflow({ web: { expose: { kind } } }))).filter(key => /BASE_URL|PROXY_FIX/.test(key))).toEqual([]);
    }
  });

  test('the address behind an Ingress can be another one; a load balancer may have its own port', () => {
    const built = airflow({ web: { expose: { kind: 'ingress', host: 'airflow.example.com' } }, config: { AIRFLOW__WEBSERVER__BASE_URL: 'https://airflow.example.com:8443' } });
    expect(built.problems).toEqual([]);
    expect(settings(built).AIRFLOW__WEBSERVER__BASE_URL).toBe('https://airflow.example.com:8443');
  });

  test('an Ingress without class and certificate has neither field', () => {
    expect(Object.keys(airflow({ web: { expose: { kind: 'ingress', host: 'airflow.example.com' } } }).one('Ingress').spec as object)).toEqual(['rules']);
  });

  test('inside the cluster only', () => {
    const expose: Required<Extract<WebExposure, { kind: 'cluster-ip' }>> = { kind: 'cluster-ip' };
    const built = airflow({ web: { expose } });
    expect(service(built).type).toBe('ClusterIP');
    expect(kinds(built)).not.toContain('Ingress');
  });

  test('only the web page leaves the cluster; Flower, database and broker never do', () => {
    const outside = airflow().manifests.filter(({ kind, spec }) => kind === 'Service' && spec.type !== 'ClusterIP' && spec.clusterIP !== 'None').map(({ metadata }) => metadata.name as string);
    expect(outside).toEqual(['airflow-web']);
  });
});

test('the account of the pods may start pods for tasks in its own namespace, and nothing else', () => {
  const built = airflow();
  expect(built.one('Role', 'airflow').rules).toEqual([
    { apiGroups: [''], resources: ['events'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['create', 'get', 'delete', 'list', 'patch', 'watch'] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
  ]);
  expect(built.one('RoleBinding', 'airflow')).toMatchObject({
    metadata: { namespace: 'airflow' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'airflow' },
    subjects: [{ kind: 'ServiceAccount', name: 'airflow', namespace: 'airflow' }],
  });
});

describe('rights of tasks that manage data', () => {
  const results = new ExistingClaim('team', 'results', 'ReadWriteMany');
  const local = new ExistingClaim('airflow', 'local', 'ReadWriteMany');
  const ALL: Required<DataManagement> = { snapshot: [DATA_CLAIM, results], clone: [results, local] };
  const roles = (built: Built) => built.manifests.filter(({ kind }) => kind === 'Role' || kind === 'RoleBinding').map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort();
  const built = airflow({ dataManagement: ALL });

  test('in the namespaces of the claims, for snapshots and for clones', () => {
    expect(built.problems).toEqual([]);
    expect(roles(built)).toEqual([
      'Role airflow/airflow', 'Role airflow/airflow-data-clone', 'Role team/airflow-data-clone', 'Role team/airflow-data-snapshot',
      'RoleBinding airflow/airflow', 'RoleBinding airflow/airflow-data-clone', 'RoleBinding team/airflow-data-clone', 'RoleBinding team/airflow-data-snapshot',
    ]);
    expect(built.one('Role', 'airflow-data-snapshot').rules).toEqual([
      { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs: ['create', 'get', 'list'] },
      { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get'], resourceNames: ['data', 'results'] },
    ]);
  });

  test('for the account of data tasks alone; the pods of Airflow itself cannot touch a volume', () => {
    for (const { metadata, subjects } of built.manifests.filter(({ kind, metadata: { name } }) => kind === 'RoleBinding' && name !== 'airflow')) {
      expect({ name: metadata.name, subjects }).toEqual({ name: metadata.name, subjects: [{ kind: 'ServiceAccount', name: 'airflow-data', namespace: 'airflow' }] });
    }
    expect(built.one('ServiceAccount', 'airflow-data').automountServiceAccountToken).toBe(true);
    expect(built.manifests.filter(({ spec }) => JSON.stringify(spec ?? {}).includes('airflow-data'))).toEqual([]);
  });

  test('no right to delete, none on the whole cluster, none on pods', () => {
    const rules = built.manifests.filter(({ kind, metadata }) => kind === 'Role' && metadata.name !== 'airflow').flatMap(({ rules: own }) => own as { verbs: string[]; resources: string[] }[]);
    expect(rules.flatMap(({ verbs }) => verbs).filter(verb => !['create', 'get', 'list'].includes(verb))).toEqual([]);
    expect(rules.flatMap(({ resources }) => resources).filter(resource => !/^(volumesnapshots|persistentvolumeclaims(\/status)?)$/.test(resource))).toEqual([]);
    expect(built.manifests.map(({ kind }) => kind as string).filter(kind => kind.startsWith('Cluster'))).toEqual([]);
  });

  test('the construct tells the name of the account, for the tasks of DAGs', () => {
    build(layer => {
      new PlatformNamespace(layer, 'namespace', { name: 'airflow' });
      expect(new AirflowStack(layer, 'airflow', { ...PROPS, dataManagement: { snapshot: [DATA_CLAIM] } }).dataServiceAccount).toBe('airflow-data');
    }, { cluster: ONE_NODE });
  });

  test.each<[string, DataManagement, string[]]>([
    ['snapshots only', { snapshot: [DATA_CLAIM] }, ['Role team/airflow-data-snapshot', 'RoleBinding team/airflow-data-snapshot']],
    ['clones only', { clone: [DATA_CLAIM] }, ['Role team/airflow-data-clone', 'RoleBinding team/airflow-data-clone']],
    ['neither', {}, []],
  ])('%s', (_, dataManagement, expected) => {
    expect(roles(airflow({ dataManagement })).filter(name => !name.endsWith('airflow/airflow'))).toEqual(expected);
  });
});
