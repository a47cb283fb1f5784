import { type Json } from '../../../lib';
import { type BuiltEnvironment } from '../harness/built';
import { type ControlPlane } from '../harness/control-plane';
import { isPodOf, untilPods } from '../harness/pods';

/** How KAI Scheduler marks a pod that it takes GPUs from. Source: KAI Scheduler, default_evictor.go. */
const PREEMPTED = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' };

/** A training job whose pods are pre-empted again and again goes on, where one whose pod fails by itself is over at once. */
export async function preemptedJobGoesOn(plane: ControlPlane, built: BuiltEnvironment): Promise<number> {
  const { json } = built.ofKind('Job').find(({ json: { spec } }) => spec.podFailurePolicy && spec.suspend === true)!;
  const { namespace } = json.metadata;
  const copy = (name: string): Json => ({ ...json, metadata: { ...json.metadata, name }, spec: { ...json.spec, suspend: false, backoffLimit: 0 } });
  await plane.kubectl.create([copy('preempted'), copy('failed')]);
  const jobNamed = async (name: string): Promise<Json> => JSON.parse(await plane.kubectl.run(['get', 'job', name, '-n', namespace, '-o', 'json']));

  const lost = new Set<string>();
  for (let time = 1; time <= 2; time++) {
    await untilPods(plane, `the pod of job preempted runs, time ${time}`, async pods => {
      const pod = pods.filter(isPodOf('preempted')).find(({ metadata, status }) => status.phase === 'Running' && !lost.has(metadata.name));
      if (pod) await endPod(plane, pod, [PREEMPTED]);
      if (pod) lost.add(pod.metadata.name);
      return pod !== undefined || 'it does not';
    });
  }
  await untilPods(plane, 'job preempted has another pod', pods => pods.filter(isPodOf('preempted')).some(({ metadata }) => !lost.has(metadata.name)) || 'none');
  await untilPods(plane, 'job failed is over', async pods => {
    for (const pod of pods.filter(isPodOf('failed')).filter(({ status }) => status.phase === 'Running')) await endPod(plane, pod, []);
    return (await jobNamed('failed')).status.conditions?.some(({ type, status }: Json) => type === 'Failed' && status === 'True') === true || 'it goes on';
  });
  const { status } = await jobNamed('preempted');
  if (status.failed) throw new Error(`${status.failed} pods of the pre-empted job are counted as failed`);
  await plane.kubectl.run(['delete', 'job', 'preempted', 'failed', '-n', namespace]);
  return lost.size + 1;
}

/** The pod ends with an error, as a kubelet reports it. */
const endPod = ({ kubectl }: ControlPlane, { metadata: { name, namespace } }: Json, conditions: readonly Json[]): Promise<string> =>
  kubectl.run(['patch', 'pod', name, '-n', namespace, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { phase: 'Failed', conditions } })]);
