import { type Chart } from 'cdk8s';
import { type BenchmarkData, type Cluster, type ClusterNode, HorovodCluster, ImagenetBenchmarkJob } from '../../lib';
import { type TrainingSettings } from '../environment';
import { type DataOutputs } from './data';

export function addTraining(layer: Chart, { namespace, singleNode, multiNode }: TrainingSettings, { dataset, results }: DataOutputs, cluster: Cluster): void {
  const runs: readonly { readonly name: 'imagenet' | 'synthetic'; readonly data: BenchmarkData }[] = [
    { name: 'imagenet', data: { dataset } },
    { name: 'synthetic', data: 'synthetic' },
  ];
  for (const { name, data } of runs) {
    if (singleNode?.[name]) {
      new ImagenetBenchmarkJob(layer, `single-${name}`, { ...singleNode, namespace, data, results, suspend: singleNode[name] === 'suspended' || undefined });
    }
    if (multiNode?.[name]) {
      const hosts = multiNode.hosts.map(host => nodeNamed(cluster, host));
      new HorovodCluster(layer, `multi-${name}`, { ...multiNode, hosts, namespace, data, results, suspend: multiNode[name] === 'suspended' || undefined });
    }
  }
}

/** A node of the cluster facts; one that is not there has no GPUs, which the checks then report. */
const nodeNamed = ({ nodes }: Cluster, name: string): ClusterNode => nodes.find(node => node.name === name) ?? { name, gpus: 0 };
