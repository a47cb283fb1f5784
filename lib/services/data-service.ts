import { type Construct } from 'constructs';
import type * as k8s from '../core/k8s';
import { type Identity, standardLabels } from '../core/labels';
import { addObject } from '../core/manifest-object';
import { type SecretKey } from '../core/secret-requirements';
import { RESTRICTED_CONTAINER, restrictedPod } from '../core/security-context';
import { type VolumeOptions } from './resources';

/** A process with a volume and a password that a product keeps its state in. */
export interface DataService {
  /** Its component is also the name of the port, and part of the construct ids. */
  readonly identity: Identity;
  /** Labels that select its pod; never change them on a running installation. */
  readonly selector: Record<string, string>;
  readonly namespace: string;
  /** Name of StatefulSet and Service. */
  readonly name: string;
  /** Name of the Service that the StatefulSet needs. */
  readonly headlessName: string;
  readonly port: number;
  /** User and group id of the process. */
  readonly user: number;
  /** The file PASSWORD_FILE in the container. */
  readonly password: SecretKey;
  readonly storage: VolumeOptions;
  readonly mountPath: string;
  readonly container: k8s.Container;
  readonly memoryVolume?: { readonly mountPath: string; readonly size: string };
}

/** Where the process finds its password. */
export const PASSWORD_FILE = '/run/secrets/data-service/password';

/** A StatefulSet of one pod with its volume, and its two Services. */
export function addDataService(scope: Construct, service: DataService): void {
  const { identity, selector, namespace, name, headlessName, memoryVolume, storage } = service;
  const { component } = identity;
  const port = { name: component, port: service.port, targetPort: component };
  addObject(scope, `${component}-service`, identity, {
    apiVersion: 'v1', kind: 'Service',
    metadata: { name, namespace }, spec: { type: 'ClusterIP', selector, ports: [port] },
  });
  addObject(scope, `${component}-headless`, identity, {
    apiVersion: 'v1', kind: 'Service',
    metadata: { name: headlessName, namespace }, spec: { clusterIP: 'None', selector, ports: [port] },
  });
  addObject(scope, component, identity, {
    apiVersion: 'apps/v1', kind: 'StatefulSet',
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      serviceName: headlessName,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...standardLabels(identity), ...selector } },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: restrictedPod(service.user, service.user),
          containers: [{
            ports: [{ name: component, containerPort: service.port }],
            volumeMounts: [
              { name: 'data', mountPath: service.mountPath },
              { name: 'password', mountPath: PASSWORD_FILE.replace(/\/[^/]+$/, ''), readOnly: true },
              ...(memoryVolume ? [{ name: 'dshm', mountPath: memoryVolume.mountPath }] : []),
            ],
            securityContext: RESTRICTED_CONTAINER,
            ...service.container,
          }],
          volumes: [
            { name: 'password', secret: { secretName: service.password.secret, defaultMode: 0o440, items: [{ key: service.password.key, path: 'password' }] } },
            ...(memoryVolume ? [{ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: memoryVolume.size } }] : []),
          ],
        },
      },
      volumeClaimTemplates: [{
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: storage.storageClass?.className,
          resources: { requests: { storage: storage.size } },
        },
      }],
    },
  });
}
