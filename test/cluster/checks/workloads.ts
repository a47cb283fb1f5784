import { type Json } from '../../../lib';
import { type BuiltEnvironment, idOf } from '../harness/built';
import { type ControlPlane } from '../harness/control-plane';
import { finish, nameOf, releaseInit, untilPods } from '../harness/pods';

const ALL = 'deployments,statefulsets,jobs';

/** What a workload still lacks, or undefined when it is as it should be: all replicas ready, or the Job complete. */
function lacking({ kind, spec, status, metadata }: Json): string | undefined {
  if (kind === 'Job') return spec.suspend === true || status.succeeded === (spec.completions ?? 1) ? undefined : 'is not complete';
  return (status.readyReplicas ?? 0) === spec.replicas && status.observedGeneration === metadata.generation ? undefined : `has ${status.readyReplicas ?? 0} of ${spec.replicas} ready`;
}

/** Lets every container that has to end do so, until all Jobs are complete and all replicas are ready. */
export async function everyWorkloadIsReady(plane: ControlPlane, { objects }: BuiltEnvironment): Promise<number> {
  const madeBy = (workload: Json) => `made by ${objects.find(({ id }) => id === idOf(workload))?.path ?? 'nothing of this environment'}`;
  let workloads: Json[] = [];
  await untilPods(plane, 'every workload is ready', async pods => {
    await releaseInit(plane, pods.filter(({ spec }) => spec.nodeName && spec.initContainers));
    await finish(plane, pods.filter(({ metadata, status }) => status.phase === 'Running' && metadata.ownerReferences?.some(({ kind }: Json) => kind === 'Job')));
    workloads = await plane.kubectl.list(ALL);
    const missing = workloads.filter(workload => lacking(workload) !== undefined).map(workload => `${idOf(workload)}, ${madeBy(workload)}, ${lacking(workload)}`);
    const waiting = pods.filter(({ spec }) => !spec.nodeName).map(pod => `${nameOf(pod)}: ${pod.status.conditions?.[0]?.message ?? 'not scheduled'}`);
    return missing.length === 0 || [...missing, ...waiting].join('\n');
  });
  return workloads.length;
}
