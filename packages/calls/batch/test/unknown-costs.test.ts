import { createMajordomo } from '@majordomo/core';
import { expect, it } from 'vitest';
import { createBatches } from '../src/index.ts';
import {
  BATCH_NANO,
  failure,
  HOUR_MS,
  items,
  ledgerFixture,
  START,
  summariesOf,
  world,
} from './support/jobs.ts';
import { answer, type Op, type Result } from './support/vendor.ts';

/** Returns a fault of the vendor, which has lost a batch or its results. */
const lost =
  (lostBy: Op) =>
  (op: Op): void => {
    if (op === lostBy) throw failure('not-found', 404);
  };

/** Returns a world with a ledger, whose first settlement fails if `isFailing`. */
function ledgerWorld(isFailing = false, isNameless = false) {
  const { clock } = world();
  const fixture = ledgerFixture(clock);
  let isDown = isFailing;
  const settle: typeof fixture.ledger.settle = async (...args) => {
    if (!isDown) return fixture.ledger.settle(...args);
    isDown = false;
    throw failure('network');
  };
  const ledger = { ...fixture.ledger, settle };
  return { ...fixture, ...world({ clock, ledger }, { vendor: { isNameless } }), clock };
}

it.each([
  ['the batch', 'look', false],
  ['the batch, and the poll is interrupted before the settlement', 'look', true],
  ['the results of the batch', 'results', false],
  ['the results of the batch, and the poll is interrupted before the settlement', 'results', true],
] as const)('books the maximum cost of a batch if the vendor no longer has %s', async (_, op, isFailing) => {
  const { submit, a, clock, state, records, events } = ledgerWorld(isFailing);
  const job = await submit(['x', 'y']);
  await job.poll();
  const { held = 0n } = await state();
  expect(held).toBeGreaterThan(2n * BATCH_NANO);
  a.end();
  a.fault = lost(op);
  await job.poll();
  await clock.advance(HOUR_MS);
  expect(await job.poll()).toMatchObject({ state: 'done', failed: 2, nanoUsd: undefined });
  expect(await state()).toEqual({ used: held, held: 0n });
  expect(await records()).toMatchObject([{ requests: 2 }]);
  expect(events).toContainEqual(expect.objectContaining({ type: 'batch-ended', answered: 0, failed: 2 }));
});

it('books the maximum cost of a cancelled batch that the vendor no longer has', async () => {
  const { submit, a, state } = ledgerWorld();
  const job = await submit(['x']);
  await job.poll();
  const { held } = await state();
  a.fault = (op) => {
    if (op === 'cancel' || op === 'look') throw failure('not-found', 404);
  };
  await job.cancel();
  expect(await job.poll()).toMatchObject({ state: 'done', failed: 1, nanoUsd: undefined });
  expect(await state()).toEqual({ used: held, held: 0n });
});

it.each([
  ['expired', 'timeout'],
  ['cancelled', 'aborted'],
] as const)(
  'books nothing for items without a result of a batch that the vendor reports as %s, and fails them with %s',
  async (without, kind) => {
    const { submit, a, state } = ledgerWorld();
    a.without = without;
    a.result = (text) => (text === 'rest' ? 'missing' : answer('ok'));
    const job = await submit(['x', 'rest']);
    await job.poll();
    a.end();
    expect(await job.poll()).toMatchObject({ answered: 1, failed: 1, nanoUsd: BATCH_NANO });
    expect(await state()).toEqual({ used: BATCH_NANO, held: 0n });
    expect(await summariesOf(job)).toEqual(['x: ok', `rest: ${kind}`]);
  },
);

it('books the exact tokens of a batch that a plan includes, and its reserved tokens if the vendor has lost it', async () => {
  const { clock } = world();
  const limits = [{ name: 'tokens', max: { tokens: 10_000 }, per: 'ever' }] as const;
  const { ledger, records } = ledgerFixture(clock, limits);
  const { a, options } = world({ clock, ledger });
  const majordomo = createMajordomo({ providers: [{ ...a.provider, billing: 'included' }], clock });
  const tokens = async () => (await ledger.state('tokens'))[0]?.used;
  for (const key of ['read', 'lost']) {
    const job = await createBatches({ ...options, majordomo }).submit({
      key,
      spec: 'a/m',
      items: items('x'),
    });
    await job.poll();
    a.end();
    if (key === 'lost') a.fault = lost('look');
    await job.poll();
    if (key === 'read') expect(await tokens()).toBe(15n);
  }
  expect(await tokens()).toBeGreaterThan(15n + 1000n);
  expect(await records()).toMatchObject([
    { basis: 'included', usage: { input: 10, output: 5 } },
    { basis: 'included', usage: undefined },
  ]);
});

it.each<[string, Result]>([
  ['an answer without usage', { status: 200, body: {} }],
  ['an item without a result', 'missing'],
])(
  'records the usage of the answered items of a batch with %s, and books its maximum cost',
  async (_, result) => {
    const { submit, a, state, records } = ledgerWorld();
    a.result = (text) => (text === 'odd' ? result : answer('ok'));
    const job = await submit(['x', 'odd']);
    await job.poll();
    const { held } = await state();
    a.end();
    expect(await job.poll()).toMatchObject({ state: 'done', nanoUsd: undefined });
    expect(await state()).toEqual({ used: held, held: 0n });
    expect(await records()).toMatchObject([{ basis: 'estimate', usage: { input: 10, output: 5 } }]);
  },
);

it('books the maximum cost of a batch on trial for which the deadline does not wait', async () => {
  const { submit, a, clock, state } = ledgerWorld(false, true);
  a.fault = (op, isDone) => {
    if (op === 'create' && isDone) throw failure('network');
  };
  const job = await submit(['x'], { deadline: new Date(START + HOUR_MS) });
  await job.poll();
  const { held } = await state();
  await job.poll();
  await clock.advance(HOUR_MS);
  expect(await job.poll()).toMatchObject({ state: 'done', failed: 1, nanoUsd: undefined });
  expect(await state()).toEqual({ used: held, held: 0n });
});
