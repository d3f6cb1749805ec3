import { catalog } from '@majordomo/catalog';
import {
  assistant,
  user,
  type CallInfo,
  type ChatRequest,
  type Message,
  type ResolvedTarget,
  type Usage,
} from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { fakeClock, type FakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createPromptCache, type CacheDecision, type PromptCacheOptions } from '../../src/prompt.ts';
import { Conversations } from '../../src/prompt/holders.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 20, 12);

const model = (id: string, factor: number) => ({
  vendor: 'acme',
  id,
  input: ['text'] as const,
  output: ['text'] as const,
  prices: [
    {
      from: '2020-01-01',
      rates: {
        input: 1_000_000 * factor,
        output: 5_000_000 * factor,
        cacheRead: 100_000 * factor,
        cacheWrite: 1_250_000 * factor,
      },
      sources: ['contract'],
      trust: 'override' as const,
    },
  ],
});
const PRICED = catalog.with([model('head', 1), model('tail', 1), model('dear', 20), model('cheap', 0.01)]);

const target = (id: string, over: Partial<ResolvedTarget> = {}): ResolvedTarget => ({
  target: `acme/${id}`,
  vendor: 'acme',
  billing: undefined,
  model: id,
  capabilities: {},
  health: undefined,
  ...over,
});
const BENCHED = { state: 'benched', failures: 3, benches: 1, until: Infinity } as const;

const cachedUsage = (cacheRead: number, cacheWrite: number): Usage => ({
  input: cacheRead + cacheWrite,
  output: 100,
  cacheRead,
  cacheWrite,
  reasoning: undefined,
});

interface Fixture {
  readonly decisions: CacheDecision[];
  readonly clock: FakeClock;
  /** Orders the targets of one call, and reports the usage of the target that serves the call. */
  call(
    messages: readonly Message[],
    targets: readonly ResolvedTarget[],
    served: string,
    usage?: Usage,
    tenant?: string,
  ): Promise<readonly string[] | undefined>;
}

function fixture(options: PromptCacheOptions = {}, clock: FakeClock = fakeClock(NOON)): Fixture {
  const decisions: CacheDecision[] = [];
  const prompts = createPromptCache({
    catalog: PRICED,
    clock,
    onDecision: (decision) => decisions.push(decision),
    ...options,
  });
  let calls = 0;
  return {
    decisions,
    clock,
    async call(messages, targets, served, usage = cachedUsage(0, 10_000), tenant = 'acme') {
      const call: CallInfo = { id: `${calls++}`, spec: 'a', tenant, metadata: {} };
      const request: ChatRequest = { system: 'Be brief.', messages, cache: 'auto' };
      const order = await prompts.order(targets, { call, request, signal: new AbortController().signal });
      const result = {
        target: served,
        outcome: 'finished',
        error: undefined,
        usage,
        ms: 0,
        vendor: 'acme',
        model: served.split('/')[1],
      } as const;
      prompts.onEvent({ type: 'attempt-end', call, attempt: 1, result });
      return order;
    },
  };
}

const first = [user('Hello')];
const second = [...first, assistant('Hi'), user('Go on')];
const third = [...second, assistant('Yes'), user('More')];
const healthy = [target('head'), target('tail')];

describe('after a failover', () => {
  it('puts the holder first while its entry is alive and cheaper', async () => {
    const { call, decisions } = fixture();
    expect(await call(first, healthy, 'acme/tail')).toBeUndefined();
    expect(await call(second, healthy, 'acme/tail', cachedUsage(10_000, 200))).toEqual(['acme/tail']);
    expect(await call(third, healthy, 'acme/tail', cachedUsage(10_200, 200))).toEqual(['acme/tail']);
    expect(decisions).toMatchObject([
      { type: 'stay', target: 'acme/tail', first: 'acme/head', why: 'cheaper' },
      { type: 'stay', target: 'acme/tail', first: 'acme/head', why: 'cheaper' },
    ]);
    // 10,000 tokens times the difference between the write rate and the read rate.
    expect(decisions[0]?.expectedSavedNanoUsd).toBe(11_500_000n);
  });

  it('returns when the entry has expired, and reports it once', async () => {
    const { call, clock, decisions } = fixture();
    await call(first, healthy, 'acme/tail');
    await clock.advance(5 * MINUTE);
    expect(await call(second, healthy, 'acme/head')).toBeUndefined();
    expect(await call(third, healthy, 'acme/head')).toBeUndefined();
    expect(decisions).toMatchObject([{ type: 'return', why: 'expired', target: 'acme/tail' }]);
  });

  it('returns when the first target is cheaper without a cached prefix', async () => {
    const { call, decisions } = fixture();
    const targets = [target('cheap'), target('dear')];
    await call(first, targets, 'acme/dear');
    expect(await call(second, targets, 'acme/cheap')).toBeUndefined();
    expect(decisions).toMatchObject([{ type: 'return', why: 'dearer', target: 'acme/dear' }]);
  });

  it('returns after maxStayMs, although the entry is alive', async () => {
    const { call, clock, decisions } = fixture({ maxStayMs: 6 * MINUTE });
    await call(first, healthy, 'acme/tail');
    await clock.advance(3 * MINUTE);
    expect(await call(second, healthy, 'acme/tail')).toEqual(['acme/tail']);
    await clock.advance(4 * MINUTE);
    expect(await call(third, healthy, 'acme/tail')).toEqual(['acme/tail']);
    await clock.advance(3 * MINUTE);
    expect(await call(third, healthy, 'acme/head')).toBeUndefined();
    expect(decisions.at(-1)).toMatchObject({ type: 'return', why: 'too-long' });
  });

  it('returns when the holder is benched', async () => {
    const { call, decisions } = fixture();
    await call(first, healthy, 'acme/tail');
    const targets = [target('head'), target('tail', { health: BENCHED })];
    expect(await call(second, targets, 'acme/head')).toBeUndefined();
    expect(decisions).toEqual([]);
  });

  it('compares with the first healthy target', async () => {
    const { call, decisions } = fixture();
    const targets = [target('head', { health: BENCHED }), target('tail'), target('cheap')];
    await call(first, targets, 'acme/tail');
    expect(await call(second, targets, 'acme/tail')).toBeUndefined();
    expect(decisions).toEqual([]);
  });

  it('returns when a compacted conversation no longer begins with the prefix', async () => {
    const { call, decisions } = fixture();
    await call(second, healthy, 'acme/tail');
    const compacted = [...first, assistant('Summary'), user('More')];
    expect(await call(compacted, healthy, 'acme/head')).toBeUndefined();
    expect(decisions).toMatchObject([{ type: 'return', why: 'expired' }]);
  });
});

describe('while the last attempt at the first target has failed', () => {
  const failing = [
    target('head', { health: { state: 'healthy', failures: 1, benches: 0, until: undefined } }),
    ...['tail', 'dear'].map((id) => target(id)),
  ];

  it('stays beyond maxStayMs, and returns after 6 times as long', async () => {
    const { call, decisions, clock } = fixture({ maxStayMs: MINUTE });
    await call(first, failing, 'acme/tail');
    for (let minute = 0; minute <= 6; minute++) {
      expect(await call(second, failing, 'acme/tail')).toEqual(['acme/tail']);
      await clock.advance(MINUTE);
    }
    expect(await call(second, failing, 'acme/tail')).toBeUndefined();
    expect(decisions.at(-1)).toMatchObject({ type: 'return', why: 'too-long' });
  });

  it('returns after maxStayMs once an attempt there has succeeded', async () => {
    const { call, decisions, clock } = fixture({ maxStayMs: MINUTE });
    await call(first, failing, 'acme/tail');
    await call(second, failing, 'acme/tail');
    await clock.advance(2 * MINUTE);
    expect(await call(third, healthy, 'acme/head')).toBeUndefined();
    expect(decisions.at(-1)).toMatchObject({ why: 'too-long' });
  });

  it('stays after a compaction and for a saving below minSaving', async () => {
    const { call } = fixture({ minSaving: 0.9 });
    await call(second, failing, 'acme/tail');
    expect(await call(third, failing, 'acme/tail')).toEqual(['acme/tail']);
    const compacted = [...first, assistant('Summary'), user('More')];
    expect(await call(compacted, failing, 'acme/tail')).toEqual(['acme/tail']);
  });

  it('returns from a more expensive target, and after the lifetime of the entry', async () => {
    const { call, decisions, clock } = fixture();
    await call(second, failing, 'acme/dear');
    const compacted = [...first, assistant('Summary'), user('word '.repeat(10_000))];
    expect(await call(compacted, failing, 'acme/tail')).toBeUndefined();
    expect(decisions.at(-1)).toMatchObject({ why: 'dearer' });
    await clock.advance(6 * MINUTE);
    expect(await call(compacted, failing, 'acme/head')).toBeUndefined();
    expect(decisions.at(-1)).toMatchObject({ why: 'expired' });
  });
});

it('keeps the order if the saving is below minSaving', async () => {
  const { call, decisions } = fixture({ minSaving: 0.9 });
  await call(first, healthy, 'acme/tail');
  expect(await call(second, healthy, 'acme/head')).toBeUndefined();
  expect(decisions).toMatchObject([{ type: 'return', why: 'dearer' }]);
});

it('counts new messages, which the holder has to write as well', async () => {
  const { call, decisions } = fixture();
  await call(first, [target('head'), target('dear')], 'acme/dear');
  const long = [...first, user('word '.repeat(100_000))];
  expect(await call(long, [target('head'), target('dear')], 'acme/head')).toBeUndefined();
  expect(decisions).toMatchObject([{ why: 'dearer' }]);
});

it('keeps the order for an unknown price', async () => {
  const { call, decisions } = fixture();
  const targets = [target('head'), target('unknown')];
  await call(first, targets, 'acme/unknown');
  expect(await call(second, targets, 'acme/head')).toBeUndefined();
  expect(decisions).toMatchObject([{ type: 'return', why: 'no-price', expectedSavedNanoUsd: undefined }]);
});

it('keeps the order while the first target has cached as much of the prefix', async () => {
  const { call, decisions } = fixture();
  await call(first, healthy, 'acme/tail');
  await call(second, [target('head'), target('tail', { health: BENCHED })], 'acme/head');
  expect(await call(third, healthy, 'acme/head')).toBeUndefined();
  expect(decisions).toEqual([]);
});

it('separates the conversations of tenants', async () => {
  const { call } = fixture();
  await call(first, healthy, 'acme/tail', undefined, 'one');
  expect(await call(second, healthy, 'acme/head', undefined, 'two')).toBeUndefined();
  expect(await call(second, healthy, 'acme/tail', undefined, 'one')).toEqual(['acme/tail']);
});

it('records no holder for usage without cached tokens', async () => {
  const { call } = fixture();
  await call(first, healthy, 'acme/tail', { ...cachedUsage(0, 0), input: 10_000 });
  expect(await call(second, healthy, 'acme/head')).toBeUndefined();
});

it('counts the complete input as cached if a vendor reports reads only', async () => {
  const { call, decisions } = fixture();
  const usage = { ...cachedUsage(8000, 0), cacheWrite: undefined, input: 10_000 };
  await call(first, healthy, 'acme/tail', usage);
  expect(await call(second, healthy, 'acme/tail')).toEqual(['acme/tail']);
  expect(decisions[0]?.expectedSavedNanoUsd).toBe(11_500_000n);
});

it('removes the least recently used conversation beyond the maximum', async () => {
  const { signal } = new AbortController();
  const options = { records: undefined, storeTimeoutMs: 1, maxConversations: 2, clock: fakeClock(0) };
  const conversations = new Conversations(options);
  for (const key of ['a', 'b']) conversations.write(key, { holders: [], awaySince: 1 });
  await conversations.read('a', signal);
  conversations.write('c', { holders: [], awaySince: 1 });
  expect(['a', 'b', 'c'].map((key) => conversations.get(key).awaySince)).toEqual([1, undefined, 1]);
});

describe('with a store', () => {
  const stored = (value: string) => ({ key: '', value, version: 1, label: '', at: 1, dueMs: undefined });

  it('prefers the holder in another process', async () => {
    const clock = fakeClock(NOON);
    const records = memoryRecords({ clock });
    await fixture({ records }, clock).call(first, healthy, 'acme/tail');
    expect(await fixture({ records }, clock).call(second, healthy, 'acme/tail')).toEqual(['acme/tail']);
  });

  it('contains no text of the conversation', async () => {
    const stored: unknown[] = [];
    const records = {
      ...memoryRecords(),
      write: async (...change: unknown[]) => [stored.push(change)],
    };
    await fixture({ records }).call([user('my secret')], healthy, 'acme/tail');
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain('secret');
  });

  it('waits at most storeTimeoutMs for a store that does not respond', async () => {
    const clock = fakeClock(NOON);
    const records = { ...memoryRecords({ clock }), get: async () => new Promise<never>(() => undefined) };
    const ordered = fixture({ records, storeTimeoutMs: 20 }, clock).call(first, healthy, 'acme/tail');
    await clock.advance(20);
    expect(await ordered).toBeUndefined();
  });

  it.each([
    ['throws', () => Promise.reject(new Error('down'))],
    ['returns another form', () => Promise.resolve(stored('{"format":1,"data":{"holders":[{"target":5}]}}'))],
    ['returns a newer format', () => Promise.resolve(stored('{"format":2,"data":{}}'))],
  ])('keeps the order if the store %s', async (_name, get) => {
    const { call } = fixture({ records: { ...memoryRecords(), get } });
    await call(first, healthy, 'acme/tail');
    expect(await call(second, healthy, 'acme/head')).toBeUndefined();
  });
});

it.each<readonly [PromptCacheOptions, string]>([
  [{ minSaving: 2 }, 'minSaving'],
  [{ maxStayMs: -1 }, 'maxStayMs'],
  [{ records: {} as never }, 'records'],
])('rejects the options %j', (options, path) => {
  expect(() => createPromptCache(options)).toThrow(
    expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) as unknown }),
  );
});
