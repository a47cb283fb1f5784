import { type Json } from '../../../lib';
import { type ControlPlane } from './control-plane';
import { until } from './processes';
import { FINISHED, INIT_DONE } from './stages';
import { provision } from './volumes';

/** `2/2` as `kubectl get pods` shows it. */
export const readyOf = ({ spec, status }: Json): string =>
  `${(status.containerStatuses ?? []).filter(({ ready }: Json) => ready).length}/${spec.containers.length}`;

/** Pods by `namespace/name`, for sentences. */
export const nameOf = ({ metadata }: Json): string => `${metadata.namespace}/${metadata.name}`;

/** Whether a pod belongs to the Job, Deployment or StatefulSet of this name. */
export const isPodOf = (owner: string) => ({ metadata }: Json): boolean => metadata.name.startsWith(`${owner}-`);

/** Lets the init containers of pods end, which wait for something that does not run here. */
export const releaseInit = (plane: ControlPlane, pods: readonly Json[]): Promise<void> => annotate(plane, pods, INIT_DONE);

/** Lets the containers of Jobs end, with success. */
export const finish = (plane: ControlPlane, pods: readonly Json[]): Promise<void> => annotate(plane, pods, FINISHED);

async function annotate({ kubectl }: ControlPlane, pods: readonly Json[], annotation: string): Promise<void> {
  for (const { metadata } of pods.filter(pod => pod.metadata.annotations?.[annotation] === undefined)) {
    await kubectl.run(['annotate', 'pod', metadata.name, '-n', metadata.namespace, `${annotation}=true`]);
  }
}

/** Makes the volumes that claims wait for, and asks about the pods until the answer is `true`; the error has what the server warned of. */
export async function untilPods(plane: ControlPlane, what: string, ask: (pods: readonly Json[]) => Promise<true | string> | true | string): Promise<void> {
  try {
    await until(what, async () => {
      await provision(plane.kubectl);
      return ask(await plane.kubectl.list('pods'));
    });
  } catch (error) {
    const warnings = (await plane.kubectl.list('events', '--field-selector', 'type=Warning')).map(({ involvedObject: { kind, namespace, name }, message }) => `${kind} ${namespace}/${name}: ${message}`);
    throw new Error([error instanceof Error ? error.message : String(error), 'The server warned:', ...new Set(warnings)].join('\n'), { cause: error });
  }
}
