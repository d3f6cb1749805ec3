import { createMajordomo, user, type Clock } from '@majordomo/core';
import { CutStore, STORE_CUTS, type StoreCut } from '@majordomo/test-support';
import { fakeClock, fakeProvider, type FakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createLedger, memoryStore, type Ledger, type LongWork } from '../src/index.ts';
import { NOON, PRICED, reply } from './support/fixture.ts';

const HOUR_MS = 3_600_000;
const METHODS = ['reserve', 'renew', 'settle', 'append'];
/** Price of each attempt and each work, in nano-USD. */
const NANO = 11_000n;
/** Number of calls, and of works, of a run. The limit admits three of them. */
const EACH = 2;
const MOST = 3;
/** Distances between the first cut of a run and its other cuts. With SOAK=1, as in the nightly run, more. */
const DISTANCES = process.env['SOAK'] === undefined ? [[], [1]] : [[], [1], [2], [3], [1, 2, 3]];

const workOf = (number: number): LongWork => ({
  id: `work/${number}`,
  call: { id: `work/${number}`, spec: 'acme/x', tenant: undefined, metadata: {} },
  operation: 'batch',
  target: 'acme/x',
  vendor: 'acme',
  model: 'x',
});

/** Runs work as a program with a queue does: it settles until the ledger has accepted the cost. */
async function runWork(ledger: Ledger, work: LongWork, clock: Clock, bill: () => void): Promise<void> {
  const most = { requests: 1, input: 1, output: 1, nanoUsd: String(NANO) };
  if ((await ledger.reserve(work, most, HOUR_MS)) !== undefined) return;
  bill();
  await ledger.renew(work, HOUR_MS);
  const usage = { input: 1, output: 1, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  const cost = { nanoUsd: NANO, basis: 'catalogue', missing: [] } as const;
  const used = { requests: 1, usage, cost, outcome: 'finished', ms: 1 } as const;
  for (;;) {
    const isBooked = await ledger.settle(work, used).then(
      () => true,
      () => false,
    );
    if (isBooked) return;
    await clock.sleep(1000, new AbortController().signal);
  }
}

/** Waits for the promise while the clock advances. */
async function advanceUntil(clock: FakeClock, promise: Promise<unknown>): Promise<void> {
  const run = { isOver: false };
  void promise.finally(() => (run.isOver = true)).catch(() => undefined);
  for (let step = 0; !run.isOver; step++) {
    if (step > 1000) throw new Error('the run does not end');
    await clock.advance(250);
  }
  await promise;
}

/** Runs calls and works over a store that cuts some of its calls. Returns the number of calls of the store. */
async function run(cut: StoreCut, cuts: readonly number[], whenDown: 'admit' | 'deny'): Promise<number> {
  const clock = fakeClock(NOON);
  const memory = memoryStore({ clock });
  const cutting = new CutStore(memory, METHODS, clock, cut, cuts);
  const limits = [
    { name: 'requests', max: { requests: MOST }, per: 'ever' },
    { name: 'money', max: { usd: '1' }, per: 'ever' },
  ] as const;
  const ledger = createLedger({ store: cutting.store, clock, limits, catalog: PRICED, whenDown });
  const provider = fakeProvider({
    id: 'acme',
    vendor: 'acme',
    models: { x: Array.from({ length: EACH }, () => reply(1, 1)) },
    clock,
  });
  const chain = { attempts: 1 };
  const model = createMajordomo({ providers: [provider], gates: [ledger.gate], clock, chain }).model(
    'acme/x',
  );
  let works = 0;
  for (let number = 0; number < EACH; number++) {
    const call = model.generate({ messages: [user('hi')], maxTokens: 1 }).catch(() => undefined);
    const work = runWork(ledger, workOf(number), clock, () => works++);
    await advanceUntil(clock, Promise.all([call, work]));
  }
  const { length: calls } = cutting.calls;
  // The store answers again.
  await advanceUntil(clock, Promise.allSettled([ledger.flush()]));
  await clock.advance(60_000);
  await advanceUntil(clock, ledger.flush());
  const billed = BigInt(works + provider.requests.length);
  const states = async () => (await ledger.state()).map(({ used, held }) => [used, held]);
  const booked = [
    [billed, 0n],
    [billed * NANO, 0n],
  ];
  expect(await states()).toEqual(booked);
  if (whenDown === 'deny') expect(billed).toBeLessThanOrEqual(BigInt(MOST));
  let records = 0n;
  for await (const _ of ledger.records()) records++;
  expect(records).toBe(billed);
  await clock.advance(48 * HOUR_MS);
  expect(await states()).toEqual(booked);
  return calls;
}

describe.each(STORE_CUTS)('a store that cuts a call (%s)', (cut) => {
  it.each(['deny', 'admit'] as const)(
    'loses and holds no amount, at whichever call: whenDown %s',
    async (whenDown) => {
      for (const further of DISTANCES)
        for (let at = 0, calls = 1; at < calls; at++) {
          const cuts = [at, ...further.map((distance) => at + distance)];
          calls = await run(cut, cuts, whenDown).catch((cause: unknown) => {
            throw new Error(`cut at ${cuts.join(', ')}: ${String(cause)}`, { cause });
          });
        }
    },
  );
});
