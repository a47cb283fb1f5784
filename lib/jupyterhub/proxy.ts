import { type Construct } from 'constructs';
import type * as k8s from '../core/k8s';
import { standardLabels } from '../core/labels';
import { addObject } from '../core/manifest-object';
import { resourcesOf } from '../services/resources';
import { RESTRICTED_CONTAINER, restrictedPod } from '../core/security-context';
import { addWebService } from '../services/web-exposure';
import { fromSecret } from './hub';
import { DEFAULT_RESOURCES, identityOf, type JupyterHubPlan, selectorOf } from './plan';
import { NAMES, PORTS, USERS } from './upstream';

const identity = identityOf('proxy');

/** Deployment of the proxy, the Service that the hub sets routes by, and the one that users come in by. */
export function addProxy(scope: Construct, plan: JupyterHubPlan): void {
  const { namespace, props: { proxy = {} } } = plan;
  addObject(scope, 'proxy-api-service', identity, {
    apiVersion: 'v1', kind: 'Service',
    metadata: { name: NAMES.proxyApi, namespace }, spec: { type: 'ClusterIP', selector: selectorOf('proxy'), ports: [{ name: 'api', port: PORTS.proxyApi, targetPort: 'api' }] },
  });
  addWebService(scope, {
    identity, selector: selectorOf('proxy'), namespace, name: NAMES.proxyPublic, port: { name: 'http', port: PORTS.public, targetPort: 'http' }, expose: proxy.expose ?? { kind: 'node-port' },
  });
  addObject(scope, 'proxy', identity, {
    apiVersion: 'apps/v1', kind: 'Deployment',
    metadata: { name: NAMES.proxy, namespace },
    spec: {
      // Routes are in its memory; the hub sets them again when it has started anew.
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: selectorOf('proxy') },
      template: { metadata: { labels: { ...standardLabels(identity), ...selectorOf('proxy') } }, spec: proxyPod(plan) },
    },
  });
}

function proxyPod({ props: { keys, proxy = {} }, images }: JupyterHubPlan): k8s.PodSpec {
  const hub = `http://${NAMES.hub}:${PORTS.hub}`;
  const health = { httpGet: { path: '/_chp_healthz', port: 'http' }, timeoutSeconds: 5 };
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPod(USERS.proxy, USERS.proxy),
    containers: [{
      name: 'chp',
      image: images.proxy,
      command: [
        'configurable-http-proxy', '--ip=', `--port=${PORTS.proxy}`, '--api-ip=', `--api-port=${PORTS.proxyApi}`, `--default-target=${hub}`, `--error-target=${hub}/hub/error`,
      ],
      env: [fromSecret('CONFIGPROXY_AUTH_TOKEN', keys.proxyToken)],
      ports: [{ name: 'http', containerPort: PORTS.proxy }, { name: 'api', containerPort: PORTS.proxyApi }],
      resources: resourcesOf(proxy.resources ?? DEFAULT_RESOURCES),
      startupProbe: { ...health, periodSeconds: 2, failureThreshold: 60 },
      livenessProbe: { ...health, periodSeconds: 10, failureThreshold: 6 },
      readinessProbe: { ...health, periodSeconds: 2, failureThreshold: 5 },
      securityContext: RESTRICTED_CONTAINER,
    }],
  };
}
