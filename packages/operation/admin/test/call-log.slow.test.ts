import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createMajordomo,
  fromJson,
  image,
  jsonSchema,
  user,
  type ChatRequest,
  type LlmError,
  type Majordomo,
} from '@majordomo/core';
import { createLedger, memoryStore, type SpendRecord } from '@majordomo/ledger';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import {
  createCallLog,
  memoryCallStore,
  type CallEntry,
  type CallLogOptions,
  type CallStore,
  type RequestEvent,
} from '../src/index.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const DAY_MS = 86_400_000;
const SECRET = `mj_${'Aa1_'.repeat(11).slice(0, 43)}`;
const usage = { input: 100, output: 50, cacheRead: 10, cacheWrite: undefined, reasoning: undefined };

type Turns = Parameters<typeof fakeProvider>[0]['models'];

function setUp(options: Partial<CallLogOptions> = {}, models: Turns = {}) {
  const clock = fakeClock(NOON);
  const store = options.store ?? memoryCallStore();
  const errors: (readonly [kind: string, dropped: number])[] = [];
  const log = createCallLog({
    store,
    clock,
    onError: (error, { dropped }) => errors.push([error.kind, dropped]),
    ...options,
  });
  const records: SpendRecord[] = [];
  const ledger = createLedger({
    store: memoryStore({ clock }),
    clock,
    onRecord(record) {
      records.push(record);
      log.onRecord(record);
    },
  });
  const provider = { ...fakeProvider({ id: 'openai', models, clock }), vendor: 'openai' };
  const majordomo = createMajordomo({
    providers: [provider],
    gates: [ledger.gate],
    clock,
    onEvent: log.onEvent,
  });
  return { clock, errors, ledger, log, majordomo, records, store };
}

async function makeCall(
  majordomo: Majordomo,
  spec: string,
  metadata: Record<string, unknown> = {},
): Promise<void> {
  const request = { messages: [user('hi')] };
  await majordomo
    .model(spec)
    .generate(request, { tenant: 'acme', metadata })
    .catch(() => undefined);
}

/** Advances the clock until the call has ended. The ledger loads the catalog in real time. */
async function advanceUntil(pendingCall: Promise<void>, clock: ReturnType<typeof fakeClock>): Promise<void> {
  const state = { isDone: false };
  void pendingCall.then(() => (state.isDone = true));
  while (!state.isDone) await clock.advance(10);
}

const requestEvent = (changes: Partial<RequestEvent> = {}): RequestEvent => ({
  requestId: 'req_1',
  clientRequestId: undefined,
  at: new Date(NOON).toISOString(),
  ms: 1,
  method: 'POST',
  route: '/v1/chat/completions',
  wire: 'openai-chat',
  isStreamed: false,
  status: 200,
  tenant: undefined,
  key: undefined,
  model: 'smart',
  calls: [],
  error: undefined,
  ...changes,
});

/** Creates a store whose `append` works, hangs or fails, depending on `state.mode`. */
function controllableStore() {
  const store = memoryCallStore();
  const state = { mode: 'works' as 'works' | 'hangs' | 'fails', batches: [] as (readonly CallEntry[])[] };
  const controllable: CallStore = {
    ...store,
    append(entries) {
      if (state.mode === 'hangs') return new Promise(() => undefined);
      if (state.mode === 'fails') return Promise.reject(new Error('disk full'));
      state.batches.push(entries);
      return store.append(entries);
    },
  };
  return { store: controllable, state };
}

describe('an entry', () => {
  it('of a call that its caller aborted is abandoned, and does not count as failed', async () => {
    const { clock, log, majordomo } = setUp(
      {},
      { 'gpt-5.4': [{ text: 'a long answer', chunks: 5, everyMs: 20 }] },
    );
    const stop = new AbortController();
    const request = { messages: [user('hi')] };
    const stream = majordomo.model('openai/gpt-5.4').stream(request, { signal: stop.signal });
    const reading = (async () => {
      for await (const event of stream) if (event.type === 'text-delta') stop.abort();
    })().catch(() => undefined);
    await advanceUntil(reading, clock);
    await log.flush();
    const [entry] = (await log.page({})).calls;
    expect(entry).toMatchObject({
      outcome: 'abandoned',
      error: { kind: 'aborted' },
      attempts: [{ outcome: 'abandoned' }],
    });
    expect(await log.stats({ by: [] })).toMatchObject([{ calls: 1, failed: 0 }]);
  });

  it('contains all attempts of a call, its caller, and the cost that the ledger booked', async () => {
    const models = {
      'gpt-5.4': [{ fail: 'overloaded' as const }, { fail: 'overloaded' as const, after: 'par' }],
      'gpt-5.4-mini': [{ text: 'yes', usage, delayMs: 20, model: 'gpt-5.4-mini-2026-03-05' }],
    };
    const { clock, log, majordomo, ledger, records } = setUp({}, models);
    const pendingCall = makeCall(majordomo, 'openai/gpt-5.4,openai/gpt-5.4-mini', {
      key: 'key_1',
      requestId: 'req_1',
      team: 'search',
      client: { user: 'u1' },
    });
    await advanceUntil(pendingCall, clock);
    await ledger.flush();
    await log.flush();
    const { calls } = await log.page();
    const total = records.reduce((sum, { nanoUsd = '0' }) => sum + BigInt(nanoUsd), 0n);
    expect(total).toBeGreaterThan(0n);
    expect(calls).toMatchObject([
      {
        requestId: 'req_1',
        operation: 'chat',
        spec: 'openai/gpt-5.4,openai/gpt-5.4-mini',
        target: 'openai/gpt-5.4-mini',
        tenant: 'acme',
        key: 'key_1',
        outcome: 'finished',
        error: undefined,
        nanoUsd: `${total}`,
        finish: 'stop',
        metadata: { team: 'search', client: { user: 'u1' } },
        attempts: [
          { target: 'openai/gpt-5.4', outcome: 'failed', kind: 'overloaded' },
          { target: 'openai/gpt-5.4', outcome: 'failed', kind: 'overloaded' },
          {
            target: 'openai/gpt-5.4-mini',
            outcome: 'finished',
            kind: undefined,
            ms: 20,
            responseModel: 'gpt-5.4-mini-2026-03-05',
          },
        ],
      },
    ]);
    const costs = calls[0]?.attempts.flatMap(({ nanoUsd }) => nanoUsd ?? []) ?? [];
    expect(costs.reduce((sum, cost) => sum + BigInt(cost), 0n)).toBe(total);
  });

  it('counts the attempts that its cost omits, also in an export', async () => {
    const turns = [{ text: 'yes', usage }];
    const { log, majordomo, ledger, records } = setUp({}, { unlisted: turns, 'gpt-5.4': turns });
    await makeCall(majordomo, 'openai/gpt-5.4');
    await ledger.flush();
    const [priced] = records;
    await makeCall(majordomo, 'openai/unlisted');
    await ledger.flush();
    const [, { call = '' } = {}] = records;
    log.onRecord({ ...(priced as SpendRecord), id: 'earlier', call });
    await log.flush();
    const { calls } = await log.page();
    const { nanoUsd } = priced ?? {};
    expect(calls).toMatchObject([{ nanoUsd, unpriced: 1 }, { nanoUsd }]);
    expect(calls[1]).not.toHaveProperty('unpriced');
    expect(await new Response(log.export('csv')).text()).toMatch(
      /^.*,usd,unpriced,attempts,.*\r\n.*,1,1,.*\r\n.*,0,1,/,
    );
  });

  it('has the arms that splits chose, also in an export', async () => {
    const { clock, log, majordomo } = setUp({}, { 'gpt-5.4': [{ text: 'yes' }, { text: 'yes' }] });
    majordomo.resolver((name) => ({
      spec: 'openai/gpt-5.4',
      arm: name === 'fast' ? 'canary' : undefined,
    }));
    await makeCall(majordomo, 'slow');
    await clock.advance(1);
    await makeCall(majordomo, 'fast');
    await log.flush();
    const { calls } = await log.page();
    expect(calls.map(({ spec, arms }) => [spec, arms])).toEqual([
      ['fast', { fast: 'canary' }],
      ['slow', undefined],
    ]);
    expect(await new Response(log.export('csv')).text()).toMatch(/,fast=canary\r\n.*,\r\n$/);
  });

  it('of a request that is refused before a call has the outcome `refused` and contains no secret', async () => {
    const { log, store } = setUp();
    log.onRequest(
      requestEvent({
        status: 401,
        wire: undefined,
        route: '/v1/embeddings',
        model: undefined,
        error: { kind: 'unauthorized', code: undefined, message: `unknown key ${SECRET}` },
      }),
    );
    log.onRequest(requestEvent({ requestId: 'req_2', route: '/v1/models' }));
    await log.flush();
    const { calls } = await log.page();
    expect(calls).toMatchObject([
      {
        id: 'req_1',
        outcome: 'refused',
        status: 401,
        operation: 'embedding',
        error: { kind: 'unauthorized' },
      },
    ]);
    expect(JSON.stringify(await store.get('req_1'))).not.toContain(SECRET.slice(3, 20));
  });

  it('receives the status, wire and cost that arrive after it was written', async () => {
    const { store, state } = controllableStore();
    const { log, majordomo, ledger } = setUp({ store }, { 'gpt-5.4': [{ text: 'yes', usage }] });
    await makeCall(majordomo, 'openai/gpt-5.4');
    await log.flush();
    const id = state.batches[0]?.[0]?.id ?? '';
    await ledger.flush();
    log.onRequest(requestEvent({ calls: [id], isStreamed: true }));
    log.onRequest(requestEvent({ requestId: 'req_other', calls: ['unknown'] }));
    await log.flush();
    const { calls } = await log.page();
    expect(calls).toMatchObject([
      { id, requestId: 'req_1', status: 200, wire: 'openai-chat', isStreamed: true, model: 'smart' },
    ]);
    expect(BigInt(calls[0]?.nanoUsd ?? 0)).toBeGreaterThan(0n);
  });

  it('receives the cost that the ledger books after an outage of its store', async () => {
    const clock = fakeClock(NOON);
    const store = memoryStore({ clock });
    const log = createCallLog({ store: memoryCallStore(), clock });
    let isDown = true;
    const append: typeof store.append = (record) =>
      isDown ? Promise.reject(new Error('down')) : store.append(record);
    const ledger = createLedger({ store: { ...store, append }, clock, onRecord: log.onRecord });
    const models = { 'gpt-5.4': [{ text: 'yes', usage }], x: ['yes'] };
    const provider = { ...fakeProvider({ id: 'openai', models, clock }), vendor: 'openai' };
    const { gate } = ledger;
    const majordomo = createMajordomo({ providers: [provider], gates: [gate], clock, onEvent: log.onEvent });
    await makeCall(majordomo, 'openai/gpt-5.4', { requestId: 'req_1' });
    await clock.advance(300_000);
    await makeCall(majordomo, 'openai/x');
    isDown = false;
    await clock.advance(60_000);
    await log.flush();
    expect(BigInt((await log.get('req_1'))?.nanoUsd ?? 0)).toBeGreaterThan(0n);
  });

  it('of each call of one request has the request id', async () => {
    const { log, majordomo } = setUp({}, { x: ['a', 'b'] });
    await makeCall(majordomo, 'openai/x', { requestId: 'req_1' });
    await makeCall(majordomo, 'openai/x', { requestId: 'req_1' });
    await log.flush();
    expect((await log.page({ id: 'req_1' })).calls).toHaveLength(2);
    expect((await log.get('req_1'))?.requestId).toBe('req_1');
  });

  it('masks secrets in errors, names and metadata, and bounds metadata', async () => {
    const models = { x: [{ fail: 'server' as const, message: `key ${SECRET} is broken` }, 'yes'] };
    const { log, majordomo, clock } = setUp({}, models);
    const pendingCall = makeCall(majordomo, 'openai/x', {
      note: SECRET,
      deep: { list: [SECRET, 1n, () => 1] },
    });
    await advanceUntil(pendingCall, clock);
    await makeCall(majordomo, 'openai/x', { long: 'x'.repeat(5000) });
    await log.flush();
    const { calls } = await log.page();
    expect(JSON.stringify(calls)).not.toContain(SECRET.slice(3, 20));
    expect(calls.find(({ attempts }) => attempts.length === 2)?.attempts[0]?.message).toContain('is broken');
    expect(calls.map(({ metadata }) => metadata)).toContainEqual({ omitted: expect.any(String) });
  });
});

const LOGIN = { type: 'object', properties: { password: { type: 'string', minLength: 8 } } };

describe('content', () => {
  const request = {
    system: 'Be brief.',
    messages: [user(`my key is ${SECRET}`, image(new Uint8Array(1234), 'image/png'))],
  };
  const logCall = async (options: Partial<CallLogOptions>) => {
    const setup = setUp(options, { x: ['yes'] });
    const { log } = setup;
    const contentMajordomo = createMajordomo({
      providers: [fakeProvider({ id: 'a', models: { x: ['yes'] }, clock: setup.clock })],
    });
    await contentMajordomo
      .model('a/x')
      .generate(request, { onEvent: (event) => log.onEvent(event, request) });
    await log.flush();
    const [entry] = (await log.page()).calls;
    return { ...setup, entry, get: () => log.get(entry?.id ?? '') };
  };

  it('is not stored by default', async () => {
    const { entry, get, store } = await logCall({});
    expect([entry?.content, (await get())?.content]).toEqual([undefined, undefined]);
    expect(JSON.stringify(await store.get(entry?.id ?? ''))).not.toContain('Be brief');
  });

  it('of a long call is stored, although 1,000 later calls have ended', async () => {
    const { log, clock } = setUp({ content: true });
    const turns = [{ text: 'late', delayMs: 10_000 }, ...Array.from({ length: 1001 }, () => 'yes')];
    const provider = fakeProvider({ id: 'a', models: { x: turns }, clock });
    const model = createMajordomo({ providers: [provider], clock }).model('a/x');
    const ids: string[] = [];
    const call = () =>
      model.generate(request, {
        onEvent(event) {
          if (event.type === 'call-start') ids.push(event.call.id);
          log.onEvent(event, request);
        },
      });
    const long = call();
    await expect.poll(() => provider.requests.length).toBe(1);
    for (let at = 0; at < 1001; at++) {
      await call();
      if (at % 100 === 0) await log.flush();
    }
    await clock.advance(10_000);
    await long;
    await log.flush();
    expect((await log.get(ids[0] ?? ''))?.content).toMatchObject({ response: { parts: [{ text: 'late' }] } });
  });

  it('is returned by `get` without secrets and bytes', async () => {
    const { entry, get } = await logCall({ content: true });
    expect(entry?.content).toBeUndefined();
    const content = (await get())?.content;
    expect(content).toMatchObject({
      request: {
        system: 'Be brief.',
        messages: [{ role: 'user', parts: [{ type: 'text' }, { mediaType: 'image/png', bytes: 1234 }] }],
      },
      response: { parts: [{ type: 'text', text: 'yes' }], finish: 'stop' },
    });
    expect(JSON.stringify(content)).not.toContain(SECRET.slice(3, 20));
  });

  it('that is complete can be replayed: with schemas, media, settings and replay tokens', async () => {
    const asked: unknown[] = [];
    const { get } = await logCall({
      contentOf: (call) => {
        asked.push([call.spec, call.tenant]);
        return 'complete';
      },
    });
    expect(asked).toEqual([['a/x', undefined]]);
    const content = (await get())?.content;
    expect(content).toMatchObject({
      format: 'majordomo-chat/1',
      redactions: 1,
      response: { parts: [{ type: 'text', text: 'yes' }], finish: 'stop', target: 'a/x' },
    });
    expect(JSON.stringify(content)).not.toContain(SECRET.slice(3, 20));
    expect(fromJson<ChatRequest>(content?.request)).toMatchObject({
      system: 'Be brief.',
      messages: [
        { role: 'user', parts: [{ type: 'text' }, { mediaType: 'image/png', bytes: new Uint8Array(1234) }] },
      ],
    });
  });

  it.each<[string, ChatRequest, object | undefined]>([
    [
      'has JSON Schemas, and every setting',
      {
        messages: [
          user('hi'),
          { role: 'assistant', parts: [{ type: 'text', text: 'a', replay: { family: 'f', data: 't' } }] },
        ],
        tools: [
          {
            name: 'look',
            description: 'Looks.',
            parameters: jsonSchema({ type: 'object', properties: { city: { type: 'string' } } }),
          },
        ],
        toolChoice: { name: 'look' },
        stop: ['END'],
        cache: { ttl: 'long' } as never,
        extra: { openai: { store: true } },
        maxTokens: 10,
      },
      {
        tools: [{ name: 'look', parameters: { type: 'object', properties: { city: { type: 'string' } } } }],
        toolChoice: { name: 'look' },
        stop: ['END'],
        extra: { openai: { store: true } },
        maxTokens: 10,
        messages: [{}, { parts: [{ replay: { family: 'f', data: 't' } }] }],
      },
    ],
    [
      'has schemas of properties with secret names',
      {
        messages: [user('hi')],
        output: { type: 'object', properties: { token: { type: 'string' } } },
        tools: [{ name: 'login', description: 'Logs in.', parameters: LOGIN }],
      },
      {
        output: { type: 'object', properties: { token: { type: 'string' } } },
        tools: [{ parameters: LOGIN }],
      },
    ],
    ['is larger than the limit', { messages: [user('ä'.repeat(3000))] }, undefined],
    ['has media above the limit', { messages: [user(image(new Uint8Array(6000), 'image/png'))] }, undefined],
    [
      'has a blob',
      { messages: [user('hi', { type: 'blob', blob: new Blob(['x']), mediaType: 'text/plain' })] },
      undefined,
    ],
    ['is not JSON', { messages: [user('hi')], extra: { openai: { big: 1n } } }, undefined],
  ])('that is complete and %s', async (_, sent, expected) => {
    const { log, clock } = setUp({ contentOf: () => 'complete', maxContentBytes: 4000 });
    const call = { id: 'c', spec: 'a/x', tenant: undefined, metadata: {} };
    log.onEvent({ type: 'call-start', call, targets: ['a/x'] }, sent);
    log.onEvent({
      type: 'call-end',
      call,
      outcome: 'failed',
      response: undefined,
      error: undefined,
      attempts: [],
      ms: 1,
    } as never);
    await clock.advance(0);
    await log.flush();
    const content = (await log.get('c'))?.content;
    expect(content?.format).toBe(expected === undefined ? undefined : 'majordomo-chat/1');
    expect(content?.redactions).toBeUndefined();
    expect(content?.request).toMatchObject(expected ?? { messages: [{ role: 'user' }] });
  });

  it('is not stored for a call that contentOf rejects, or for which it throws', async () => {
    const throwing = (): never => {
      throw new Error('the store of consents failed');
    };
    const late = (() => Promise.resolve(false)) as never;
    for (const contentOf of [() => false, throwing, late]) {
      const { get } = await logCall({ content: true, contentOf });
      expect(await get()).not.toHaveProperty('content');
    }
  });

  it('of megabytes is written in slices, between which other work runs', { timeout: 30_000 }, async () => {
    const appended: number[] = [];
    const memory = memoryCallStore();
    const store: CallStore = {
      ...memory,
      append: async (entries) => {
        appended.push(entries.length);
        await memory.append(entries);
      },
    };
    const log = createCallLog({ store, contentOf: () => 'complete', flushMs: 60_000 });
    const text = 'All work and no play. '.repeat(20_000);
    for (let number = 0; number < 40; number++) {
      const call = { id: `c${number}`, spec: 'a/x', tenant: undefined, metadata: {} };
      log.onEvent({ type: 'call-start', call, targets: ['a/x'] }, { messages: [user(`${number} ${text}`)] });
      log.onEvent({
        type: 'call-end',
        call,
        outcome: 'failed',
        error: undefined,
        attempts: [],
        ms: 1,
      } as never);
    }
    await log.close();
    expect(appended.length).toBeGreaterThan(1);
    expect(appended.reduce((sum, count) => sum + count, 0)).toBe(40);
  });

  it('remains when the entry is written again', async () => {
    const { entry, get, log } = await logCall({ content: true });
    log.onRequest(requestEvent({ calls: [entry?.id ?? ''] }));
    await log.flush();
    expect(await get()).toMatchObject({ status: 200, content: { response: { finish: 'stop' } } });
  });

  it('is not returned after keepContentMs, nor the entry after keepMs, even before the store deletes them', async () => {
    const { clock, entry, get, log, majordomo, store } = await logCall({
      content: true,
      keepContentMs: DAY_MS,
      keepMs: 2 * DAY_MS,
    });
    const { id = '' } = entry ?? {};
    await clock.advance(DAY_MS + 1);
    expect(await get()).not.toHaveProperty('content');
    await makeCall(majordomo, 'openai/x');
    await log.flush();
    expect((await store.get(id))?.content).toBeUndefined();
    await clock.advance(DAY_MS);
    expect(await get()).toBeUndefined();
    expect((await log.page({ id })).calls).toEqual([]);
    expect(await log.stats({ by: [] })).toMatchObject([{ calls: 1 }]);
    await makeCall(majordomo, 'openai/x');
    await log.flush();
    expect(await store.get(id)).toBeUndefined();
  });
});

describe('a store that', () => {
  const models = { x: Array.from({ length: 100 }, () => 'yes') };

  it('works receives entries together after flushMs', async () => {
    const { store, state } = controllableStore();
    const { clock, majordomo } = setUp({ store, flushMs: 500 }, models);
    for (let number = 0; number < 5; number++) await makeCall(majordomo, 'openai/x');
    await clock.advance(499);
    expect(state.batches).toEqual([]);
    await clock.advance(1);
    expect(state.batches.map(({ length }) => length)).toEqual([5]);
  });

  it.each(['hangs', 'fails'] as const)(
    '%s delays no call; the queue is bounded, and queued entries are written when the store works again',
    async (mode) => {
      const { store, state } = controllableStore();
      const { clock, errors, log, majordomo } = setUp({ store, maxPending: 10 }, models);
      state.mode = mode;
      for (let number = 0; number < 8; number++) await makeCall(majordomo, 'openai/x');
      await clock.advance(30_000);
      for (let number = 0; number < 8; number++) await makeCall(majordomo, 'openai/x');
      await clock.advance(60_000);
      expect(errors).toEqual([['server', 0]]);
      expect(log.dropped).toBe(6);
      state.mode = 'works';
      await clock.advance(12_000);
      expect((await log.page()).calls).toHaveLength(10);
      expect(log.dropped).toBe(6);
      state.mode = mode;
      await makeCall(majordomo, 'openai/x');
      await clock.advance(20_000);
      expect(errors).toHaveLength(2);
      expect(errors[1]?.[1]).toBe(6);
    },
  );

  it('hangs does not delay `close` for longer than its timeout; entries that are not stored count as dropped', async () => {
    const { store, state } = controllableStore();
    const { clock, log, majordomo } = setUp({ store }, models);
    state.mode = 'hangs';
    await makeCall(majordomo, 'openai/x');
    const closing = log.close();
    await clock.advance(10_000);
    await closing;
    await makeCall(majordomo, 'openai/x');
    expect([log.dropped, clock.pending]).toEqual([1, 0]);
  });

  it('works contains all entries after `close`', async () => {
    const { log, majordomo } = setUp({}, models);
    await makeCall(majordomo, 'openai/x');
    await log.close();
    expect((await log.page()).calls).toHaveLength(1);
  });
});

describe('a listener that throws', () => {
  it('in onError does not prevent later writes', async () => {
    const { store, state } = controllableStore();
    state.mode = 'fails';
    const onError = (): never => {
      throw new Error('listener');
    };
    const { log, majordomo, clock } = setUp({ store, onError }, { x: ['yes'] });
    await makeCall(majordomo, 'openai/x');
    await log.flush();
    state.mode = 'works';
    await clock.advance(2000);
    expect(state.batches).toHaveLength(1);
  });
});

describe('pages', () => {
  it('contain `next`, except the last one', async () => {
    const { log, majordomo, clock } = setUp({}, { x: Array.from({ length: 5 }, () => 'yes') });
    for (let number = 0; number < 5; number++) {
      await makeCall(majordomo, 'openai/x');
      await clock.advance(1);
    }
    await log.flush();
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const { calls, next } = await log.page({ limit: 2, after });
      ids.push(...calls.map(({ at }) => at));
      after = next;
    } while (after !== undefined);
    expect(ids).toEqual([4, 3, 2, 1, 0].map((ms) => new Date(NOON + ms).toISOString()));
  });

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 1001 }, 'limit'],
    [{ minMs: -1 }, 'minMs'],
    [{ minUsd: 'much' }, 'minUsd'],
    [{ minUsd: '0.0000000001' }, 'minUsd'],
    [{ outcome: 'done' }, 'outcome'],
    [{ from: new Date(Number.NaN) }, 'from'],
    [{ after: 'x' }, 'after'],
    [{ color: 'red' }, 'color'],
  ])('with the query %j are rejected with the path %s', async (query, path) => {
    const { log } = setUp();
    await expect(log.page(query as object)).rejects.toMatchObject({ kind: 'config', details: { path } });
  });

  it('of stats are rejected for an unknown dimension or zone', async () => {
    const { log } = setUp();
    const rejectedPath = async (query: object) =>
      log.stats(query as never).catch((error: unknown) => (error as LlmError).details.path);
    expect(await rejectedPath({ by: ['color'] })).toBe('by[0]');
    expect(await rejectedPath({ by: [], zone: 'Mars/Base' })).toBe('zone');
  });
});

describe('an export', () => {
  /** Reads CSV by RFC 4180. */
  const parseCsv = (text: string): string[][] => {
    const rows = text.matchAll(/(?:(?:"(?:[^"]|"")*"|[^,\r\n]*)(?:,|\r\n))/g);
    const table: string[][] = [[]];
    for (const [field] of rows) {
      const isLast = field.endsWith('\r\n');
      const value = field.slice(0, isLast ? -2 : -1);
      table.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
      if (isLast) table.push([]);
    }
    return table.slice(0, -1);
  };
  const logRefusedRequests = async (count: number) => {
    const store = memoryCallStore({ most: 200_000 });
    const messages = ['=cmd()', '+1', '-1', '@x', '\ttab', 'a "quoted", value', 'two\r\nlines', 'plain'];
    const setup = setUp({ store, maxPending: 200_000 });
    for (let number = 0; number < count; number++)
      setup.log.onRequest(
        requestEvent({
          requestId: `req_${number}`,
          status: 429,
          error: { kind: 'denied', code: undefined, message: messages[number % messages.length] ?? '' },
        }),
      );
    await setup.log.flush();
    return { ...setup, messages };
  };

  it('as CSV contains the same values, with formulas neutralized', async () => {
    const { log, messages } = await logRefusedRequests(8);
    const [header, ...rows] = parseCsv(await new Response(log.export('csv')).text());
    expect(header?.join(',')).toBe(
      'at,id,request_id,client_request_id,tenant,key,model,target,operation,wire,outcome,status,error_kind,error_message,ms,first_ms,input,output,cache_read,cache_write,reasoning,usd,unpriced,attempts,warnings,arms',
    );
    const column = header?.indexOf('error_message') ?? 0;
    expect(rows.map((row) => row[column]).toSorted()).toEqual(
      messages.map((text) => (/^[=+\-@\t]/.test(text) ? `'${text}` : text)).toSorted(),
    );
    expect(rows[0]?.[header?.indexOf('status') ?? 0]).toBe('429');
  });

  it('as JSON lines contains the entries, newest first', async () => {
    const { log } = await logRefusedRequests(1100);
    const lines = (await new Response(log.export('jsonl')).text()).trim().split('\n');
    const ids = lines.map((line) => (JSON.parse(line) as CallEntry).id);
    expect([ids.length, new Set(ids).size]).toEqual([1100, 1100]);
    expect(ids).toEqual(ids.toSorted().toReversed());
  });

  it('of 100,000 entries needs at most 64 MB', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const { store } = await logRefusedRequests(1);
    const [template] = await store.page({ limit: 1 });
    // A database that computes its entries, because their memory is not part of the export.
    const page: CallStore['page'] = async ({ limit, after }) => {
      const first = after === undefined ? 0 : Number(after.id) + 1;
      return Array.from({ length: Math.min(limit, 100_000 - first) }, (_, offset) => ({
        ...template!,
        id: `${first + offset}`,
        requestId: `${first + offset}`.padStart(40, 'r'),
      }));
    };
    const { log } = setUp({ store: { ...store, page } });
    const liveBytes = (): number => {
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const bytesBefore = liveBytes();
    let [lines, chunks, maxGrowth] = [0, 0, 0];
    const decoder = new TextDecoder();
    for await (const chunk of log.export('jsonl') as unknown as AsyncIterable<Uint8Array>) {
      lines += decoder.decode(chunk).split('\n').length - 1;
      if (chunks++ % 20 === 0) maxGrowth = Math.max(maxGrowth, liveBytes() - bytesBefore);
    }
    expect(lines).toBe(100_000);
    expect(maxGrowth).toBeLessThan(64_000_000);
  }, 120_000);

  it('reads a page from the store only when its reader needs it, and ends with the error of the store', async () => {
    const { store: source } = await logRefusedRequests(3000);
    let pages = 0;
    const store: CallStore = {
      ...source,
      page(query) {
        if (++pages === 4) throw new Error('gone');
        return source.page(query);
      },
    };
    const { log } = setUp({ store });
    const reader = log.export('csv').getReader();
    expect(pages).toBe(0);
    await reader.read();
    expect(pages).toBe(1);
    await reader.read();
    await reader.read();
    await expect(reader.read()).rejects.toThrow('gone');
  });
});

it.each([
  [{}, 'store'],
  [{ store: memoryCallStore(), keepMs: 0 }, 'keepMs'],
  [{ store: memoryCallStore(), keepMs: 1000, keepContentMs: 2000 }, 'keepContentMs'],
  [{ store: memoryCallStore(), maxPending: 0 }, 'maxPending'],
])('createCallLog rejects %j with the path %s', (options, path) => {
  expect(() => createCallLog(options as CallLogOptions)).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ path }) }),
  );
});
