/** A queue, as KAI Scheduler divides GPUs among queues of one parent. */
export interface FairShareQueue {
  /** Name of the queue. Among equals the older queue comes first; queues that were made in the same second come in the order of their names, as here. */
  readonly name: string;
  /** GPUs that are guaranteed to it. */
  readonly quota: number;
  /** Most GPUs that it may have. @default - no limit */
  readonly limit?: number;
  /** Its weight where GPUs beyond the quotas are divided. */
  readonly overQuotaWeight: number;
  /** Queues of a higher priority are given GPUs beyond their quota first. @default 100 */
  readonly priority?: number;
}

/** A queue while GPUs are divided. */
interface Share {
  readonly queue: FairShareQueue;
  /** GPUs that its workloads ask for, running and waiting ones, as far as its limit allows. */
  readonly wanted: number;
  given: number;
}

/** Part of a GPU that rounding has kept from a queue. */
type Remainders = Map<Share, number>;

/**
 * GPUs that KAI Scheduler aims at for each queue, where more is asked for than there is: first what is guaranteed and asked for, then the rest by priority
 * and weight, in whole GPUs. GPUs that nobody else asks for may be used beyond that. Source: KAI Scheduler 0.13, resource_division.go, without usage data.
 * @param demands GPUs that the workloads of each queue ask for, running and waiting ones together
 * @param gpus GPUs that there are; those that pods of other schedulers hold do not count
 */
export function fairShare<Name extends string>(
  queues: readonly (FairShareQueue & { readonly name: Name })[], demands: Readonly<Partial<Record<Name, number>>>, gpus: number,
): Record<Name, number> {
  const shares = queues.map((queue): Share => ({ queue, wanted: Math.min(demands[queue.name] ?? 0, queue.limit ?? Infinity), given: 0 }));
  let free = gpus;
  for (const share of shares) {
    share.given = Math.min(share.queue.quota, share.wanted);
    free -= share.given;
  }
  const priorityOf = ({ queue }: Share): number => queue.priority ?? 100;
  const levels = [...new Set(shares.map(priorityOf))].sort((a, b) => b - a).map(priority => {
    const remainders: Remainders = new Map();
    free = divideByWeight(shares.filter(share => priorityOf(share) === priority), Math.max(0, free), remainders);
    return remainders;
  });
  for (const remainders of levels) free = divideRemainders(remainders, free);
  return Object.fromEntries(shares.map(({ queue, given }) => [queue.name, given])) as Record<Name, number>;
}

/** Goes round until every queue has what it asks for, or what is left is less than one GPU for each. Returns what is left. */
function divideByWeight(shares: readonly Share[], gpus: number, remainders: Remainders): number {
  let free = gpus;
  for (let again = true; again && free > 0;) {
    again = false;
    const inThisRound = free;
    const open = shares.filter(({ given, wanted }) => given < wanted);
    const sum = open.reduce((total, { queue }) => total + queue.overQuotaWeight, 0);
    if (sum === 0) break;
    for (const share of open) {
      const missing = share.wanted - share.given;
      const portion = inThisRound * (share.queue.overQuotaWeight / sum);
      const satisfied = missing <= portion;
      const amount = satisfied ? missing : Math.floor(portion);
      if (satisfied) remainders.delete(share);
      else if (portion > amount) remainders.set(share, portion - amount);
      share.given += amount;
      free -= amount;
      again ||= missing < portion;
    }
  }
  return free;
}

/** One GPU each, or what is left of one, for those from whom rounding has kept most. Returns what is left. */
function divideRemainders(remainders: Remainders, gpus: number): number {
  let free = gpus;
  const order = [...remainders].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a.queue.name < b.queue.name ? -1 : 1));
  for (const [share] of order) {
    if (free <= 0) break;
    const amount = Math.min(1, free);
    share.given += amount;
    free -= amount;
  }
  return free;
}
