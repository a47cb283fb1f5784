import type * as k8s from '../core/k8s';
import { type Resources } from './options';

/** Requests of a container, and a memory limit where one is given. */
export function resourcesOf({ cpu, memory, memoryLimit }: Resources): k8s.ResourceRequirements {
  return {
    requests: { cpu: String(cpu), memory },
    ...(memoryLimit ? { limits: { memory: memoryLimit } } : {}),
  };
}
