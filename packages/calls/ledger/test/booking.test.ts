import {
  createMajordomo,
  image,
  user,
  type CallOptions,
  type LlmError,
  type Model,
  type ModelEvent,
  type Provider,
  type Usage,
} from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import {
  createLedger,
  memoryStore,
  type LedgerOptions,
  type LedgerStore,
  type SpendRecord,
} from '../src/index.ts';
import { fakeClock, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { NOON, PRICED, ledgerFixture, recordingStore, reply } from './support/fixture.ts';

const limits = [{ name: 'day', max: { usd: '1' }, per: 'day' }] as const;

const usageOf = (input: number, output: number): Usage => ({ ...UNKNOWN_USAGE, input, output });

/** Provider whose stream waits for the abort of its attempt after some output. */
function hangingStreamProvider(usage: ModelEvent & { type: 'finish' }): Provider {
  const model: Model = {
    id: 'x',
    families: ['fake'],
    capabilities: {},
    async *stream(_request, { target, signal }) {
      yield { type: 'start', target, id: undefined };
      yield { type: 'part-start', index: 0, part: { type: 'text' } };
      yield { type: 'text-delta', index: 0, text: 'half of' };
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
      yield usage;
    },
  };
  return { spi: 1, id: 'acme', vendor: 'acme', model: () => model };
}

describe('an attempt is booked', () => {
  it('with all known fields', async () => {
    const { callModel, records } = ledgerFixture([reply(123, 45)], { limits, tags: ['feature', 'secret'] });
    await callModel({ tenant: 't', metadata: { feature: 'search', other: 1 } });
    const [record] = records;
    expect(record).toEqual({
      id: `${record!.call}/acme/x/1`,
      at: '2026-11-20T12:00:00.000Z',
      call: record!.call,
      operation: 'chat',
      target: 'acme/x',
      vendor: 'acme',
      model: 'x',
      name: undefined,
      tenant: 't',
      tags: { feature: 'search' },
      outcome: 'finished',
      ms: 0,
      usage: usageOf(123, 45),
      nanoUsd: '573000',
      cacheSavedNanoUsd: '0',
      cacheExtraNanoUsd: '0',
      basis: 'override',
      missing: [],
      catalog: PRICED.date,
    });
  });

  it('with one record and one request for each retry', async () => {
    const requests = [{ name: 'requests', max: { requests: 10 }, per: 'day' }] as const;
    const { callModel, records, ledger, clock } = ledgerFixture([{ fail: 'overloaded' }, reply(1, 1)], {
      limits: requests,
    });
    const response = callModel();
    await clock.advance(1000);
    await response;
    expect(records.map(({ id, outcome, basis }) => [id.split('/').at(-1), outcome, basis])).toEqual([
      ['1', 'failed', 'estimate'],
      ['2', 'finished', 'override'],
    ]);
    expect((await ledger.state())[0]?.used).toBe(2n);
    expect(await ledger.report({ by: [] })).toMatchObject([
      { calls: 1, attempts: 2, failed: 1, unpriced: 0 },
    ]);
  });

  it('without a limit only by its record', async () => {
    const clock = fakeClock(NOON);
    const { store, calls } = recordingStore(clock);
    const { callModel, records } = ledgerFixture([reply(1, 1)], { store }, {}, clock);
    await callModel();
    expect(calls).toEqual(records.map(({ id }) => `append ${id}`));
  });

  it('with one call for each repair of an object', async () => {
    const { majordomo, records, ledger } = ledgerFixture([reply(10, 1, 'no JSON'), reply(20, 1, '{"a":1}')], {
      limits,
    });
    const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] } as const;
    await majordomo.model('acme/x').generateObject({ messages: [user('hi')], maxTokens: 10, output: schema });
    await ledger.flush();
    expect(records.map(({ nanoUsd }) => nanoUsd)).toEqual(['20000', '30000']);
  });

  it('by the number and size of its images, and an image beyond the budget is denied', async () => {
    const units = (count: number) => ({
      ...usageOf(0, 0),
      details: { units: { 'image:1024x1024': count } },
    });
    const imagePart = image(new Uint8Array([1, 2, 3]), 'image/png');
    const imageTurn = (count: number): Turn => ({
      images: Array.from({ length: count }, () => imagePart),
      usage: units(count),
    });
    const rates = { input: 0, output: 0 };
    // Four cents per image of that size, in micro-USD.
    const price = {
      from: '2020-01-01',
      rates,
      fees: { 'image:1024x1024': 40_000 },
      sources: ['c'],
      trust: 'override',
    } as const;
    const catalog = PRICED.with([{ vendor: 'acme', id: 'x', output: ['image'], prices: [price] }]);
    const day = [{ name: 'day', max: { usd: '0.10' }, per: 'day' }] as const;
    const { majordomo, records, ledger } = ledgerFixture([imageTurn(2), imageTurn(1)], {
      limits: day,
      catalog,
    });
    const model = majordomo.imageModel('acme/x');
    await model.generate({ prompt: 'two cats', n: 2, size: '1024x1024' });
    await ledger.flush();
    expect(records).toMatchObject([{ operation: 'image', nanoUsd: '80000000', outcome: 'finished' }]);
    expect((await ledger.state())[0]).toMatchObject({ used: 80_000_000n, left: 20_000_000n });
    await expect(model.generate({ prompt: 'one more', size: '1024x1024' })).rejects.toMatchObject({
      kind: 'denied',
    });
    expect(records).toHaveLength(1);
  });

  it('as its maximum if output arrived and the vendor reported no usage', async () => {
    const finish = {
      type: 'finish',
      target: 'acme/x',
      reason: 'stop',
      raw: undefined,
      usage: undefined,
    } as const;
    const records: SpendRecord[] = [];
    const ledger = createLedger({ catalog: PRICED, limits, onRecord: (record) => records.push(record) });
    const majordomo = createMajordomo({ providers: [hangingStreamProvider(finish)], gates: [ledger.gate] });
    const stream = majordomo.model('acme/x').stream({ messages: [user('hi')], maxTokens: 100 });
    for await (const event of stream) if (event.type === 'text-delta') break;
    await ledger.flush();
    const [state] = await ledger.state();
    // At least the 100 tokens of output that were reserved.
    expect(state!.used).toBeGreaterThanOrEqual(1_000_000n);
    expect(state!.held).toBe(0n);
    expect(records).toMatchObject([
      { outcome: 'abandoned', nanoUsd: String(state!.used), basis: 'estimate' },
    ]);
  });

  describe('as its maximum, if majordomo stopped it before any output', () => {
    const hang = { hang: true } as const;
    const estimated = {
      usage: undefined,
      basis: 'estimate',
      missing: ['no usage: the vendor may bill the attempt, so its maximum cost counts'],
    };

    it.each<readonly [how: string, options: CallOptions]>([
      ['the caller aborted', {}],
      ['the call timed out', { timeouts: { totalMs: 5 } }],
      ['the attempt timed out', { timeouts: { firstContentMs: 5 } }],
    ])('%s', async (_, options) => {
      const tokens = { name: 'tokens', max: { tokens: 100_000 }, per: 'day' } as const;
      const { majordomo, clock, records, ledger } = ledgerFixture([hang], { limits: [...limits, tokens] });
      const caller = new AbortController();
      const model = majordomo.model('acme/x');
      const messages = [user('word '.repeat(200))];
      const signal = caller.signal;
      const response = model.generate({ messages, maxTokens: 100 }, { attempts: 1, signal, ...options });
      response.catch(() => undefined);
      await clock.advance(5);
      caller.abort();
      await response.catch(() => undefined);
      await ledger.flush();
      expect(records).toMatchObject([{ outcome: 'failed', ...estimated }]);
      const [moneyState, tokenState] = await ledger.state();
      expect(moneyState!.used).toBe(BigInt(records[0]!.nanoUsd!));
      // At least the 201 tokens of the message, and the 100 tokens of output that were reserved.
      expect(tokenState!.used).toBeGreaterThanOrEqual(301n);
      expect(moneyState!.used).toBe((tokenState!.used - 100n) * 1000n + 100n * 10_000n);
      expect([moneyState!.held, tokenState!.held]).toEqual([0n, 0n]);
      expect(await ledger.report({ by: [] })).toMatchObject([{ nanoUsd: moneyState!.used, unpriced: 0 }]);
    });

    it('another target was faster', async () => {
      const models = { x: [hang], y: [reply(10, 1)] };
      const options = { limits, unknownPrice: 'admit' } as const;
      const { majordomo, clock, records, ledger } = ledgerFixture([], options, { models });
      const response = majordomo
        .model('acme/x,acme/y')
        .generate({ messages: [user('hi')], maxTokens: 10 }, { hedgeAfterMs: 5 });
      await clock.advance(5);
      await response;
      await ledger.flush();
      expect(records).toMatchObject([
        { target: 'acme/x', outcome: 'abandoned', ...estimated },
        { target: 'acme/y', outcome: 'finished', usage: usageOf(10, 1) },
      ]);
    });

    it('without a limit', async () => {
      const { majordomo, clock, records, ledger } = ledgerFixture([hang]);
      const response = majordomo
        .model('acme/x')
        .generate({ messages: [user('hi')], maxTokens: 10 }, { attempts: 1, timeouts: { totalMs: 5 } });
      response.catch(() => undefined);
      await clock.advance(5);
      await response.catch(() => undefined);
      await ledger.flush();
      expect(records).toMatchObject([estimated]);
    });

    it('so that a caller who disconnects each time is denied at the limit', async () => {
      const cent = [{ name: 'day', max: { usd: '0.01' }, per: 'day' }] as const;
      const { majordomo, clock, ledger } = ledgerFixture(Array<Turn>(50).fill(hang), { limits: cent });
      const kinds: string[] = [];
      for (let call = 0; call < 50; call++) {
        const response = majordomo
          .model('acme/x')
          .generate({ messages: [user('hi')], maxTokens: 10 }, { attempts: 1, timeouts: { totalMs: 5 } });
        response.catch((error: unknown) => kinds.push((error as LlmError).kind));
        await clock.advance(5);
        await response.catch(() => undefined);
      }
      expect(kinds.indexOf('denied')).toBeGreaterThan(0);
      expect(kinds.lastIndexOf('timeout')).toBeLessThan(kinds.indexOf('denied'));
      expect((await ledger.state())[0]!.used).toBeLessThanOrEqual(10_000_000n);
    });
  });

  it('as nothing if the vendor refused the request', async () => {
    const { callModel, ledger, clock } = ledgerFixture([{ fail: 'auth' }], { limits });
    const response = callModel().catch(() => undefined);
    await clock.advance(1000);
    await response;
    await ledger.flush();
    expect((await ledger.state())[0]).toMatchObject({ used: 0n, held: 0n });
  });

  it('counts the cost that the vendor reports, and emits a difference to the catalog once', async () => {
    const turn = { text: 'yes', usage: { ...usageOf(100, 0), details: { reportedNanoUsd: '80000' } } };
    const { callModel, alerts, ledger } = ledgerFixture([turn, turn], { limits });
    await callModel();
    await callModel();
    expect((await ledger.state())[0]?.used).toBe(160_000n);
    expect(alerts).toEqual([{ type: 'drift', target: 'acme/x', share: 0.25 }]);
  });

  it('counts an amount that was spent elsewhere once', async () => {
    const { ledger } = ledgerFixture([], { limits: [{ ...limits[0], each: ['tenant', 'job'] }] });
    const entry = { vendor: 'mailer', usd: '0.25', tenant: 't', tags: { job: 'night' }, id: 'invoice 7' };
    await ledger.book(entry);
    await ledger.book(entry);
    expect(await ledger.state()).toMatchObject([{ key: 'tenant=t,job=night', used: 250_000_000n }]);
    expect(await ledger.report({ by: ['vendor', 'tag'], tag: 'job' })).toMatchObject([
      { key: { vendor: 'mailer', tag: 'night' }, nanoUsd: 250_000_000n, unpriced: 0 },
    ]);
    await expect(ledger.book({ vendor: 'mailer', usd: '1,50' })).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'usd' },
    });
  });
});

describe('a lease', () => {
  it('is renewed while a stream runs', async () => {
    const hang = { hang: true, after: 'half' } as const;
    const { majordomo, clock, ledger } = ledgerFixture([hang], { limits });
    const options = { timeouts: { idleMs: 0 } };
    const abort = new AbortController();
    const model = majordomo.model('acme/x');
    const response = model.generate(
      { messages: [user('hi')], maxTokens: 10 },
      { ...options, signal: abort.signal },
    );
    response.catch(() => undefined);
    for (let minute = 0; minute < 10; minute++) await clock.advance(60_000);
    expect((await ledger.state())[0]!.held).toBeGreaterThan(0n);
    expect((await ledger.state())[0]!.used).toBe(0n);
    abort.abort();
    await expect(response).rejects.toThrow('aborted');
    await ledger.flush();
    expect((await ledger.state())[0]!.held).toBe(0n);
  });
});

/** Creates a store that can be switched off. */
function switchableStore(store: LedgerStore) {
  let mode: 'up' | 'failing' | 'silent' = 'up';
  const withMode =
    <Args extends unknown[], T>(run: (...args: Args) => T | Promise<T>) =>
    async (...args: Args): Promise<T> => {
      if (mode === 'failing') return Promise.reject(new Error('the disk is full'));
      return mode === 'silent' ? new Promise(() => undefined) : run(...args);
    };
  const switchable: LedgerStore = {
    ...store,
    reserve: withMode(store.reserve),
    renew: withMode(store.renew),
    settle: withMode(store.settle),
    counters: withMode(store.counters),
    append: withMode(store.append),
  };
  return { store: switchable, setMode: (next: typeof mode) => (mode = next) };
}

/** Creates a ledger whose store can be switched off. */
function switchableFixture(turns: readonly Turn[], options: LedgerOptions = {}) {
  const clock = fakeClock(NOON);
  const { store, setMode } = switchableStore(memoryStore({ clock }));
  return { ...ledgerFixture(turns, { limits, store, ...options }, {}, clock), setMode };
}

describe('a store that is down', () => {
  it('denies within its timeout', async () => {
    const { callModel, alerts, clock, setMode } = switchableFixture([reply(1, 1)]);
    setMode('failing');
    await expect(callModel()).rejects.toThrow(/the store of the ledger failed \(the disk is full\)/);
    setMode('silent');
    const response = callModel();
    response.catch(() => undefined);
    await clock.advance(249);
    await clock.advance(1);
    await expect(response).rejects.toThrow(/no answer within 250 ms/);
    expect(alerts.map(({ type }) => type)).toEqual(['store-down']);
    setMode('up');
    await callModel();
  });

  it.each([
    ['failing', 0],
    // The waits for the reservation and for the booking.
    ['silent', 2 * 250],
  ] as const)(
    "and %s admits calls with whenDown: 'admit' in %d ms, and books them when it is back",
    async (mode, ms) => {
      const { majordomo, ledger, alerts, clock, setMode } = switchableFixture([reply(1, 1)], {
        whenDown: 'admit',
      });
      setMode(mode);
      let text: string | undefined;
      const response = majordomo.model('acme/x').generate({ messages: [user('hi')], maxTokens: 5 });
      void response.then((answer) => (text = answer.text));
      await clock.advance(ms);
      expect(text).toBe('yes');
      setMode('up');
      await clock.advance(40_000);
      await ledger.flush();
      const records = [];
      for await (const record of ledger.records()) records.push(record);
      expect(records).toHaveLength(1);
      expect(await ledger.state()).toMatchObject([{ used: 11_000n, held: 0n }]);
      expect(alerts.map(({ type }) => type)).toEqual(['store-down']);
    },
  );

  it('again after it has stored a record is reported again', async () => {
    const turns = [1, 2, 3].map(() => reply(1, 1));
    const { majordomo, alerts, setMode } = switchableFixture(turns, { limits: [] });
    for (const mode of ['failing', 'up', 'failing'] as const) {
      setMode(mode);
      await majordomo.model('acme/x').generate({ messages: [user('hi')] });
    }
    expect(alerts.map(({ type }) => type)).toEqual(['store-down', 'store-down']);
  });

  it.each([
    ['releases the reservation itself', true],
    ['leaves the reservation', false],
  ])(
    'and late books an admitted call that ends after the late reservation, if the store %s',
    async (_name, isReleased) => {
      const clock = fakeClock(NOON);
      const inner = memoryStore({ clock });
      let delayMs = 300;
      const lateStore: LedgerStore = {
        ...inner,
        async reserve(id, claims, leaseMs) {
          const refusal = await inner.reserve(id, claims, leaseMs);
          if (delayMs === 0) return refusal;
          await new Promise<void>((resolve) => clock.timer(delayMs, resolve));
          if (isReleased) await inner.settle(id, []);
          return refusal;
        },
      };
      const { majordomo, ledger } = ledgerFixture(
        [{ ...(reply(1, 1) as object), delayMs: 1000 }],
        { limits, store: lateStore, whenDown: 'admit' },
        {},
        clock,
      );
      const response = majordomo.model('acme/x').generate({ messages: [user('hi')], maxTokens: 5 });
      await clock.advance(400);
      delayMs = 0;
      await clock.advance(2000);
      await response;
      await ledger.flush();
      expect(await ledger.state()).toMatchObject([{ used: 11_000n, held: 0n }]);
    },
  );

  it("with whenDown: 'admit' counts one call and two requests of a call with a retry", async () => {
    const counts = [
      { name: 'calls', max: { calls: 9 }, per: 'ever' },
      { name: 'requests', max: { requests: 9 }, per: 'ever' },
    ] as const;
    const { majordomo, ledger, clock, setMode } = switchableFixture([{ fail: 'overloaded' }, reply(1, 1)], {
      limits: counts,
      whenDown: 'admit',
    });
    setMode('failing');
    const response = majordomo.model('acme/x').generate({ messages: [user('hi')], maxTokens: 5 });
    await clock.advance(1000);
    await response;
    setMode('up');
    await ledger.flush();
    expect((await ledger.state()).map(({ used }) => used)).toEqual([1n, 2n]);
  });

  it('makes flush reject until it is back', async () => {
    const { callModel, ledger, setMode } = switchableFixture([reply(1, 1)], { whenDown: 'admit' });
    setMode('failing');
    await expect(callModel()).rejects.toThrow('the disk is full');
    setMode('up');
    await ledger.flush();
  });

  it.each([
    ['failing', 5],
    ['silent', 1005],
  ] as const)(
    'that is %s while a call is booked delays the response by %d ms, and stores the booking later',
    async (mode, ms) => {
      const turn = { ...(reply(1, 1) as object), delayMs: 10 };
      const { majordomo, ledger, clock, setMode } = switchableFixture([turn]);
      const response = majordomo.model('acme/x').generate({ messages: [user('hi')], maxTokens: 5 });
      await clock.advance(5);
      setMode(mode);
      let isComplete = false;
      void response.then(() => (isComplete = true));
      await clock.advance(ms);
      expect(isComplete).toBe(true);
      setMode('up');
      await clock.advance(60_000);
      await ledger.flush();
      expect((await ledger.state())[0]).toMatchObject({ used: 11_000n, held: 0n });
    },
  );
});

describe('an impossible count of a vendor', () => {
  it.each([
    [1.5, 2n],
    // The reserved tokens are charged, because the count is unusable.
    [-5, 100n],
    [NaN, 100n],
    [Infinity, 100n],
  ])('of %d output tokens charges %d tokens and holds none', async (output, used) => {
    const tokens = [{ name: 'tokens', max: { tokens: 10_000 }, per: 'day' }] as const;
    const { callModel, ledger, records } = ledgerFixture([reply(0, output)], { limits: tokens });
    await callModel();
    expect(records).toHaveLength(1);
    expect(await ledger.state()).toMatchObject([{ used, held: 0n }]);
  });
});
