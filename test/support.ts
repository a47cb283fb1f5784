import { type Chart } from 'cdk8s';
import { type Cluster, EnvironmentApp, type EnvironmentAppProps, TridentInstallation, type Json, type TridentInstallationProps } from '../lib';

/** A cluster where nothing but the construct under test can be wrong. */
export const CLUSTER: Cluster = {
  kubernetesVersion: '1.29',
  nodes: [
    { name: 'gpu-1', address: '10.0.0.1', gpus: 8 },
    { name: 'gpu-2', address: '10.0.0.2', gpus: 8 },
  ],
  existing: [
    { kind: 'StorageClass', isDefault: true, accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'] },
    { kind: 'Namespace', name: 'team' },
  ],
};

/** What a test wants to know of an environment that it built. */
export class Built {
  constructor(readonly app: EnvironmentApp) {}

  /** All manifests, as they would be written. */
  get manifests(): Json[] {
    return this.app.charts.flatMap(chart => chart.node.findAll()).filter(node => 'apiVersion' in node).map(node => (node as unknown as { toJson(): Json }).toJson());
  }

  /** The one manifest of a kind, or of a kind and name. */
  one(kind: string, name?: string): Json {
    const found = this.manifests.filter(manifest => manifest.kind === kind && (name === undefined || manifest.metadata.name === name));
    if (found.length !== 1) throw new Error(`${found.length} manifests of kind ${kind} ${name ?? ''}; there are: ${this.manifests.map(({ kind: other, metadata }) => `${other} ${metadata.name}`).join(', ')}`);
    return found[0];
  }

  /** Every mistake as `[path] sentence`. */
  get problems(): string[] {
    return this.app.findings().map(({ path, sentence }) => `[${path}] ${sentence}`);
  }
}

/** Builds an environment named `test` with one layer; `build` adds to it. */
export function build(add: (layer: Chart) => void, props: Partial<EnvironmentAppProps> = {}): Built {
  const app = new EnvironmentApp('test', { cluster: CLUSTER, outputRoot: '/nonexistent', ...props });
  add(app.layer('20-layer'));
  return new Built(app);
}

/** The installed Trident of a test. */
export const trident = (layer: Chart, props: Partial<TridentInstallationProps> = {}): TridentInstallation =>
  new TridentInstallation(layer, 'trident', { version: '26.06', ...props });
