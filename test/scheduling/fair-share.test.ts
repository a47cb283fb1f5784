import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { fairShare, type FairShareQueue } from '../../lib';

const queuesOf = (weightOf: (quota: number) => number): FairShareQueue[] =>
  Object.entries({ 'team-a': 4, 'team-b': 2, 'team-c': 2, 'team-d': 8 }).map(([name, quota]) => ({ name, quota, overQuotaWeight: weightOf(quota) }));
const settled = (demands: readonly number[], weightOf: (quota: number) => number): number[] => {
  const queues = queuesOf(weightOf);
  return Object.values(fairShare(queues, Object.fromEntries(queues.map(({ name }, index) => [name, demands[index]])), 16));
};

describe('the documents\' steps on sixteen GPUs', () => {
  test.each<[string, number[], number[]]>([
    ['4.8: what nobody needs is lent to teams b and c', [4, 4, 4, 4], [4, 4, 4, 4]],
    ['4.9: team d takes its own back', [4, 4, 4, 8], [4, 2, 2, 8]],
    ['4.10: more waits, and nothing changes', [8, 6, 6, 8], [4, 2, 2, 8]],
    ['4.10: without team d its GPUs are shared in the ratio of the guarantees; one job of b and of c waits', [8, 6, 6, 0], [8, 4, 4, 0]],
  ])('%s', (_, demands, shares) => {
    expect(settled(demands, quota => quota)).toEqual(shares);
  });

  test('equal weights would share them otherwise, and no weights not at all; that is why the weight is the guarantee', () => {
    expect(settled([8, 6, 6, 0], () => 1)).toEqual([7, 5, 4, 0]);
    expect(settled([8, 6, 6, 0], () => 0)).toEqual([4, 2, 2, 0]);
  });
});

interface Recorded {
  readonly gpus: number;
  readonly queues: readonly (FairShareQueue & { readonly demand: number; readonly fairShare: number })[];
}

/** Made by KAI Scheduler's own code, v0.13.0, package resource_division. */
const recorded: Recorded[] = JSON.parse(readFileSync(join(__dirname, 'kai-fair-shares.json'), 'utf8'));

test('sixty cases are divided as KAI Scheduler itself divides them; otherwise the model promises what will not come', () => {
  expect(recorded).toHaveLength(60);
  for (const { gpus, queues } of recorded) {
    const shares = fairShare(queues, Object.fromEntries(queues.map(({ name, demand }) => [name, demand])), gpus);
    for (const { name, fairShare: expected } of queues) expect(shares[name]).toBeCloseTo(expected, 9);
  }
});

const queue = fc.record({ quota: fc.nat(8), limit: fc.option(fc.nat(12), { nil: undefined }), overQuotaWeight: fc.nat(8), priority: fc.option(fc.integer({ min: 99, max: 101 }), { nil: undefined }), demand: fc.nat(16) });
const cases = fc.array(queue, { minLength: 1, maxLength: 6 }).map(list => list.map((entry, index) => ({ ...entry, name: `q${index}` })));
const share = (list: readonly (FairShareQueue & { demand: number })[], gpus: number) => fairShare(list, Object.fromEntries(list.map(({ name, demand }) => [name, demand])), gpus);

describe('whatever teams there are', () => {
  test('nobody is given more than it asks for or may have', () => {
    fc.assert(fc.property(cases, fc.nat(32), (list, gpus) => {
      for (const { name, demand, limit = Infinity } of list) expect(share(list, gpus)[name]).toBeLessThanOrEqual(Math.min(demand, limit));
    }));
  });

  test('everybody is given what is guaranteed to it, as far as it asks', () => {
    fc.assert(fc.property(cases, fc.nat(32), (list, gpus) => {
      for (const { name, quota, demand, limit = Infinity } of list) expect(share(list, gpus)[name]).toBeGreaterThanOrEqual(Math.min(quota, demand, limit));
    }));
  });

  test('all of them together are not given more than there is, where the guarantees fit', () => {
    fc.assert(fc.property(cases, fc.nat(32), (list, more) => {
      const gpus = list.reduce((sum, { quota }) => sum + quota, 0) + more;
      expect(Object.values(share(list, gpus)).reduce((sum, amount) => sum + amount, 0)).toBeLessThanOrEqual(gpus);
    }));
  });

  test('GPUs are left only when everybody with a weight has what it asks for', () => {
    fc.assert(fc.property(cases, fc.nat(32), (list, gpus) => {
      const shares = share(list, gpus);
      const wanting = list.some(({ name, demand, limit = Infinity, overQuotaWeight }) => overQuotaWeight > 0 && shares[name]! < Math.min(demand, limit));
      if (wanting) expect(Object.values(shares).reduce((sum, amount) => sum + amount, 0)).toBeGreaterThanOrEqual(gpus);
    }));
  });

  test('the order in which teams are listed does not matter', () => {
    fc.assert(fc.property(cases, fc.nat(32), (list, gpus) => {
      expect(share(list.toReversed(), gpus)).toEqual(share(list, gpus));
    }));
  });
});
