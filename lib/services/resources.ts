import type * as k8s from '../core/k8s';
import { type Capacity, type CpuQuantity } from '../core/quantity';
import { type StorageClassReference } from '../storage/storage-class';

/** CPU and memory of a container. Both are requests; memory is limited only where you say so. */
export interface Resources {
  /** CPU that is set aside. */
  readonly cpu: CpuQuantity;
  /** Memory that is set aside. */
  readonly memory: Capacity;
  /** Most memory that it may take. @default - no limit */
  readonly memoryLimit?: Capacity;
}

/** A volume that is provisioned for a product. */
export interface VolumeOptions {
  /** Size to ask for. */
  readonly size: Capacity;
  /** Class to provision from. @default - the default class of the cluster */
  readonly storageClass?: StorageClassReference;
}

/** Requests of a container, and a memory limit where one is given. */
export function resourcesOf({ cpu, memory, memoryLimit }: Resources): k8s.ResourceRequirements {
  return {
    requests: { cpu: String(cpu), memory },
    ...(memoryLimit ? { limits: { memory: memoryLimit } } : {}),
  };
}
