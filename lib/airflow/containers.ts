import { k8s } from '../core/k8s';
import { type Resources } from './options';

/** Requests of a container, and a memory limit where one is given. */
export function resourcesOf({ cpu, memory, memoryLimit }: Resources): k8s.ResourceRequirements {
  return {
    requests: { cpu: k8s.Quantity.fromString(String(cpu)), memory: k8s.Quantity.fromString(memory) },
    ...(memoryLimit ? { limits: { memory: k8s.Quantity.fromString(memoryLimit) } } : {}),
  };
}
