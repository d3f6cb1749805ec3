import { createLedger, memoryStore } from '@majordomo/ledger';
import { CutStore, STORE_CUTS, type StoreCut } from '@majordomo/test-support';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { BATCH_NANO, items, prices, START, world } from './support/jobs.ts';

const METHODS = ['reserve', 'renew', 'settle', 'append'];

/** Distances between the first cut of a run and its other cuts. With SOAK=1, as in the nightly run, more. */
const DISTANCES = process.env['SOAK'] === undefined ? [[], [1]] : [[], [1], [2], [1, 2, 3]];

/** Runs a job of two items over a ledger whose store cuts some calls. Returns the number of calls of the store. */
async function run(cut: StoreCut, cuts: readonly number[]): Promise<number> {
  const clock = fakeClock(START);
  const memory = memoryStore({ clock });
  const cutting = new CutStore(memory, METHODS, clock, cut, cuts);
  const limits = [{ name: 'requests', max: { requests: 3 }, per: 'ever' }] as const;
  const ledger = createLedger({ store: cutting.store, clock, limits, catalog: prices });
  const { batches, a } = world({ clock, ledger });
  const held: Promise<bigint | undefined>[] = [];
  a.fault = (op, isDone) => {
    if (op === 'create' && !isDone) held.push(memory.counters('').then(([counter]) => counter?.held));
  };
  const job = await batches.submit({ key: 'j', spec: 'a/m', items: items('x', 'y') });
  for (let polls = 0; (await job.progress()).state !== 'done'; polls++) {
    if (polls > 20) throw new Error('the job does not end');
    const poll = { isOver: false };
    void job
      .poll()
      .catch(() => undefined)
      .finally(() => (poll.isOver = true));
    for (let turn = 0; !poll.isOver; turn++) {
      await new Promise(setImmediate);
      if (turn > 20) await clock.advance(250);
    }
    await clock.advance(61_000);
    // The vendor is still working at the second poll, which renews the reservation.
    if (polls > 0) a.end();
  }
  const { length: calls } = cutting.calls;
  await clock.advance(60_000);
  await ledger.flush();
  // The batch was sent once, under a reservation.
  expect(await Promise.all(held)).toEqual([2n]);
  expect(await ledger.state()).toMatchObject([{ used: 2n, held: 0n }]);
  const records: unknown[] = [];
  for await (const record of ledger.records()) records.push(record);
  expect(records).toMatchObject([{ nanoUsd: String(2n * BATCH_NANO) }]);
  await clock.advance(72 * 3_600_000);
  expect(await ledger.state()).toMatchObject([{ used: 2n, held: 0n }]);
  return calls;
}

it.each(STORE_CUTS)(
  'sends a batch only under a reservation, and books it once, if the store of the ledger cuts calls (%s)',
  async (cut) => {
    for (const distances of DISTANCES)
      for (let at = 0, calls = 1; at < calls; at++) {
        const cuts = [at, ...distances.map((distance) => at + distance)];
        calls = await run(cut, cuts).catch((cause: unknown) => {
          throw new Error(`cut at ${cuts.join(', ')}: ${String(cause)}`, { cause });
        });
      }
  },
);
