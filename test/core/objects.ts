import { ApiObject, type ApiObjectProps } from 'cdk8s';
import { type EnvironmentAppProps, type Json } from '../../lib';
import { build } from '../support';

/** The mistakes of an environment that has just these objects, each under its key as id. */
export const problemsOf = (objects: Record<string, ApiObjectProps>, props: Partial<EnvironmentAppProps> = {}): string[] => build(layer => {
  for (const [id, object] of Object.entries(objects)) new ApiObject(layer, id, object);
}, props).problems;

const LABELS = { app: 'web' };

/** A container that no rule objects to. */
export const container = (fields: Json = {}): Json => ({ name: 'main', image: 'registry.example.com/app:1.0', ...fields });

/** A pod spec with one container. */
export const podSpec = (fields: Json = {}): Json => ({ containers: [container()], ...fields });

export const pod = (fields: Json = {}, name = 'web'): ApiObjectProps =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'team' }, spec: podSpec(fields) });

export const deployment = (fields: Json = {}, { name = 'web', replicas, kind = 'Deployment' }: { name?: string; replicas?: number; kind?: string } = {}): ApiObjectProps => ({
  apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'team' },
  spec: { replicas, selector: { matchLabels: LABELS }, template: { metadata: { labels: LABELS }, spec: podSpec(fields) } },
});

export const claim = (spec: Json = {}, name = 'data', namespace: string | undefined = 'team'): ApiObjectProps => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});

export const configMap = (data: Record<string, string> = {}, name = 'settings', namespace: string | undefined = 'team'): ApiObjectProps =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data });
