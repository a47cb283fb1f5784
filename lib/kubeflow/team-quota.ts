import { type Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { GPU_RESOURCE } from '../core/cluster';
import { addObject } from '../core/manifest-object';
import { check } from '../core/problems';
import { type Capacity, type CpuQuantity, parseQuantity } from '../core/quantity';

/** What all pods and claims of a team may ask for together. */
export interface TeamQuota {
  /** GPUs, 0 or more. @default - not limited */
  readonly gpus?: number;
  /** CPU that is set aside. Each container then has to say how much it wants; see `containerDefaults`. @default - not limited */
  readonly cpu?: CpuQuantity;
  /** Memory that is set aside. Each container then has to say how much it wants; see `containerDefaults`. @default - not limited */
  readonly memory?: Capacity;
  /** Sum of the memory limits. Each container then has to have one; see `containerDefaults`. @default - not limited */
  readonly memoryLimit?: Capacity;
  /** Sum of the sizes of the claims. @default - not limited */
  readonly storage?: Capacity;
  /** Number of claims, 0 or more. @default - not limited */
  readonly claims?: number;
  /** What containers get that do not say what they want, for what the quota counts. @default - as described there */
  readonly containerDefaults?: ContainerDefaults;
}

/** What a container gets that does not say what it wants: one that Katib, Argo or Istio adds, for example. */
export interface ContainerDefaults {
  /** CPU that is set aside. @default 100m */
  readonly cpu?: CpuQuantity;
  /** Memory that is set aside. @default 256Mi */
  readonly memory?: Capacity;
  /** Most memory that it may take, not less than `memory`. @default 1Gi */
  readonly memoryLimit?: Capacity;
}

/** The quota as a Profile has it, whose controller makes the ResourceQuota `kf-resource-quota` of it. */
export function hardLimits({ gpus, cpu, memory, memoryLimit, storage, claims }: TeamQuota): Record<string, string> {
  return written({ [`requests.${GPU_RESOURCE}`]: gpus, 'requests.cpu': cpu, 'requests.memory': memory, 'limits.memory': memoryLimit, 'requests.storage': storage, persistentvolumeclaims: claims });
}

/** With a quota for CPU or memory, a pod with a container that asks for none is refused: this gives such containers something to ask for. */
export function addContainerDefaults(scope: Construct, namespace: string, quota: TeamQuota): void {
  const { cpu, memory, memoryLimit } = defaultsOf(quota);
  if ([cpu, memory, memoryLimit].every(value => value === undefined)) return;
  const name = 'container-defaults';
  addObject(scope, name, { name: 'profile', instance: namespace, component: name, partOf: 'kubeflow' }, {
    apiVersion: 'v1', kind: 'LimitRange',
    metadata: { name, namespace },
    spec: { limits: [{ type: 'Container', defaultRequest: quantities({ cpu, memory }), default: quantities({ memory: memoryLimit }) }] },
  });
}

/** Checks a quota; the values of a Profile are not looked at before its controller makes an object of them. */
export function checkQuota(scope: Construct, quota: TeamQuota): void {
  checkInteger(scope, 'quota.gpus', quota.gpus, 0);
  checkInteger(scope, 'quota.claims', quota.claims, 0);
  const { cpu, memory, storage, memoryLimit, containerDefaults = {} } = quota;
  const values = { cpu, memory, memoryLimit, storage, ...Object.fromEntries(Object.entries(containerDefaults).map(([key, value]) => [`containerDefaults.${key}`, value])) };
  for (const [key, value] of Object.entries(values)) {
    check(scope, value === undefined || (parseQuantity(value) ?? 0) > 0, () => `\`quota.${key}\` is ${value}: it must be an amount above 0. Write for example 64Gi, or 500m for half a CPU.`);
  }
  const defaults = defaultsOf(quota);
  check(scope, (parseQuantity(defaults.memory ?? 0) ?? 0) <= (parseQuantity(defaults.memoryLimit ?? Infinity) ?? Infinity), () =>
    `\`quota.containerDefaults.memory\` is ${defaults.memory}: a request may not exceed its limit, ${defaults.memoryLimit}. Lower it, or raise \`quota.containerDefaults.memoryLimit\`.`);
}

/** Defaults for what the quota counts. */
function defaultsOf({ cpu, memory, memoryLimit, containerDefaults = {} }: TeamQuota): ContainerDefaults {
  const limited = memoryLimit !== undefined;
  return {
    cpu: cpu === undefined ? undefined : containerDefaults.cpu ?? '100m',
    memory: memory === undefined && !limited ? undefined : containerDefaults.memory ?? '256Mi',
    memoryLimit: limited ? containerDefaults.memoryLimit ?? '1Gi' : undefined,
  };
}

const written = (values: Record<string, string | number | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])));

/** Quantities of a LimitRange; none where there is nothing to say. */
function quantities(values: Record<string, string | number | undefined>): Record<string, string> | undefined {
  const amounts = written(values);
  return Object.keys(amounts).length === 0 ? undefined : amounts;
}
