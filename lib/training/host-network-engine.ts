import { PREEMPTED_JOB } from '../core/gpu-queue';
import type * as k8s from '../core/k8s';
import { type Construct } from 'constructs';
import { selectorLabels, standardLabels } from '../core/labels';
import { addJobObject, addObject } from '../core/manifest-object';
import { onNodes } from '../core/placement';
import { dataDirectory, imagePathsOf } from './benchmark';
import { type HorovodPlan } from './horovod-cluster';
import { DROP_PAGE_CACHE, loggedCommand, mpirun } from './mpi-command';
import { jobLimits, type Privilege, quietPod, securityContext, trainingContainer, trainingLabels, trainingVolumes } from './training-pod';

/** How long the master waits for the workers' SSH servers before it fails and is retried, in seconds. */
const WAIT_FOR_WORKERS_SECONDS = 600;

/**
 * The documents' way: a Deployment of workers that run an SSH server (they never end, so a Job does not fit) and a Job whose master drives mpirun
 * over fixed addresses. Master on the first host, one worker on each other.
 */
export function addHostNetworkCluster(scope: Construct, plan: HorovodPlan): void {
  addWorkers(scope, plan);
  addMaster(scope, plan);
}

const sshPortOf = ({ props }: HorovodPlan): number => props.hostNetwork?.sshPort ?? 22122;
const addressesOf = ({ props }: HorovodPlan): string[] => props.hosts.map(({ name, address }) => address ?? name);
const privilegeOf = ({ dropPageCache }: HorovodPlan): Privilege => (dropPageCache ? 'privileged' : 'root');

/** Settings of pods on the host network that must run on the given nodes. */
function hostNetworkPod({ props }: HorovodPlan, nodeNames: readonly string[]): k8s.PodSpec {
  return {
    ...quietPod(props),
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
    affinity: onNodes(nodeNames),
    volumes: trainingVolumes(props),
    containers: [],
  };
}

function addWorkers(scope: Construct, plan: HorovodPlan): void {
  const { props, gpusPerHost } = plan;
  const name = `${plan.name}-worker`;
  const identity = { name: 'horovod', instance: plan.name, component: 'worker', partOf: 'training' };
  const selector = { app: name, ...selectorLabels(identity) };
  const { slave } = imagePathsOf(props);
  const pod = hostNetworkPod(plan, props.hosts.slice(1).map(host => host.name));
  addObject(scope, 'Worker', identity, {
    apiVersion: 'apps/v1', kind: 'Deployment',
    metadata: { name, namespace: props.namespace, labels: trainingLabels(props) },
    spec: {
      replicas: props.suspend === true ? 0 : Math.max(0, props.hosts.length - 1),
      // A new pod could not start beside the old one: it holds the GPUs and the port.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...standardLabels(identity), ...selector, ...trainingLabels(props) } },
        spec: {
          ...pod,
          affinity: {
            ...pod.affinity,
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: selector } }],
            },
          },
          containers: [{
            ...trainingContainer(props, gpusPerHost, privilegeOf(plan), ['bash', slave, String(sshPortOf(plan))]),
            ports: [{ name: 'ssh', containerPort: sshPortOf(plan), hostPort: sshPortOf(plan) }],
            readinessProbe: { tcpSocket: { port: sshPortOf(plan) }, periodSeconds: 5 },
          }],
        },
      },
    },
  });
}

function addMaster(scope: Construct, plan: HorovodPlan): void {
  const { props, gpusPerHost } = plan;
  const name = `${plan.name}-master`;
  const identity = { name: 'horovod', instance: plan.name, component: 'master', partOf: 'training' };
  const pod = hostNetworkPod(plan, props.hosts.slice(0, 1).map(host => host.name));
  addJobObject(scope, 'Resource', identity, props.naming ?? 'contentHash', {
    apiVersion: 'batch/v1', kind: 'Job',
    metadata: { name, namespace: props.namespace, labels: trainingLabels(props) },
    spec: {
      ...jobLimits(props),
      ...props.queue && PREEMPTED_JOB,
      template: {
        metadata: { labels: { ...standardLabels(identity), ...trainingLabels(props) } },
        spec: {
          ...pod,
          restartPolicy: 'Never',
          initContainers: [waitForWorkers(plan)],
          containers: [trainingContainer(props, gpusPerHost, privilegeOf(plan), masterCommand(plan))],
        },
      },
    },
  });
}

/** mpirun gives up at once on a worker that does not answer, so the master starts when all do. */
function waitForWorkers(plan: HorovodPlan): k8s.Container {
  const port = sshPortOf(plan);
  const script = `for host in "$@"; do until (exec 3<>"/dev/tcp/$host/${port}") 2>/dev/null; do `
    + `[ "$SECONDS" -lt ${WAIT_FOR_WORKERS_SECONDS} ] || { echo "no SSH server at $host:${port}"; exit 1; }; sleep 5; done; done`;
  return {
    name: 'wait-for-workers',
    image: plan.props.image,
    command: ['bash', '-c', script, 'wait', ...addressesOf(plan).slice(1)],
    securityContext: securityContext('root'),
  };
}

function masterCommand(plan: HorovodPlan): string[] {
  const { props, devices, gpusPerHost, dropPageCache, rankCommand } = plan;
  const addresses = addressesOf(plan);
  const { runner } = imagePathsOf(props);
  if (dropPageCache && !props.command) {
    const directory = dataDirectory(props.data);
    return ['python', runner, ...(directory ? [`--dataset_dir=${directory}`] : []), `--port=${sshPortOf(plan)}`, `--num_devices=${devices}`,
      `--dgx_version=${props.hostNetwork?.dgxVersion ?? 'dgx1'}`, `--nodes=${addresses.join(',')}`];
  }
  const mpi = { root: true, distributed: true, sshPort: sshPortOf(plan), interface: props.hostNetwork?.interface };
  const onEachHost = mpirun({ ...mpi, processes: addresses.length, hosts: addresses.map(address => `${address}:1`), environment: [] });
  const onEachGpu = mpirun({ ...mpi, processes: devices, hosts: addresses.map(address => `${address}:${gpusPerHost}`), environment: Object.keys(props.environment ?? {}) });
  return loggedCommand([...onEachGpu, ...rankCommand], dropPageCache ? [...onEachHost, ...DROP_PAGE_CACHE] : undefined);
}
