import { type Chart } from 'cdk8s';
import { type BenchmarkData, type Cluster, type ClusterNode, HorovodCluster, ImagenetBenchmarkJob } from '../../lib';
import { type TrainingSettings } from '../environment';
import { type DataOutputs } from './data';

export function addTraining(layer: Chart, { namespace, singleNode, multiNode }: TrainingSettings, cluster: Cluster, volumes?: DataOutputs): void {
  if (!volumes) throw new Error('`training` needs `data`: the environment has no dataset and no results claim. Add `data`, or leave `training` out.');
  const { dataset, results } = volumes;
  const runs: readonly { readonly name: 'imagenet' | 'synthetic'; readonly data: BenchmarkData }[] = [
    { name: 'imagenet', data: { dataset } },
    { name: 'synthetic', data: 'synthetic' },
  ];
  const hosts = nodesNamed(cluster, 'training.multiNode.hosts', multiNode?.hosts ?? []);
  for (const { name, data } of runs) {
    if (singleNode?.[name]) {
      new ImagenetBenchmarkJob(layer, `single-${name}`, { ...singleNode, namespace, data, results, suspend: singleNode[name] === 'suspended' || undefined });
    }
    if (multiNode?.[name]) {
      new HorovodCluster(layer, `multi-${name}`, { ...multiNode, hosts, namespace, data, results, suspend: multiNode[name] === 'suspended' || undefined });
    }
  }
}

/** Nodes of the cluster facts. An environment names them; a name that leads nowhere is a mistake in it. */
export function nodesNamed({ nodes }: Cluster, key: string, names: readonly string[]): ClusterNode[] {
  const unknown = names.filter(name => !nodes.some(node => node.name === name));
  if (unknown.length > 0) {
    throw new Error(`\`${key}\` has ${unknown.join(', ')}: \`cluster.nodes\` has only ${nodes.map(({ name }) => name).join(', ')}. Correct the name, or add the node with its GPUs.`);
  }
  return names.map(name => nodes.find(node => node.name === name)!);
}
