import { type Cluster, type ClusterNode, type Json } from '../../../lib';
import { GPU_RESOURCE } from '../../../lib/core/cluster';
import { type Kubectl } from './kubectl';
import { until } from './processes';

/** A DGX-1 has 80 threads and 512 GiB; the machines without GPUs are of no model. */
const sizeOf = ({ gpus }: ClusterNode): Json => gpus > 0 ? { cpu: '80', memory: '512Gi', [GPU_RESOURCE]: String(gpus) } : { cpu: '32', memory: '256Gi' };

/** The node of a cluster fact, as its kubelet would register it. */
function nodeOf(node: ClusterNode): Json {
  const resources = { ...sizeOf(node), 'ephemeral-storage': '1Ti', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, labels: { 'kubernetes.io/hostname': node.name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } },
    status: {
      capacity: resources,
      allocatable: resources,
      addresses: [...(node.address === undefined ? [] : [{ type: 'InternalIP', address: node.address }]), { type: 'Hostname', address: node.name }],
    },
  };
}

/** Registers the nodes of an environment, and waits until pods may run on them. */
export async function addNodes(kubectl: Kubectl, { nodes }: Cluster): Promise<void> {
  await kubectl.create(nodes.map(nodeOf));
  await until('nodes are ready', async () => {
    const waiting = (await kubectl.list('nodes')).filter(({ spec, status }) => (spec.taints ?? []).length > 0 || !status.conditions?.some(({ type, status: is }: Json) => type === 'Ready' && is === 'True'));
    return waiting.length === 0 || `Not ready: ${waiting.map(({ metadata }) => metadata.name).join(', ')}`;
  });
}
