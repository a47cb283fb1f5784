import { Duration } from 'cdk8s';
import { GpuSession, type GpuSessionProps } from '../../lib';
import { type Built, CLUSTER } from '../support';
import { buildInTeam, DATA, IMAGE, needs, session, TEAM } from './scheduling-support';

const PATH = '[test/20-layer/session]';
const ALL: Required<GpuSessionProps> = {
  team: TEAM, name: 'notebook', image: 'registry.example.com/jupyter:1.0', command: path => ['jupyter', 'lab', `--ServerApp.base_url=${path}`], environment: { SEED: '1' }, cpu: 8, memory: '64Gi',
  gpus: { fraction: 0.5 }, sharedMemory: '16Gi', mounts: [{ dataset: DATA, mountPath: '/data' }], runAsUser: 1234, suspend: true, timeLimit: Duration.hours(8),
  web: { port: 8888, ingress: { host: 'gpu.example.com', path: '/notebook', className: 'nginx', tlsSecret: 'certificate' } },
};
const containerOf = (built: Built) => built.manifests.find(({ spec }) => spec.template)!.spec.template.spec.containers[0];

test('every prop reaches a manifest; otherwise a user sets it and nothing happens', () => {
  const built = session(ALL);
  expect(built.problems).toEqual([]);
  const { metadata, spec } = built.one('Job');
  expect(metadata).toMatchObject({ name: 'notebook', namespace: 'team', labels: { 'kai.scheduler/queue': 'vision', 'priorityClassName': 'build' } });
  expect(spec).toMatchObject({ suspend: true, activeDeadlineSeconds: 28800 });
  expect(spec.template.metadata).toMatchObject({
    labels: { 'kai.scheduler/queue': 'vision', 'priorityClassName': 'build' }, annotations: { 'gpu-fraction': '0.5', 'gpu-fraction-container-name': 'notebook' },
  });
  expect(spec.template.spec).toMatchObject({
    schedulerName: 'kai-scheduler', restartPolicy: 'Never', securityContext: { runAsUser: 1234 },
    containers: [{
      name: 'notebook', image: 'registry.example.com/jupyter:1.0', command: ['jupyter', 'lab', '--ServerApp.base_url=/notebook'], env: [{ name: 'SEED', value: '1' }],
      ports: [{ name: 'web', containerPort: 8888 }], resources: { requests: { cpu: '8', memory: '64Gi' }, limits: { memory: '64Gi' } },
      volumeMounts: [{ name: 'dshm', mountPath: '/dev/shm' }, { name: 'test', mountPath: '/data' }],
    }],
  });
  expect(built.one('Service').spec).toEqual({
    type: 'ClusterIP', ports: [{ name: 'web', port: 8888, targetPort: 'web' }],
    selector: { 'app.kubernetes.io/name': 'gpu-session', 'app.kubernetes.io/instance': 'notebook', 'app.kubernetes.io/component': 'session' },
  });
  expect(built.one('Ingress').spec).toEqual({
    ingressClassName: 'nginx', tls: [{ hosts: ['gpu.example.com'], secretName: 'certificate' }],
    rules: [{ host: 'gpu.example.com', http: { paths: [{ path: '/notebook', pathType: 'Prefix', backend: { service: { name: 'notebook', port: { name: 'web' } } } }] } }],
  });
  expect(needs(built)).toContain('Secret team/certificate with keys tls.crt, tls.key: certificate of gpu.example.com');
});

describe('a shell with no end of its own, as documented', () => {
  const built = session({ command: ['sleep', 'infinity'] });

  test('is one pod that is replaced when it is lost, and nothing else', () => {
    expect(built.problems).toEqual([]);
    expect(built.manifests.map(({ kind }) => kind)).toEqual(['StatefulSet']);
    const { spec } = built.one('StatefulSet');
    expect(Object.keys(spec).sort()).toEqual(['replicas', 'selector', 'serviceName', 'template']);
    expect(spec.replicas).toBe(1);
    expect(spec.template.spec).not.toHaveProperty('restartPolicy');
    expect(spec.template.spec).not.toHaveProperty('activeDeadlineSeconds');
    expect(containerOf(built)).not.toHaveProperty('ports');
  });

  test('is never pre-empted; KAI would take a StatefulSet for training', () => {
    expect(built.one('StatefulSet').metadata.labels.priorityClassName).toBe('build');
  });

  test('waits to be started where that is asked for', () => {
    expect(session({ suspend: true }).one('StatefulSet').spec.replicas).toBe(0);
  });
});

describe('the time limit', () => {
  test('of the team holds for a session that says none; one of its own comes first', () => {
    const team = { ...TEAM, sessionTimeLimit: Duration.hours(12) };
    expect(session({ team }).one('Job').spec.activeDeadlineSeconds).toBe(43200);
    expect(session({ team, timeLimit: Duration.hours(1) }).one('Job').spec.activeDeadlineSeconds).toBe(3600);
  });

  test('of no time is refused', () => {
    expect(session({ timeLimit: Duration.seconds(0) }).problems).toEqual([`${PATH} \`timeLimit\` is 0 seconds: the session would end before it starts. Give it some hours, or leave it out.`]);
  });

  test('keeps the name, to which Service and Ingress lead', () => {
    expect(session(ALL).one('Job').metadata.name).toBe('notebook');
  });
});

describe('Jupyter behind an Ingress', () => {
  test('knows the path under which it is reached; the documents\' base URL was another one, and their page was not found', () => {
    let made: GpuSession;
    const built = buildInTeam(layer => {
      made = new GpuSession(layer, 'session', { team: TEAM, name: 'a-1-1-jupyter', image: IMAGE, web: { port: 8888, ingress: {} }, command: path => ['start-notebook.py', `--ServerApp.base_url=${path}`] });
    });
    expect(built.problems).toEqual([]);
    expect(made!.path).toBe('/vision-a-1-1-jupyter');
    expect(containerOf(built).command).toEqual(['start-notebook.py', '--ServerApp.base_url=/vision-a-1-1-jupyter']);
    expect(built.one('Ingress').spec).toEqual({
      rules: [{ http: { paths: [{ path: '/vision-a-1-1-jupyter', pathType: 'Prefix', backend: { service: { name: 'a-1-1-jupyter', port: { name: 'web' } } } }] } }],
    });
  });

  test('without an Ingress it is reached at the root, by its Service', () => {
    const built = session({ web: { port: 8888 }, command: path => ['jupyter', path] });
    expect(built.problems).toEqual([]);
    expect(containerOf(built).command).toEqual(['jupyter', '/']);
    expect(built.manifests.map(({ kind }) => kind)).toEqual(['StatefulSet', 'Service']);
  });

  test.each<[string, GpuSessionProps['web'], string]>([
    ['a port that is none', { port: 0 }, '`web.port` is 0: it must be a whole number from 1 to 65535. Choose a value in that range.'],
    ['a relative path', { port: 80, ingress: { path: 'notebook' } }, '`web.ingress.path` is "notebook": it is an absolute path without a slash at the end. Write for example /team-a-notebook.'],
    ['a slash at the end', { port: 80, ingress: { path: '/a/' } }, '`web.ingress.path` is "/a/": it is an absolute path without a slash at the end. Write for example /team-a-notebook.'],
    ['a certificate for no host', { port: 80, ingress: { tlsSecret: 'certificate' } },
      '`web.ingress.tlsSecret` is set without a `host`: a certificate is for a host name. Give the host, or leave the Secret out.'],
  ])('%s is refused', (_, web, sentence) => {
    expect(session({ web }).problems).toEqual([`${PATH} ${sentence}`]);
  });
});

test('it runs on the nodes of its team only', () => {
  const built = session({ team: { ...TEAM, nodes: CLUSTER.nodes.slice(1) } });
  expect(JSON.stringify(built.one('StatefulSet').spec.template.spec.affinity)).toContain('"values":["gpu-2"]');
});

test('mistakes of all workloads are said of sessions, too', () => {
  expect(session({ gpus: { fraction: 2 } }).problems).toEqual([
    `${PATH} \`gpus.fraction\` is 2: KAI Scheduler shares one GPU, so it must be more than 0 and less than 1. Write for example 0.5, or \`gpus\` as a number for whole ones.`,
  ]);
  expect(session({ command: () => [] }).problems).toEqual([`${PATH} \`command\` is empty: there would be nothing to run. Give the program and its arguments, or leave it out for the image's own.`]);
});
