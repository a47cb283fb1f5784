import { type Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { type ObjectOf } from '../core/kinds';
import { type Identity } from '../core/labels';
import { addObject } from '../core/manifest-object';
import { requireSecret } from '../core/secret-requirements';

/** How the web page is reached. */
export type WebExposure =
  /** A port of every node; Kubernetes chooses one from 30000-32767 where none is given. */
  | { readonly kind: 'node-port'; readonly port?: number }
  /** A host name on an Ingress controller. */
  | {
    readonly kind: 'ingress'; readonly host: string; readonly className?: string; /** Secret with the certificate. */ readonly tlsSecret?: string;
    /** Settings of the controller, such as the largest body of a request. @default - none */ readonly annotations?: Readonly<Record<string, string>>;
  }
  /** Inside the cluster only, or by `kubectl port-forward`. */
  | { readonly kind: 'cluster-ip' };

/** A web page, and how it is reached. */
export interface WebService {
  readonly identity: Identity;
  /** Labels that select its pods. */
  readonly selector: Record<string, string>;
  readonly namespace: string;
  /** Name of Service and Ingress. */
  readonly name: string;
  readonly port: { readonly name: string; readonly port: number; readonly targetPort: string };
  readonly expose: WebExposure;
}

/** The Service of a web page, and the Ingress to it where there is one. */
export function addWebService(scope: Construct, { identity, selector, namespace, name, port, expose }: WebService): void {
  addObject(scope, 'web-service', identity, {
    apiVersion: 'v1', kind: 'Service',
    metadata: { name, namespace },
    spec: {
      type: expose.kind === 'node-port' ? 'NodePort' : 'ClusterIP',
      selector,
      ports: [{ ...port, nodePort: expose.kind === 'node-port' ? expose.port : undefined }],
    },
  });
  if (expose.kind !== 'ingress') return;
  addObject(scope, 'web-ingress', identity, webIngress({ ...expose, name, namespace, port: port.name }));
}

/** A way to a Service from outside the cluster. */
interface WebIngress {
  /** Name of the Ingress and of the Service that it leads to. */
  readonly name: string;
  readonly namespace: string;
  /** Name of the port of the Service. */
  readonly port: string;
  /** Host name that it answers to; any, where none is given. */
  readonly host?: string;
  /** Paths that begin with this one are passed on; all, where none is given. */
  readonly path?: string;
  readonly className?: string;
  readonly tlsSecret?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An Ingress to one Service. */
export function webIngress({ name, namespace, port, host, path = '/', className, tlsSecret, annotations }: WebIngress): ObjectOf<'Ingress'> {
  return {
    apiVersion: 'networking.k8s.io/v1', kind: 'Ingress',
    metadata: { name, namespace, annotations },
    spec: {
      ingressClassName: className,
      tls: tlsSecret === undefined ? undefined : [{ hosts: host === undefined ? undefined : [host], secretName: tlsSecret }],
      rules: [{ host, http: { paths: [{ path, pathType: 'Prefix', backend: { service: { name, port: { name: port } } } }] } }],
    },
  };
}

/** Address that users see behind an Ingress; elsewhere it is not known here. */
export const addressOf = (expose: WebExposure | undefined): string | undefined =>
  (expose?.kind === 'ingress' ? `${expose.tlsSecret === undefined ? 'http' : 'https'}://${expose.host}` : undefined);

/** Mistakes in it; `key` is the prop that holds it. */
export function checkWebExposure(scope: Construct, key: string, expose?: WebExposure): void {
  if (expose?.kind === 'node-port') checkInteger(scope, `${key}.port`, expose.port, 30000, 32767);
}

/** Declares the certificate of an Ingress. */
export function declareWebSecrets(scope: Construct, namespace: string, expose?: WebExposure): void {
  if (expose?.kind !== 'ingress' || expose.tlsSecret === undefined) return;
  requireSecret(scope, { namespace, name: expose.tlsSecret, keys: ['tls.crt', 'tls.key'], purpose: `certificate of ${expose.host}` });
}
