import { type Construct } from 'constructs';
import type * as k8s from '../core/k8s';
import { addObject } from '../core/manifest-object';
import { type NetworkOptions } from './options';
import { type Component, identityOf, type JupyterHubPlan, selectorOf } from './plan';
import { NAMES, PORTS } from './upstream';

/** Private and link-local networks. The latter has the metadata service of clouds, which hands out the node's login. */
const NOT_PUBLIC = { v4: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'], v6: ['fc00::/7', 'fe80::/10'] };

/** Address of NodeLocal DNSCache, which is no pod. */
const NODE_LOCAL_DNS = '169.254.20.10/32';

const tcp = (...ports: number[]): k8s.NetworkPolicyPort[] => ports.map(port => ({ protocol: 'TCP', port }));
const podsOf = (...components: Component[]) => components.map(component => ({ podSelector: { matchLabels: selectorOf(component) } }));
const addresses = (...cidrs: string[]) => cidrs.map(cidr => ({ ipBlock: { cidr } }));

/**
 * Who may talk to whom: users to the hub and the proxy, the hub to the proxy's API, both of them to the servers of users, and nobody else to those. Hub and
 * proxy may connect to anything, for the hub has to reach the Kubernetes API, a login provider and a database.
 */
export function addNetworkPolicies(scope: Construct, { namespace }: JupyterHubPlan, options: NetworkOptions): void {
  const add = (name: string, component: Component, ingress: k8s.NetworkPolicyIngressRule[], egress?: k8s.NetworkPolicyEgressRule[]) =>
    addObject(scope, `${name}-network-policy`, identityOf(component), {
      apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy',
      metadata: { name, namespace },
      spec: { podSelector: { matchLabels: selectorOf(component) }, policyTypes: egress ? ['Ingress', 'Egress'] : ['Ingress'], ingress, egress },
    });
  add(NAMES.hub, 'hub', [{ from: podsOf('proxy', 'singleuser-server'), ports: tcp(PORTS.hub) }]);
  add(NAMES.proxy, 'proxy', [{ ports: tcp(PORTS.proxy) }, { from: podsOf('hub'), ports: tcp(PORTS.proxyApi) }]);
  add(NAMES.notebooks, 'singleuser-server', [{ from: podsOf('hub', 'proxy'), ports: tcp(PORTS.notebook) }], egressOf(options));
}

/** Where notebooks may connect to. */
function egressOf({ internet = true, kubernetesApi, peers = [], addresses: outside = [] }: NetworkOptions): k8s.NetworkPolicyEgressRule[] {
  return [
    { to: [{ namespaceSelector: {} }, ...addresses(NODE_LOCAL_DNS)], ports: [{ protocol: 'UDP', port: 53 }, ...tcp(53)] },
    { to: podsOf('hub'), ports: tcp(PORTS.hub) },
    { to: podsOf('proxy'), ports: tcp(PORTS.proxy) },
    ...(kubernetesApi ? [{ to: addresses(...kubernetesApi.cidrs), ports: tcp(...kubernetesApi.ports ?? API_PORTS) }] : []),
    ...peers.map(({ namespace, podLabels, port }) => ({
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } }, podSelector: { matchLabels: { ...podLabels } } }], ports: tcp(port),
    })),
    ...outside.map(({ cidr, ports }) => ({ to: addresses(cidr), ports: tcp(...ports) })),
    ...(internet ? [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: NOT_PUBLIC.v4 } }, { ipBlock: { cidr: '::/0', except: NOT_PUBLIC.v6 } }] }] : []),
  ];
}

/** Ports of the Kubernetes API: that of its Service, and the usual one of the servers behind it. */
export const API_PORTS = [443, 6443];
