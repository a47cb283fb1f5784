import { ApiObject, type Chart } from 'cdk8s';
import { type Json, PlatformNamespace, type PodSecurityLevel } from '../../../lib';
import { build } from '../../support';
import { container, deployment, podSpec } from '../objects';

const inNamespace = (podSecurity: PodSecurityLevel, spec: Json) => build((layer: Chart) => {
  new PlatformNamespace(layer, 'namespace', { name: 'secure', podSecurity });
  new ApiObject(layer, 'web', { ...deployment(spec), metadata: { name: 'web', namespace: 'secure' } });
}).problems;

const problem = (what: string, level: PodSecurityLevel) => `[test/20-layer/web] ${what}: namespace secure enforces Pod Security "${level}", so the pod would be refused. `
  + 'Turn it off, or set `podSecurity` of the namespace to the level that allows it.';

const SAFE = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
/** A pod spec whose one container is safe but for `securityContext`. */
const almostSafe = (securityContext: Json, fields: Json = {}) => podSpec({ containers: [container({ securityContext: { ...SAFE, ...securityContext } })], ...fields });

describe('what baseline and restricted both refuse; otherwise the Job exists and its pods never do', () => {
  test.each<[string, Json]>([
    ['`hostNetwork` is true', almostSafe({}, { hostNetwork: true })],
    ['`hostPID` is true', almostSafe({}, { hostPID: true })],
    ['`hostIPC` is true', almostSafe({}, { hostIPC: true })],
    ['`volumes["shm"]` is a hostPath', almostSafe({}, { volumes: [{ name: 'shm', hostPath: { path: '/dev/shm' } }] })],
    ['`privileged` is true for container main', almostSafe({ privileged: true })],
    ['`capabilities.add` of container main has IPC_LOCK', almostSafe({ capabilities: { drop: ['ALL'], add: ['IPC_LOCK', 'NET_BIND_SERVICE'] } })],
    ['`hostPort` of container main is 22122', podSpec({ containers: [container({ securityContext: SAFE, ports: [{ containerPort: 80, hostPort: 22122 }, { containerPort: 81 }] })] })],
  ])('%s', (what, spec) => {
    expect(inNamespace('baseline', spec)).toEqual([problem(what, 'baseline')]);
    expect(inNamespace('restricted', spec)).toEqual([problem(what, 'restricted')]);
    expect(inNamespace('privileged', spec)).toEqual([]);
  });

  test('an unconfined system call filter, of a container or of the pod', () => {
    expect(inNamespace('baseline', almostSafe({ seccompProfile: { type: 'Unconfined' } }))).toEqual([problem('`seccompProfile` of container main is Unconfined', 'baseline')]);
    expect(inNamespace('baseline', almostSafe({}, { securityContext: { seccompProfile: { type: 'Unconfined' } } }))).toEqual([problem('`seccompProfile` of the pod is Unconfined', 'baseline')]);
  });

  test('ports of a pod on the host network are reported once, as the host network', () => {
    const spec = podSpec({ hostNetwork: true, containers: [container({ ports: [{ containerPort: 22122, hostPort: 22122 }] })] });
    expect(inNamespace('baseline', spec)).toEqual([problem('`hostNetwork` is true', 'baseline')]);
  });

  test('init containers count', () => {
    expect(inNamespace('baseline', podSpec({ initContainers: [container({ name: 'first', securityContext: { privileged: true } })] }))).toEqual([
      problem('`privileged` is true for container first', 'baseline'),
    ]);
  });
});

describe('what only restricted refuses', () => {
  test.each<[string, Json]>([
    ['`allowPrivilegeEscalation` of container main is not false', almostSafe({ allowPrivilegeEscalation: undefined })],
    ['`capabilities.drop` of container main lacks ALL', almostSafe({ capabilities: { drop: ['NET_RAW'] } })],
    ['`capabilities.add` of container main has SYS_CHROOT', almostSafe({ capabilities: { drop: ['ALL'], add: ['SYS_CHROOT', 'NET_BIND_SERVICE'] } })],
    ['`runAsNonRoot` of container main is not true', almostSafe({ runAsNonRoot: undefined })],
    ['`runAsUser` of container main is 0', almostSafe({ runAsUser: 0 })],
    ['`runAsUser` of container main is 0', almostSafe({ runAsUser: 1000 }, { securityContext: { runAsUser: 0 } })],
    ['`seccompProfile` of container main is not RuntimeDefault', almostSafe({ seccompProfile: undefined })],
    ['`volumes["data"]` is of type nfs', almostSafe({}, { volumes: [{ name: 'data', nfs: { server: '10.0.0.1', path: '/data' } }] })],
  ])('%s', (what, spec) => {
    expect(inNamespace('restricted', spec)).toEqual([problem(what, 'restricted')]);
    expect(inNamespace('baseline', spec)).toEqual([]);
  });

  test('a pod that says nothing about security has everything to add, in one run', () => {
    expect(inNamespace('restricted', podSpec())).toHaveLength(4);
  });

  test('settings of the pod hold for its containers, and allowed volumes are accepted', () => {
    expect(inNamespace('restricted', podSpec({
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'Localhost', localhostProfile: 'a.json' } },
      containers: [container({ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } } })],
      volumes: [{ name: 'scratch', emptyDir: {} }, { name: 'info', downwardAPI: {} }, { name: 'all', projected: { sources: [] } }],
    }))).toEqual([]);
  });
});

test('a namespace whose level is not known here is left alone; otherwise existing namespaces could not be used', () => {
  const spec = podSpec({ hostNetwork: true });
  expect(build(layer => { new ApiObject(layer, 'web', deployment(spec)); }).problems).toEqual([]);
});

test('a pod without a namespace is held against the namespace default', () => {
  expect(build(layer => {
    new PlatformNamespace(layer, 'namespace', { name: 'default', podSecurity: 'baseline' });
    new ApiObject(layer, 'web', { ...deployment({ hostPID: true }), metadata: { name: 'web' } });
  }).problems).toEqual([problem('`hostPID` is true', 'baseline').replace('secure', 'default')]);
});
