import { type Json, type NetworkOptions, type NetworkPeer } from '../../lib';
import { type Built } from '../support';
import { jupyterhub, objects } from './jupyterhub-support';

const PODS: Record<string, Record<string, string>> = {
  hub: { app: 'jupyterhub', component: 'hub' },
  proxy: { app: 'jupyterhub', component: 'proxy' },
  // What KubeSpawner gives to pods of users; scripts/jupyterhub-test.mjs holds it against the real one.
  user: { app: 'jupyterhub', heritage: 'jupyterhub', component: 'singleuser-server' },
  other: { app: 'other' },
  mlflow: { app: 'mlflow' },
};
const NAMESPACES: Record<string, string> = { mlflow: 'mlflow' };

const matches = (selector: Json, labels: Record<string, string>): boolean => Object.entries<string>(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
const bits = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
function inCidr(address: string, cidr: string): boolean {
  if (cidr.includes(':')) return false;
  const [network = '', length = ''] = cidr.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(bits(address) / size) === Math.floor(bits(network) / size);
}

/** Whether a peer of a rule stands for a pod or an address, as the API of NetworkPolicies says it. */
function isPeer(peer: Json, who: string, policyNamespace: string): boolean {
  if (/^\d/.test(who)) return peer.ipBlock !== undefined && inCidr(who, peer.ipBlock.cidr as string) && !(peer.ipBlock.except ?? []).some((cidr: string) => inCidr(who, cidr));
  if (peer.ipBlock) return false;
  const namespace = NAMESPACES[who] ?? 'jupyterhub';
  const inNamespace = peer.namespaceSelector ? matches(peer.namespaceSelector, { 'kubernetes.io/metadata.name': namespace }) : namespace === policyNamespace;
  return inNamespace && matches(peer.podSelector ?? {}, PODS[who]!);
}

/** Whether the policies let one pod or address connect to another, the way a network plugin decides it. */
function allowed(built: Built, from: string, to: string, port: number, protocol = 'TCP'): boolean {
  const policies = built.manifests.filter(({ kind }) => kind === 'NetworkPolicy');
  const decide = (who: string, other: string, direction: 'ingress' | 'egress'): boolean => {
    if (/^\d/.test(who) || NAMESPACES[who]) return true;
    const own = policies.filter(({ spec }) => matches(spec.podSelector, PODS[who]!) && spec.policyTypes.includes(direction === 'ingress' ? 'Ingress' : 'Egress'));
    return own.length === 0 || own.some(({ spec, metadata }) => spec[direction].some((rule: Json) =>
      (rule.ports === undefined || rule.ports.some((one: Json) => one.port === port && one.protocol === protocol))
      && ((rule.from ?? rule.to) === undefined || (rule.from ?? rule.to).some((peer: Json) => isPeer(peer, other, metadata.namespace as string)))));
  };
  return decide(from, to, 'egress') && decide(to, from, 'ingress');
}

describe('who may talk to whom, decided as a network plugin does', () => {
  const built = jupyterhub();

  test.each<[string, string, string, number]>([
    ['the proxy reaches the hub', 'proxy', 'hub', 8081],
    ['the hub sets routes', 'hub', 'proxy', 8001],
    ['the proxy reaches servers of users', 'proxy', 'user', 8888],
    ['the hub asks servers whether they are up', 'hub', 'user', 8888],
    ['servers report to the hub', 'user', 'hub', 8081],
    ['servers reach the proxy', 'user', 'proxy', 8000],
    ['anybody reaches the page', '203.0.113.5', 'proxy', 8000],
    ['package indexes are reached', 'user', '151.101.0.223', 443],
    ['the hub reaches the Kubernetes API, a login provider, a database', 'hub', '10.0.0.1', 6443],
  ])('%s', (_title, from, to, port) => { expect(allowed(built, from, to, port)).toBe(true); });

  test.each<[string, string, string, number]>([
    ['a user sets routes of the proxy, and so takes over servers of others', 'user', 'proxy', 8001],
    ['a user looks into the server of another', 'user', 'user', 8888],
    ['another pod of the namespace looks into servers', 'other', 'user', 8888],
    ['another pod talks to the hub past the proxy', 'other', 'hub', 8081],
    ['a user asks the metadata service of the cloud for the login of the node', 'user', '169.254.169.254', 80],
    ['a user reaches private addresses, such as the array', 'user', '10.61.218.100', 443],
    ['a user reaches the Kubernetes API without need', 'user', '10.0.0.1', 6443],
    ['a user reaches other products', 'user', 'mlflow', 5000],
    ['somebody outside sets routes', '203.0.113.5', 'proxy', 8001],
  ])('not so: %s', (_title, from, to, port) => { expect(allowed(built, from, to, port)).toBe(false); });

  test('names are resolved, by the DNS of the cluster and of the node', () => {
    expect([allowed(built, 'user', 'mlflow', 53, 'UDP'), allowed(built, 'user', '169.254.20.10', 53, 'UDP'), allowed(built, 'user', '169.254.20.10', 80)]).toEqual([true, true, false]);
  });
});

describe('what is opened', () => {
  const MLFLOW: Required<NetworkPeer> = { namespace: 'mlflow', podLabels: { app: 'mlflow' }, port: 5000 };
  const ALL: Required<NetworkOptions> = {
    internet: false, kubernetesApi: { cidrs: ['10.0.0.0/28'], ports: [6443] }, peers: [MLFLOW], addresses: [{ cidr: '10.61.218.0/24', ports: [443] }],
  };
  const built = jupyterhub({ network: ALL, dataManagement: {} });

  test.each<[string, string, number, boolean]>([
    ['the Kubernetes API', '10.0.0.1', 6443, true],
    ['the Kubernetes API on another port', '10.0.0.1', 443, false],
    ['a neighbour of the Kubernetes API', '10.0.0.17', 6443, false],
    ['pods of another product, by the port of the container', 'mlflow', 5000, true],
    ['the NodePort of that product', 'mlflow', 30002, false],
    ['S3 on the array', '10.61.218.100', 443, true],
    ['the array on other ports', '10.61.218.100', 22, false],
    ['public addresses', '151.101.0.223', 443, false],
  ])('%s', (_title, to, port, expected) => {
    expect(built.problems).toEqual([]);
    expect(allowed(built, 'user', to, port)).toBe(expected);
  });

  test('both usual ports of the Kubernetes API, where none are given', () => {
    const usual = jupyterhub({ network: { kubernetesApi: { cidrs: ['10.0.0.0/28'] } }, dataManagement: {} });
    expect([443, 6443, 8443].map(port => allowed(usual, 'user', '10.0.0.1', port))).toEqual([true, true, false]);
  });

  test('no policies at all, where that is asked for', () => {
    expect(objects(jupyterhub({ network: 'open' })).filter(name => name.startsWith('NetworkPolicy'))).toEqual([]);
  });
});
