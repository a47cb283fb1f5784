import type * as k8s from '../core/k8s';
import { type Construct } from 'constructs';
import { selectorLabels, standardLabels } from '../core/labels';
import { addJobObject } from '../core/manifest-object';
import { onNodes } from '../core/placement';
import { check } from '../core/problems';
import { type HorovodPlan } from './horovod-cluster';
import { DROP_PAGE_CACHE, loggedCommand, mpirun } from './mpi-command';
import { jobLimits, type Privilege, quietPod, trainingContainer, trainingLabels, trainingVolumes } from './training-pod';

/** Longest name of an MPIJob: `-<hash>-worker-<n>` must fit into a host name of 63 characters. */
const LONGEST_NAME = 63 - '-00000000'.length - '-worker-999'.length;

/** An MPIJob: a launcher without GPUs and one worker per host; the operator makes SSH keys, host file and addresses. */
export function addMpiOperatorCluster(scope: Construct, plan: HorovodPlan): void {
  const { props, name, gpusPerHost } = plan;
  check(scope, name.length <= LONGEST_NAME, () =>
    `\`name\` is "${name}", ${name.length} characters: worker host names are made from it, so it may have ${LONGEST_NAME}. Shorten it.`);
  const identity = (component: string) => ({ name: 'horovod', instance: name, component, partOf: 'training' });
  const home = props.mpiOperator?.sshUserHome;
  addJobObject(scope, 'Resource', identity('mpijob'), props.naming ?? 'contentHash', {
    apiVersion: 'kubeflow.org/v2beta1', kind: 'MPIJob',
    metadata: { name, namespace: props.namespace, labels: trainingLabels(props) },
    spec: {
      slotsPerWorker: gpusPerHost,
      mpiImplementation: 'OpenMPI',
      sshAuthMountPath: home === undefined ? undefined : `${home}/.ssh`,
      launcherCreationPolicy: 'WaitForWorkersReady',
      runPolicy: { cleanPodPolicy: 'Running', ...jobLimits(props) },
      mpiReplicaSpecs: {
        Launcher: {
          replicas: 1,
          restartPolicy: 'Never',
          template: template({ ...standardLabels(identity('launcher')), ...trainingLabels(props) }, launcherPod(plan)),
        },
        Worker: {
          replicas: Math.max(1, props.hosts.length),
          restartPolicy: 'Never',
          template: template({ ...standardLabels(identity('worker')), ...trainingLabels(props) }, workerPod(plan, selectorLabels(identity('worker')))),
        },
      },
    },
  });
}

const template = (labels: Record<string, string>, spec: k8s.PodSpec) => ({ metadata: { labels }, spec });

function privilegeOf({ props, dropPageCache }: HorovodPlan): Privilege {
  if (dropPageCache) return 'privileged';
  return props.mpiOperator?.sshUserHome === undefined ? 'root' : props.runAsUser ?? 1000;
}

function launcherPod(plan: HorovodPlan): k8s.PodSpec {
  const { props, devices, dropPageCache, rankCommand } = plan;
  const privilege = privilegeOf(plan);
  const mpi = { root: typeof privilege !== 'number', distributed: true };
  const onEachHost = mpirun({ ...mpi, processes: props.hosts.length, mapBy: 'ppr:1:node', environment: [] });
  const onEachGpu = mpirun({ ...mpi, processes: devices, environment: Object.keys(props.environment ?? {}) });
  const { resources: _gpus, ...container } = trainingContainer(props, 0, privilege === 'privileged' ? 'root' : privilege,
    loggedCommand([...onEachGpu, ...rankCommand], dropPageCache ? [...onEachHost, ...DROP_PAGE_CACHE] : undefined));
  return { ...quietPod(props), volumes: trainingVolumes(props), containers: [container] };
}

function workerPod(plan: HorovodPlan, workerLabels: Record<string, string>): k8s.PodSpec {
  const { props, gpusPerHost } = plan;
  const home = props.mpiOperator?.sshUserHome;
  const port = props.mpiOperator?.sshPort ?? (home === undefined ? 22 : 2222);
  const sshServer = trainingContainer(props, gpusPerHost, privilegeOf(plan), ['/usr/sbin/sshd', '-De', ...(home === undefined ? [] : ['-f', `${home}/.sshd_config`])]);
  return {
    ...quietPod(props),
    volumes: trainingVolumes(props),
    affinity: {
      ...onNodes(props.hosts.map(host => host.name)),
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: workerLabels } }],
      },
    },
    containers: [{
      ...sshServer,
      // The base images give the sshd binary this capability; without it in the bounding set the kernel refuses to run the binary.
      ...(typeof privilegeOf(plan) === 'number' ? { securityContext: { ...sshServer.securityContext, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } } } : {}),
      readinessProbe: { tcpSocket: { port }, periodSeconds: 5 },
    }],
  };
}
