import { describeWith } from '@majordomo/services';
import { hourlyClaim } from '@majordomo/test-support';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { onRedis } from './support/stores.ts';

const PAIRS = process.env['COST'] === undefined ? 50 : 5000;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

describeWith('redis', 'the cost of a ledger on Redis', () => {
  const { stores, client } = onRedis();

  /** Returns the number of scripts, of commands within scripts, and the time of scripts in µs. */
  async function commandStats(): Promise<{
    readonly scripts: number;
    readonly commands: number;
    readonly us: number;
  }> {
    const info = await (client().client as Redis).info('commandstats');
    const all = [...info.matchAll(/cmdstat_(\w+):calls=(\d+),usec=(\d+)/g)];
    const sum = (isIncluded: (name: string) => boolean, at: number): number =>
      all.reduce((total, entry) => total + (isIncluded(entry[1]!) ? Number(entry[at]) : 0), 0);
    const isScript = (name: string): boolean => name.startsWith('eval');
    const isCommand = (name: string): boolean => /^(time|exists|get|set|h(?!ello)\w+|z\w+)$/.test(name);
    return { scripts: sum(isScript, 2), commands: sum(isCommand, 2), us: sum(isScript, 3) };
  }

  it.each(['ioredis with defaults', 'node-redis with defaults'])(
    'is two round trips and at most fifteen commands for a reservation and its settlement over %s',
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
      const before = await commandStats();
      for (let number = 0; number < PAIRS; number++) await pair(`${number}`);
      const after = await commandStats();
      if (process.env['COST'] !== undefined)
        console.log(kind, Math.round(median(times)), 'µs', (after.us - before.us) / PAIRS, 'µs in Redis');
      expect((after.scripts - before.scripts) / PAIRS).toBe(2);
      expect((after.commands - before.commands) / PAIRS).toBeLessThanOrEqual(15);
    },
    120_000,
  );
});
