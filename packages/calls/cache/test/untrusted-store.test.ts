import type { CallOptions, TextPart } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import type { CacheOptions } from '../src/index.ts';
import { gate, hashed, hi, world } from './cache-fixture.ts';

const paris = () => ({ pieces: ['Par', 'is'] });

describe('the owner of a response', () => {
  it.each<[string, unknown]>([
    ['nothing', () => undefined],
    ['an empty text', () => ''],
    ['a number', () => 5],
    ['a promise', (tenant: string) => Promise.resolve(tenant)],
  ])('a namespace that returns %s stores and shares nothing', async (_what, namespace) => {
    const { model, requests, events } = world(paris, { namespace: namespace as CacheOptions['namespace'] });
    await model.generate(hi, { tenant: 'acme' });
    await model.generate(hi, { tenant: 'umbrella' });
    expect(requests).toHaveLength(2);
    expect(events.map(({ type, why }) => ({ type, why }))).toEqual(
      Array(2).fill({ type: 'skipped', why: '`namespace` must return a non-empty string for each tenant' }),
    );
  });

  it('distinguishes parts of a class whose text is not a member', async () => {
    class Said implements TextPart {
      readonly type = 'text';
      readonly #text: string;
      constructor(text: string) {
        this.#text = text;
      }
      get text(): string {
        return this.#text;
      }
    }
    const { model, types } = world((request) => {
      const [part] = request.messages.at(-1)?.parts ?? [];
      return { pieces: [part?.type === 'text' ? part.text : ''] };
    });
    const textOf = async (text: string): Promise<string> => {
      const message = { role: 'user' as const, parts: [new Said(text)] };
      return (await model.generate({ messages: [message] })).text;
    };
    expect([await textOf('A'), await textOf('B')]).toEqual(['A', 'B']);
    expect(types()).toEqual(['skipped', 'skipped']);
  });

  it('separates concurrent calls with other functions', async () => {
    const { step, open } = gate();
    const { model, requests } = world(() => ({ pieces: ['x'], step }));
    const classify = () => undefined;
    const order = () => undefined;
    const terms: CallOptions[] = [
      { classify, order },
      { classify, order },
      { classify: () => 'server', order },
      { classify, order: () => [] },
    ];
    const calls = terms.map((options) => model.generate(hi, options));
    await hashed();
    open();
    await Promise.all(calls);
    expect(requests).toHaveLength(3);
  });
});

describe('a reader that changes its events', () => {
  it('affects neither other readers nor the stored response', async () => {
    const { model, requests } = world(paris);
    const [spoiler, other] = [model.stream(hi), model.stream(hi)];
    const beside = other[Symbol.asyncIterator]();
    const [events] = await Promise.all([spoil(spoiler), beside.next()]);
    expect(events).toBeGreaterThan(0);
    const spoilt = await spoiler.response();
    (spoilt.parts[0] as { text: string }).text = 'London';
    let text = '';
    for (let next = await beside.next(); next.done !== true; next = await beside.next())
      if (next.value.type === 'part-end') text += (next.value.part as TextPart).text;
    expect(text).toBe('Paris');
    expect((await other.response()).parts).toEqual([{ type: 'text', text: 'Paris' }]);
    expect((await model.generate(hi)).parts).toEqual([{ type: 'text', text: 'Paris' }]);
    expect(requests).toHaveLength(1);
  });

  async function spoil(stream: ReturnType<ReturnType<typeof world>['model']['stream']>): Promise<number> {
    let spoilt = 0;
    for await (const event of stream) {
      if (event.type === 'text-delta') (event as { text: string }).text = 'London';
      if (event.type !== 'part-end') continue;
      (event.part as { text: string }).text = 'London';
      spoilt++;
    }
    return spoilt;
  }
});

describe('a reader that stopped reading', () => {
  it('does not affect an equal call after its stream was abandoned', async () => {
    const { model, requests, closed } = world(() => ({ pieces: ['a', 'b', 'c'] }));
    const options: CallOptions = { timeouts: { unreadMs: 5 } };
    const left = model.stream(hi, options)[Symbol.asyncIterator]();
    await left.next();
    await expect.poll(closed).toBe(1);
    expect((await model.stream(hi, options).response()).text).toBe('abc');
    const rest = async (): Promise<void> => {
      while ((await left.next()).done !== true);
    };
    await expect(rest()).rejects.toMatchObject({ kind: 'aborted' });
    expect(requests).toHaveLength(2);
  });
});

describe('an abort', () => {
  const request = { ...hi, output: { type: 'object' } };
  it.each<[string, (model: ReturnType<typeof world>['model'], options: CallOptions) => Promise<unknown>]>([
    ['a call', (model, options) => model.generate(hi, options)],
    ['a stream', (model, options) => model.stream(hi, options).response()],
    ['a call for a value', (model, options) => model.generateObject(request, options)],
    ['a stream of a value', (model, options) => model.streamObject(request as never, options).response()],
  ])('does not wait for the store: %s', async (_what, ask) => {
    const { model, requests, types } = world(paris, {
      records: { ...memoryRecords(), get: () => new Promise(() => undefined) },
      timeoutMs: 60_000,
    });
    const abort = new AbortController();
    const call = ask(model, { signal: abort.signal });
    await hashed();
    abort.abort();
    await expect(call).rejects.toMatchObject({ kind: 'aborted' });
    expect(requests).toHaveLength(0);
    expect(types()).not.toContain('store-failed');
  });

  it.each<
    [
      string,
      (model: ReturnType<typeof world>['model'], options: CallOptions, request: object) => Promise<unknown>,
    ]
  >([
    ['a call for a value', (model, options, request) => model.generateObject(request as never, options)],
    [
      'a stream of a value',
      (model, options, request) => model.streamObject(request as never, options).response(),
    ],
  ])('does not wait for the check of a stored value: %s', async (_what, ask) => {
    let checks = 0;
    const validate = (value: unknown) => (++checks === 1 ? { value } : new Promise(() => undefined));
    const jsonSchema = { input: () => ({ type: 'object' }), output: () => ({ type: 'object' }) };
    const output = { '~standard': { version: 1, vendor: 'test', validate, jsonSchema } };
    const { model, requests, types } = world(() => ({ pieces: ['{}'] }));
    await ask(model, {}, { ...hi, output });
    await expect.poll(types).toContain('stored');
    const abort = new AbortController();
    const call = ask(model, { signal: abort.signal }, { ...hi, output });
    await expect.poll(() => checks).toBe(2);
    abort.abort();
    await expect(call).rejects.toMatchObject({ kind: 'aborted' });
    expect(requests).toHaveLength(1);
  });

  it('between two reads closes the stream, and the next read rejects', async () => {
    const { model, closed } = world(() => ({ pieces: ['a', 'b', 'c'] }));
    const abort = new AbortController();
    const stream = model.stream(hi, { signal: abort.signal });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    const response = stream.response();
    abort.abort();
    await expect.poll(closed).toBe(1);
    await expect(response).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('of one reader between two reads does not affect the others', async () => {
    const { model, requests } = world(paris);
    const abort = new AbortController();
    const [leaves, stays] = [model.stream(hi, { signal: abort.signal }), model.stream(hi)];
    const [first, second] = [leaves[Symbol.asyncIterator](), stays[Symbol.asyncIterator]()];
    await Promise.all([first.next(), second.next()]);
    abort.abort();
    await expect(first.next()).rejects.toMatchObject({ kind: 'aborted' });
    let text = '';
    for (let next = await second.next(); next.done !== true; next = await second.next())
      if (next.value.type === 'text-delta') text += next.value.text;
    expect(text).toBe('Paris');
    expect(requests).toHaveLength(1);
  });
});

describe('a store with a wrong', () => {
  const odd = [null, 42, 'x', {}, [], { type: 'text' }, { type: 'text', text: 5 }, { type: 'nonsense' }];
  const lies: Record<string, readonly object[]> = {
    parts: odd.map((part) => ({ parts: [part] })),
    'the message': [
      ...odd.map((part) => ({ message: { role: 'assistant', parts: [part] } })),
      { message: { parts: [] } },
      { message: { role: 'user', parts: [] } },
    ],
    calls: odd.map((call) => ({ toolCalls: [call] })),
    warnings: odd.map((warning) => ({ warnings: [warning] })),
    'the rest': [{ finish: 'length' }, { id: 5 }, { rawFinish: {} }, { logprobs: 'x' }, { logprobs: [1] }],
  };
  it.each(Object.entries(lies))('%s is a miss, for calls and for streams', async (_what, changes) => {
    let value = '';
    const records: RecordStore = {
      ...memoryRecords(),
      get: async (_, key) =>
        value === '' ? undefined : { key, value, version: 1, label: '', at: 1, dueMs: undefined },
      write: async (_, [change]) => {
        if (change?.type === 'put') ({ value } = change);
        return [1];
      },
    };
    const { model, requests } = world(paris, { records });
    await model.generate(hi);
    await expect.poll(() => value).not.toBe('');
    const { format, data } = JSON.parse(value) as { readonly format: number; readonly data: object };
    for (const change of changes) {
      for (const ask of [() => model.generate(hi), () => model.stream(hi).response()]) {
        value = JSON.stringify({ format, data: { ...data, ...change } });
        const before = requests.length;
        expect((await ask()).parts, JSON.stringify(change)).toEqual([{ type: 'text', text: 'Paris' }]);
        expect(requests.length, JSON.stringify(change)).toBe(before + 1);
        await hashed();
      }
    }
  });
});
