import type { RunState } from '@majordomo/agent';
import { user } from '@majordomo/core';
import { describeWith } from '@majordomo/services';
import { expect, it } from 'vitest';
import { onPostgres } from './support/stores.ts';

const STATE: RunState = {
  version: 1,
  messages: [user('hi')],
  steps: 1,
  pending: [],
  results: [],
  decisions: [],
  usage: { input: 1, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
  done: undefined,
};

describeWith('postgres', 'the lease of a run', () => {
  const { client, stores } = onPostgres();

  it('is renewed while the process lives', async () => {
    const schema = 'renewed';
    const { runs, close } = stores({ schema });
    await runs.save('a', STATE);
    await runs.load('a', { leaseMs: 600 });
    const until = async () => {
      const [row] = await client().query(`SELECT held_until::text AS until FROM ${schema}.runs`);
      return Number(row?.['until']);
    };
    const first = await until();
    // Two leases later, the run is locked for longer.
    await expect.poll(until).toBeGreaterThan(first + 1200);
    await close();
  });

  it('ends with the process, whose later save is rejected', async () => {
    const schema = 'ended';
    const [dead, alive] = [stores({ schema }), stores({ schema })];
    await dead.runs.save('a', STATE);
    await dead.runs.load('a', { leaseMs: 500 });
    // The process stops renewing.
    await dead.close();
    await expect.poll(() => alive.runs.load('a')).toBeDefined();
    await alive.runs.save('a', { ...STATE, steps: 2 });
    await dead.runs.save('b', STATE);
    expect((await alive.runs.load('a'))?.steps).toBe(2);
    await expect(dead.runs.save('a', STATE)).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('another process holds it'),
    });
  });
});
