import type * as k8s from './k8s';
import { type Capacity } from './quantity';

/** Shared memory of a pod, under the name that Kubeflow and the documents give it. `size` is the most that it may take; without it, half the memory of the node. */
export const sharedMemoryVolume = (size?: Capacity): k8s.Volume =>
  ({ name: 'dshm', emptyDir: { medium: 'Memory', ...(size ? { sizeLimit: size } : {}) } });

/** Where processes look for it. */
export const SHARED_MEMORY_MOUNT: k8s.VolumeMount = { mountPath: '/dev/shm', name: 'dshm' };
