import { isIPv6Address } from '../core/checks';
import { type MlflowPlan, servicePort, trackingName } from './plan';

/**
 * Host headers that requests to the server may have: names of the Service with and without its port, addresses and names of the nodes with the NodePort,
 * the host of the Ingress, and loopback for `kubectl port-forward`. MLflow compares the whole header, port included; `*` stands for any text.
 */
export function allowedHosts(plan: MlflowPlan): string[] {
  const { namespace, expose, nodes, props: { web } } = plan;
  const service = trackingName(plan);
  const names = ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`].map(suffix => service + suffix);
  const nodePort = expose.kind === 'node-port' ? expose.port ?? '*' : undefined;
  return [...new Set([
    ...names.flatMap(name => [name, `${name}:${servicePort(plan)}`]),
    ...['localhost', '127.0.0.1'].flatMap(name => [name, `${name}:*`]),
    ...(nodePort === undefined ? [] : nodes.flatMap(({ name, address }) => [name.toLowerCase(), ...address === undefined ? [] : [inHeader(address)]]).map(host => `${host}:${nodePort}`)),
    ...(expose.kind === 'ingress' ? [expose.host] : []),
    ...(web?.allowedHosts ?? []),
  ])];
}

/** Origins of web pages that may change something: those of MLflow itself under each address. Without them, the server refuses what its own page sends. */
export function allowedOrigins(plan: MlflowPlan): string[] {
  return allowedHosts(plan).flatMap(host => [`http://${host}`, ...usesTls(plan, host) ? [`https://${host}`] : []]);
}

/** Whether there may be TLS in front of the server under that name. */
const usesTls = ({ expose, props: { web } }: MlflowPlan, host: string): boolean => (expose.kind === 'ingress' && host === expose.host) || (web?.allowedHosts ?? []).includes(host);

const inHeader = (address: string): string => (isIPv6Address(address) ? `[${address}]` : address);
