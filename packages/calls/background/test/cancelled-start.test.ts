import type { RecordStore } from '@majordomo/records';
import { expect, it } from 'vitest';
import { jobsWorld, REQUEST } from './jobs-world.ts';
import { checked, failure } from './world.ts';

const SPEC = 'openai/gpt-5.4';

it.each([
  ['that does the work that is left', false],
  ['that dies after the cancellation', true],
])('cancels a job at its vendor if its start ends after a cancellation by a process %s', async (_, dies) => {
  await using all = await jobsWorld({ server: { plan: () => ({ holdAt: 1 }) } });
  const life = { isKilled: false };
  const records: RecordStore = {
    ...all.store,
    async write(space, changes) {
      const [change] = changes;
      if (change?.type === 'put' && all.server.jobs.length === 1 && !life.isKilled) {
        const other = await all.process(dies ? { records: dying(all.store, life) } : {}, life).open('k');
        await other.cancel().catch(() => undefined);
        life.isKilled = true;
      }
      return all.store.write(space, changes);
    },
  };
  const starting = failure(all.process({ records }).model(SPEC).start(REQUEST, { key: 'k' }));
  await all.settle(starting);
  const next = all.process();
  await all.clock.advance(60_000);
  await all.settle(next.poll());
  expect(all.server.jobs.map(({ status }) => status)).toEqual(['cancelled']);
  expect(await (await next.open('k')).status()).toMatchObject({ state: 'cancelled', nextMs: undefined });
  expect(await all.records()).toHaveLength(1);
  expect(await all.ledger.state()).toMatchObject([{ held: 0n }]);
});

/** Returns a view of a store whose process dies after its first change. */
function dying(store: RecordStore, life: { isKilled: boolean }): RecordStore {
  const check = (): void => {
    if (life.isKilled) throw new Error('the process was killed');
  };
  return {
    ...checked(store, check),
    async write(...args) {
      check();
      const versions = await store.write(...args);
      life.isKilled = true;
      return versions;
    },
  };
}
