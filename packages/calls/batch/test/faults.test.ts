import { createMajordomo, LlmError, user, type Gate } from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import {
  ledgerFixture,
  BATCH_NANO,
  failure,
  HOUR_MS,
  items,
  LIVE_NANO,
  resultsOf,
  summariesOf,
  START,
  world,
} from './support/jobs.ts';
import { createBatches } from '../src/index.ts';
import { answer, refusal, type Op } from './support/vendor.ts';

/** Returns a fault that fails one operation once, before or after the vendor handles it. */
const failOnce = (op: Op, when: 'before' | 'after', error: LlmError = failure('network')) => {
  let remaining = 1;
  return (at: Op, isDone: boolean): void => {
    if (at === op && isDone === (when === 'after') && remaining-- > 0) throw error;
  };
};

/** Returns a view of a ledger whose first settlement fails. */
const failingOnce = (ledger: Ledger): Ledger => {
  let remaining = 1;
  return {
    ...ledger,
    async settle(...args) {
      if (remaining-- > 0) throw failure('network');
      return ledger.settle(...args);
    },
  };
};

it.each([
  ['the connection breaks before the vendor handles the creation', 'before', failure('network')],
  ['the connection breaks after the vendor handles the creation', 'after', failure('network')],
  [
    'a proxy responds with 499 after the vendor handles the creation',
    'after',
    failure('invalid-request', 499),
  ],
  ['the vendor responds with 500 after it handles the creation', 'after', failure('server', 500)],
] as const)('creates one batch if %s', async (_, when, error) => {
  const { submit, a, events, clock } = world();
  a.fault = failOnce('create', when, error);
  const job = await submit(['x', 'y']);
  await job.poll();
  await job.poll();
  expect(a.batches).toHaveLength(when === 'after' ? 1 : 0);
  await clock.advance(119_000);
  await job.poll();
  expect(a.batches).toHaveLength(when === 'after' ? 1 : 0);
  await clock.advance(1000);
  await job.poll();
  expect(a.batches).toHaveLength(1);
  a.end();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 2 });
  expect(events.some(({ type }) => type === 'batch-found')).toBe(when === 'after');
});

it('finds its nameless batch among batches of other clients, and creates no second batch', async () => {
  const { submit, a, clock, events } = world({}, { vendor: { isNameless: true } });
  a.fault = failOnce('create', 'after');
  const job = await submit(['x', 'y']);
  await job.poll();
  // Another client creates a newer batch of the same size.
  a.batches.push({
    ...(a.batches[0] as never as object),
    ref: 'foreign',
    lines: [1, 2].map((n) => ({ id: `f${n}`, body: { text: 'f' } })),
  } as never);
  await clock.advance(300_000);
  await job.poll();
  expect(a.ops).not.toContain('cancel');
  a.end();
  const end = await job.done({ everyMs: 1 });
  expect(end).toMatchObject({ state: 'done', answered: 2, failed: 0 });
  expect(a.ops.filter((op) => op.startsWith('create'))).toHaveLength(1);
  expect(await summariesOf(job)).toEqual(['x: re: x', 'y: re: y']);
  expect(events.filter(({ type }) => type === 'result-ignored')).toEqual([]);
});

it.each(['has failed', 'no longer exists'])(
  'finds its nameless batch if the batch of another client that it checks %s',
  async (end) => {
    const { submit, a, clock } = world({}, { vendor: { isNameless: true } });
    a.fault = failOnce('create', 'after');
    const job = await submit(['x']);
    await job.poll();
    const foreign = { lines: [{ id: 'f', body: { text: 'f' } }], createdAt: clock.now() };
    a.batches.push({ ref: 'foreign', token: '', state: 'running', ...foreign });
    await clock.advance(300_000);
    await job.poll();
    if (end === 'has failed') Object.assign(a.batches[1] as object, { state: 'failed' });
    else a.batches.pop();
    a.end();
    expect(await job.done({ everyMs: 1 })).toMatchObject({ state: 'done', answered: 1, failed: 0 });
    expect(a.ops.filter((op) => op.startsWith('create'))).toHaveLength(1);
  },
);

it('creates a nameless batch again if no candidate contains its ids', async () => {
  const { submit, a, clock } = world({}, { vendor: { isNameless: true } });
  a.fault = failOnce('create', 'before');
  const job = await submit(['x']);
  await job.poll();
  a.batches.push({
    ref: 'foreign',
    token: '',
    lines: [{ id: 'f', body: { text: 'f' } }],
    createdAt: clock.now(),
    state: 'ended',
  });
  await job.poll();
  await clock.advance(120_000);
  await job.poll();
  a.end();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 1 });
  expect(a.batches).toHaveLength(2);
});

it.each(['upload', 'look', 'results', 'remove', 'find'] as const)(
  'changes no item if %s fails, and continues with the next poll',
  async (op) => {
    for (const when of ['before', 'after'] as const) {
      const { submit, a, events } = world();
      const job = await submit(['x', 'y']);
      const fault = failOnce(op, when, failure('server', 503));
      a.fault = op === 'find' ? failOnce('create', 'after') : fault;
      await job.poll();
      if (op === 'find') a.fault = fault;
      for (let polls = 0; polls < 5; polls++) {
        a.end();
        await job.poll();
      }
      expect(await job.progress()).toMatchObject({ state: 'done', answered: 2, nanoUsd: 2n * BATCH_NANO });
      expect(a.batches).toHaveLength(1);
      expect(a.files.size).toBe(0);
      expect(events.some(({ type }) => type === 'batch-delayed')).toBe(true);
    }
  },
);

it('counts each result once if the download of results is interrupted', async () => {
  const ledgerWorld = world();
  const { ledger, records, state } = ledgerFixture(ledgerWorld.clock);
  const { submit, a, clock } = world({ ledger });
  const texts = Array.from({ length: 250 }, (_, index) => `t${index}`);
  const job = await submit(texts);
  await job.poll();
  a.end();
  let remaining = 1;
  a.fault = (op, isDone, detail) => {
    if (op === 'results' && isDone && detail === '120' && remaining-- > 0) throw failure('network');
  };
  expect(await job.poll()).toMatchObject({ answered: 120, state: 'running' });
  await clock.advance(1000);
  expect(await job.poll()).toMatchObject({ answered: 250, state: 'done', nanoUsd: 250n * BATCH_NANO });
  expect(await state()).toEqual({ used: 250n * BATCH_NANO, held: 0n });
  expect(await records()).toHaveLength(1);
});

it.each([
  ['no result', ['missing', 'missing', 'missing'], { answered: 0, failed: 3 }],
  ['some results', ['missing', 'answer', 'missing'], { answered: 1, failed: 2 }],
] as const)(
  'counts items of a batch with %s if the poll is interrupted before the settlement',
  async (_, texts, ended) => {
    const { clock } = world();
    const limits = ['money', 'requests'].map((name) => ({
      name,
      max: name === 'money' ? { usd: '10' } : { requests: 100 },
      per: 'ever' as const,
    }));
    const { ledger, state } = ledgerFixture(clock, limits);
    const { submit, a, events } = world({ clock, ledger: failingOnce(ledger) });
    a.result = (text) => (text.startsWith('missing') ? 'missing' : answer('ok'));
    const job = await submit(texts.map((text, index) => `${text} ${String(index)}`));
    await job.poll();
    const { held } = await state();
    a.end();
    await job.poll();
    expect(events.some(({ type }) => type === 'batch-ended')).toBe(false);
    await clock.advance(HOUR_MS);
    expect(await job.poll()).toMatchObject({ state: 'done', ...ended });
    expect(events).toContainEqual(expect.objectContaining({ type: 'batch-ended', ...ended }));
    expect((await ledger.state('requests'))[0]?.used).toBe(3n);
    expect(await state()).toEqual({ used: held, held: 0n });
  },
);

it.each(['auth', 'billing'] as const)('rejects the poll with %s, and loses no item', async (kind) => {
  for (const op of ['upload', 'create', 'look', 'results'] as const) {
    const { submit, a } = world();
    a.fault = failOnce(op, 'before', failure(kind, 401));
    const job = await submit(['x']);
    const kinds: (string | undefined)[] = [];
    for (let polls = 0; polls < 5; polls++) {
      kinds.push(
        await job.poll().then(
          () => undefined,
          (error: unknown) => (LlmError.is(error) ? error.kind : undefined),
        ),
      );
      a.end();
    }
    expect(kinds.filter(Boolean)).toEqual([kind]);
    expect(await summariesOf(job)).toEqual(['x: re: x']);
    expect(a.batches).toHaveLength(1);
  }
});

it('deletes its files if the first request of the job is invalid', async () => {
  const { batches, a } = world();
  const invalid = { id: 'invalid', request: { messages: [] } };
  const job = await batches.submit({ key: 'j', spec: 'a/m', items: [invalid, ...items('x')] });
  await job.poll();
  a.end();
  a.fault = failOnce('remove', 'before');
  await job.poll();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 1, failed: 1 });
  expect(a.files.size).toBe(0);
  expect(await summariesOf(job)).toEqual(['invalid: invalid-request', 'x: re: x']);
});

it('moves all items if the vendor rejects a batch', async () => {
  const { submit, a, b, clock, events } = world();
  const job = await submit(['x'], { spec: 'a/m,b/m' });
  await job.poll();
  const error = new LlmError('invalid-request', 'no such model', { status: 400, code: 'bad-model' });
  Object.assign(a.batches[0] as object, { state: 'failed', error });
  await clock.advance(5000);
  await job.poll();
  expect(events).toContainEqual({
    type: 'batch-ended',
    key: 'j',
    target: 'a/m',
    ref: 'a-batch-1',
    answered: 0,
    failed: 1,
    ms: 5000,
  });
  b.end();
  await job.poll();
  const [result] = await resultsOf(job);
  expect(result).toMatchObject({
    target: 'b/m',
    response: {
      attempts: [
        { error: { kind: 'server', details: { target: 'a/m', code: 'bad-model' } } },
        { outcome: 'finished' },
      ],
    },
  });
});

it('waits if the queue of the vendor is full, and after a rate limit', async () => {
  const { submit, a, clock, events } = world();
  a.fault = failOnce(
    'create',
    'before',
    new LlmError('rate-limit', 'slow down', { status: 429, retryAfterMs: 5000 }),
  );
  const job = await submit(['x'], { spec: 'a/m,b/m' });
  const planned = { state: 'planned', ref: undefined, completed: 0 };
  expect(await job.poll()).toMatchObject({ nextMs: 5000, batches: [planned] });
  await job.poll();
  expect(a.batches).toEqual([]);
  await clock.advance(5000);
  await job.poll();
  Object.assign(a.batches[0] as object, {
    state: 'failed',
    error: new LlmError('rate-limit', 'queue is full', { code: 'token_limit_exceeded' }),
  });
  expect(await job.poll()).toMatchObject({ batches: [planned] });
  await job.poll();
  a.end();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 1 });
  expect(a.batches).toHaveLength(2);
  expect(events.filter(({ type }) => type === 'batch-delayed')).toHaveLength(2);
});

it('ignores repeated results and results of unknown items, and fails items without a result', async () => {
  const { submit, a, events } = world();
  a.result = (text) =>
    text === 'lost' ? 'missing' : text === 'two' ? 'twice' : text === 'late' ? 'expired' : answer('ok');
  // The first id has the form of an id of the job, but another token.
  a.order = (lines) => [
    { id: `#${String(lines[0]?.id).slice(1)}`, status: 200, body: { text: 'other job' } },
    { id: 'foreign', status: 200, body: {} },
    ...lines.reverse(),
  ];
  const job = await submit(['one', 'two', 'lost', 'late']);
  await job.poll();
  a.end();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 2, failed: 2 });
  expect(await summariesOf(job)).toEqual(['one: ok', 'two: twice', 'lost: protocol', 'late: timeout']);
  expect(events.filter(({ type }) => type === 'result-ignored')).toHaveLength(3);
});

it('skips a target without a batch API; if no target has one, items fail or are sent live', async () => {
  const { submit, a, events } = world({}, { vendor: { hasBatches: false } });
  const job = await submit(['x', 'y'], { spec: 'a/m,b/m' });
  expect(await job.poll()).toMatchObject({ state: 'done', failed: 2 });
  expect(await summariesOf(job)).toEqual(['x: unsupported', 'y: unsupported']);
  expect(events.filter(({ type }) => type === 'target-skipped')).toHaveLength(2);
  const live = await submit(['x'], { key: 'live', live: { when: 'failed' } });
  expect(await live.poll()).toMatchObject({ state: 'done', answered: 1, nanoUsd: LIVE_NANO });
  expect(a.liveTexts).toEqual(['x']);
});

it('rejects the poll with config if a provider of the chain is missing, and fails no item', async () => {
  const { submit, a, b, clock, options, batches } = world();
  await submit(['x', 'y']);
  const majordomo = createMajordomo({ providers: [b.provider], clock });
  const withoutProvider = createBatches({ ...options, majordomo });
  await expect((await withoutProvider.open('j')).poll()).rejects.toMatchObject({ kind: 'config' });
  const job = await batches.open('j');
  await job.poll();
  a.end();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 2, failed: 0 });
});

it.each([
  [undefined, 8],
  [2, 2],
  [Infinity, 9],
])('with the concurrency %s, at most %d live calls run at a time', async (concurrency, most) => {
  const { submit, a } = world({}, { vendor: { hasBatches: false } });
  let running = 0;
  const counts: number[] = [];
  a.fault = (op, isDone) => {
    if (op === 'live') counts.push((running += isDone ? -1 : 1));
  };
  const live = { when: 'failed', concurrency } as const;
  const job = await submit(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'], { live });
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 9 });
  expect(Math.max(...counts)).toBe(most);
});

it('sends exactly the items that no batch answered as live calls, with gates and live prices', async () => {
  const { submit, a, b, events, gateCalls } = world();
  a.result = (text) => (text === 'bad' ? refusal(503) : answer('ok'));
  b.result = () => 'expired';
  const job = await submit(['good', 'bad'], { spec: 'a/m,b/m', live: { when: 'failed' } });
  await job.poll();
  a.end();
  await job.poll();
  expect(gateCalls).toEqual([]);
  b.end();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 2, nanoUsd: BATCH_NANO + LIVE_NANO });
  expect(gateCalls).toEqual(['a/m']);
  expect(a.liveTexts).toEqual(['bad']);
  const [, bad] = await resultsOf(job);
  expect(bad).toMatchObject({ via: 'live', target: 'a/m', nanoUsd: LIVE_NANO });
  expect(bad?.response?.attempts).toHaveLength(3);
  expect(events).toContainEqual({ type: 'live-begun', key: 'j', items: 1, why: 'failed' });
  expect(events).toContainEqual(expect.objectContaining({ type: 'item-moved', from: 'b/m', to: 'live' }));
});

it('retries items in the next poll if a live call is denied', async () => {
  const money = { name: 'money', max: { usd: '0.000001' }, per: 'ever' } as const;
  const { ledger } = ledgerFixture(fakeClock(START), [money]);
  const { submit, a } = world({}, { vendor: { hasBatches: false }, majordomo: { gates: [ledger.gate] } });
  const job = await submit(['x', 'y'], { live: { when: 'failed' } });
  await expect(job.poll()).rejects.toMatchObject({
    kind: 'denied',
    message: expect.stringContaining('"money"'),
  });
  ledger.setLimit({ name: 'money', max: { usd: '10' }, per: 'ever' });
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 2 });
  expect(a.liveTexts.toSorted()).toEqual(['x', 'y']);
});

it('cancels a batch at the lead time, and sends live calls only after the vendor has ended the batch', async () => {
  const { submit, a, clock } = world();
  a.result = (text) => (text === 'done' ? answer('ok') : 'cancelled');
  const deadline = new Date(START + 2 * HOUR_MS);
  const job = await submit(['done', 'rest'], {
    spec: 'a/m,b/m',
    deadline,
    live: { when: 'late', leadMs: HOUR_MS },
  });
  expect((await job.poll()).nextMs).toBe(600_000);
  await clock.advance(HOUR_MS - 1);
  expect((await job.poll()).nextMs).toBe(1);
  expect(a.ops).not.toContain('cancel');
  await clock.advance(1);
  await job.poll();
  await job.poll();
  expect(a.ops.filter((op) => op === 'cancel')).toHaveLength(1);
  expect(a.liveTexts).toEqual([]);
  Object.assign(a.batches[0] as object, { state: 'ended' });
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 2 });
  expect(a.liveTexts).toEqual(['rest']);
});

it('fails the remaining items with timeout at the deadline without live calls', async () => {
  const { submit, a, clock } = world({ most: { requests: 1 } });
  a.result = () => 'cancelled';
  const job = await submit(['x'], { spec: 'a/m,b/m', deadline: new Date(START + HOUR_MS) });
  await job.poll();
  await clock.advance(HOUR_MS);
  await job.poll();
  Object.assign(a.batches[0] as object, { state: 'ended' });
  await job.poll();
  expect(await summariesOf(job)).toEqual(['x: timeout']);
  const late = await submit(['y'], { key: 'late', deadline: new Date(START) });
  expect(await late.poll()).toMatchObject({ state: 'done', failed: 1 });
  expect(a.batches).toHaveLength(1);
});

it('retains answers after a cancellation, and moves no item', async () => {
  const { submit, a, b } = world();
  a.result = (text) => (text === 'done' ? answer('ok') : text === 'full' ? refusal(429) : 'cancelled');
  const job = await submit(['done', 'rest', 'full'], { spec: 'a/m,b/m', live: { when: 'failed' } });
  await job.poll();
  await job.cancel();
  expect(await job.poll()).toMatchObject({ state: 'cancelling' });
  Object.assign(a.batches[0] as object, { state: 'ended' });
  expect(await job.poll()).toMatchObject({ state: 'done' });
  expect(await summariesOf(job)).toEqual(['done: ok', 'rest: aborted', 'full: aborted']);
  expect([a.liveTexts, b.ops]).toEqual([[], []]);
});

it('sends nothing after a cancellation before the first poll', async () => {
  const { submit, a } = world();
  const job = await submit(['x']);
  await job.cancel();
  expect(await job.poll()).toMatchObject({ state: 'done', failed: 1 });
  expect(a.ops).toEqual([]);
});

it('applies a cancellation that arrives during a poll', async () => {
  const { submit, a } = world();
  const job = await submit(['x']);
  let cancelling: Promise<void> | undefined;
  a.fault = (op, isDone) => {
    if (op === 'upload' && !isDone) cancelling = job.cancel();
  };
  await job.poll();
  await cancelling;
  a.fault = () => undefined;
  a.result = () => 'cancelled';
  expect(await job.poll()).toMatchObject({ state: 'cancelling' });
  expect(a.ops).toContain('cancel');
});

it('reserves the cost before the upload, and settles the sum of the items', async () => {
  const first = world();
  const { ledger, state, records } = ledgerFixture(first.clock);
  const { submit, a } = world({ ledger, clock: first.clock });
  const heldAmounts: (bigint | undefined)[] = [];
  const reading: Promise<unknown>[] = [];
  a.fault = (op, isDone) => {
    if (op === 'upload' && !isDone)
      reading.push(state().then(({ held: amount }) => heldAmounts.push(amount)));
  };
  a.result = (text) => (text === 'bad' ? refusal(400) : text === 'late' ? 'expired' : answer('ok'));
  const job = await submit(['x', 'y', 'bad', 'late'], { tenant: 'acme' });
  await job.poll();
  await Promise.all(reading);
  // At most 1,000 output tokens each, at 4 USD per million.
  expect(Number(heldAmounts[0])).toBeGreaterThanOrEqual(4 * 4_000_000);
  expect(Number(heldAmounts[0])).toBeLessThan(4 * 5_000_000);
  a.end();
  await job.poll();
  expect(await state()).toEqual({ used: 2n * BATCH_NANO, held: 0n });
  expect(await records()).toMatchObject([
    {
      tenant: 'acme',
      operation: 'batch',
      nanoUsd: String(2n * BATCH_NANO),
      usage: { input: 20, output: 10 },
    },
  ]);
});

it('rejects the poll if the budget is too small, sends nothing, and continues after setLimit', async () => {
  const first = world();
  const { ledger, state } = ledgerFixture(first.clock, [
    { name: 'money', max: { usd: '0.001' }, per: 'ever' },
  ]);
  const { submit, a } = world({ ledger, clock: first.clock });
  const job = await submit(['x']);
  await expect(job.poll()).rejects.toMatchObject({
    kind: 'denied',
    message: expect.stringContaining('limit "money"'),
  });
  expect(a.ops).toEqual([]);
  ledger.setLimit({ name: 'money', max: { usd: '10' }, per: 'ever' });
  await job.poll();
  a.end();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 1 });
  expect(await state()).toEqual({ used: BATCH_NANO, held: 0n });
});

it('counts the maximum output of all items of a batch on a limit of tokens', async () => {
  const first = world();
  // At most 1,000 output tokens each.
  const limit = { name: 'tokens', max: { tokens: 1900 }, per: 'ever' } as const;
  const { ledger } = ledgerFixture(first.clock, [limit]);
  const { submit, a } = world({ ledger, clock: first.clock });
  const job = await submit(['x', 'y']);
  await expect(job.poll()).rejects.toMatchObject({ kind: 'denied' });
  ledger.setLimit({ ...limit, max: { tokens: 2900 } });
  await job.poll();
  expect(a.batches).toHaveLength(1);
});

it('creates each batch once if several jobs of one key poll at the same time', async () => {
  const { options, submit, a } = world({ most: { requests: 2 } });
  const { createBatches } = await import('../src/index.ts');
  const job = await submit(['v', 'w', 'x', 'y', 'z']);
  const other = await createBatches(options).open('j');
  await Promise.all([job.poll(), other.poll(), job.poll(), other.poll()]);
  expect(a.batches.map(({ lines }) => lines.length)).toEqual([2, 2, 1]);
  a.end();
  await Promise.all([job.poll(), other.poll()]);
  expect(await job.progress()).toMatchObject({ state: 'done', answered: 5 });
});

it('sends each operation once while several processes poll', async () => {
  const { submit, a } = world();
  const job = await submit(['x']);
  const states: string[] = [];
  a.fault = async (op, isDone) => {
    if (op !== 'upload' || isDone || states.length > 0) return;
    // Another process polls while the input is uploaded.
    states.push('polling');
    states.push((await job.poll()).state);
  };
  await job.poll();
  expect(states).toEqual(['polling', 'running']);
  expect(a.ops.map((op) => op.split(' ')[0])).toEqual(['upload', 'create']);
});

it('moves items to the next target if a gate denies the first one', async () => {
  const noA: Gate = {
    name: 'no a',
    batches: true,
    admit: ({ target }) => (target === 'a/m' ? { deny: 'not at a', advance: true } : undefined),
  };
  const { submit, a, b } = world({}, { majordomo: { gates: [noA] } });
  const job = await submit(['x'], { spec: 'a/m,b/m' });
  await job.poll();
  b.end();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 1 });
  expect(a.batches).toEqual([]);
  const [result] = await resultsOf(job);
  expect(result?.response?.attempts).toMatchObject([{ outcome: 'skipped', error: { kind: 'denied' } }, {}]);
});

it('leaves 64 bytes of the limit for what the vendor adds around the lines', async () => {
  const sizes: number[] = [];
  const batchesWithin = async (bytes: number): Promise<number> => {
    const { submit, a } = world({}, { vendor: { limits: { bytes } } });
    await (await submit(['x', 'y'])).poll();
    sizes.push(...[...a.files.values()].map(({ text }) => Buffer.byteLength(text)));
    return a.batches.length;
  };
  await batchesWithin(1_000_000);
  // A line counts with the separator after it, also the last one.
  const [both = 0] = sizes;
  expect([await batchesWithin(both + 65), await batchesWithin(both + 64)]).toEqual([1, 2]);
});

it('separates groups, and respects the byte limit', async () => {
  const { batches, a } = world({ most: { bytes: 250 } });
  const grouped = items('v', 'w', 'x', 'y').map((item, index) => ({
    ...item,
    request: {
      ...('request' in item && item.request),
      extra: { a: { group: index % 2 === 0 ? 'even' : 'odd' } },
    },
  }));
  const long = [{ id: 'long', request: { messages: [user('long '.repeat(60))] } }];
  const job = await batches.submit({ key: 'j', spec: 'a/m', items: [...grouped, ...long] as never });
  await job.poll();
  expect(a.batches.map(({ lines }) => lines.map(({ body }) => body['text']))).toEqual([
    ['v', 'x'],
    ['w', 'y'],
  ]);
  a.end();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 4, failed: 1 });
  const results = await resultsOf(job);
  expect(results.at(-1)?.error).toMatchObject({
    kind: 'invalid-request',
    details: { code: 'too-large', target: 'a/m' },
  });
});

it.each(['before', 'after'] as const)(
  'makes each live call once although the store fails once %s it stores an answer',
  async (when) => {
    const texts = Array.from({ length: 20 }, (_, at) => `item ${at}`);
    const lab = fakeProvider({ id: 'lab', models: { x: Array.from({ length: 40 }, () => 'an answer') } });
    const memory = memoryRecords();
    let answers = 0;
    const records: RecordStore = {
      ...memory,
      async write(space, changes) {
        const isFailing = changes.some(({ key }) => key.includes('/data/')) && ++answers === 3;
        if (isFailing && when === 'before') throw new Error('down');
        const versions = await memory.write(space, changes);
        if (isFailing) throw new Error('the reply is lost');
        return versions;
      },
    };
    const batches = createBatches({ majordomo: createMajordomo({ providers: [lab] }), records });
    const live = { when: 'failed' } as const;
    const job = await batches.submit({ key: 'j', spec: 'lab/x', items: items(...texts), live });
    await job.poll();
    expect(await job.poll()).toMatchObject({ state: 'done', answered: 20 });
    expect(lab.requests).toHaveLength(20);
  },
);
