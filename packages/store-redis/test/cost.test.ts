import { describeWith } from '@majordomo/services';
import { hourlyClaim } from '@majordomo/test-support';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { onRedis } from './support/stores.ts';

const PAIRS = process.env['COST'] === undefined ? 50 : 5000;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

describeWith('redis', 'what the books cost', () => {
  const { stores, client } = onRedis();

  /** Commands of Redis with their time in µs, including those of scripts. */
  async function counted(): Promise<{
    readonly asked: number;
    readonly within: number;
    readonly us: number;
  }> {
    const info = await (client().client as Redis).info('commandstats');
    const all = [...info.matchAll(/cmdstat_(\w+):calls=(\d+),usec=(\d+)/g)];
    const sum = (isMeant: (name: string) => boolean, at: number): number =>
      all.reduce((total, found) => total + (isMeant(found[1]!) ? Number(found[at]) : 0), 0);
    const isScript = (name: string): boolean => name.startsWith('eval');
    const isOfOurs = (name: string): boolean => /^(time|exists|get|set|h(?!ello)\w+|z\w+)$/.test(name);
    return { asked: sum(isScript, 2), within: sum(isOfOurs, 2), us: sum(isScript, 3) };
  }

  it.each(['ioredis as it is', 'node-redis as it is'])(
    'is two trips for a reservation and its settling, with fifteen commands of Redis, over %s',
    async (kind) => {
      const { ledger } = stores({}, kind);
      const times: number[] = [];
      const pair = async (id: string): Promise<void> => {
        const begin = performance.now();
        await ledger.reserve(id, [hourlyClaim], 30_000);
        await ledger.settle(id, [{ counter: 'a', amount: 1n }]);
        times.push((performance.now() - begin) * 1000);
      };
      await pair('first');
      const before = await counted();
      for (let number = 0; number < PAIRS; number++) await pair(`${number}`);
      const after = await counted();
      if (process.env['COST'] !== undefined)
        console.log(kind, Math.round(median(times)), 'µs', (after.us - before.us) / PAIRS, 'µs in Redis');
      expect((after.asked - before.asked) / PAIRS).toBe(2);
      expect((after.within - before.within) / PAIRS).toBeLessThanOrEqual(15);
    },
    120_000,
  );
});
