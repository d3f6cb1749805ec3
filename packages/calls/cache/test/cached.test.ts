import { createMajordomo, image, LlmError, user, type ChatRequest, type ObjectSchema } from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { cached } from '../src/index.ts';
import { echo, eventsOf, gate, hashed, hi, world, type Answer } from './cache-fixture.ts';

const paris = (): Answer => ({ pieces: ['Par', 'is'] });

describe('a complete response', () => {
  it('comes from the store the second time, without a request or a cost, and reports it', async () => {
    const { model, requests, types } = world(paris);
    const first = await model.generate(hi);
    const second = await model.generate(hi);
    expect(requests).toHaveLength(1);
    expect(first.attempts).toHaveLength(1);
    expect(first.warnings).toEqual([]);
    const { text, message, finish, target, spec, id, attempts, usage, warnings } = second;
    expect({ text, message, finish, target, spec, id }).toEqual({
      text: 'Paris',
      message: first.message,
      finish: 'stop',
      target: 'a/x',
      spec: 'a/x',
      id: 'r1',
    });
    expect({ attempts, usage }).toEqual({ attempts: [], usage: undefined });
    expect(warnings).toMatchObject([{ action: 'cached', what: 'answer' }]);
    expect(types()).toEqual(['miss', 'stored', 'hit']);
  });

  it('contains the model and the facts of the first response, streamed or not', async () => {
    const vendor = {
      wire: 'w',
      requestId: 'q1',
      rateLimits: [{ name: 'requests', limit: 1, remaining: 0, resetMs: 5 }],
    };
    const provider = fakeProvider({ id: 'a', models: { x: [{ text: 'Paris', model: 'x-2026', vendor }] } });
    const model = cached(createMajordomo({ providers: [provider] }).model('a/x'), {
      records: memoryRecords(),
      namespace: 'test',
    });
    const first = await model.generate(hi);
    const second = await model.generate(hi);
    const events = await eventsOf(model.stream(hi));
    expect(provider.requests).toHaveLength(1);
    expect(second).toMatchObject({ model: 'x-2026', vendor: first.vendor });
    expect(first.vendor).toMatchObject(vendor);
    expect(events[0]).toMatchObject({ type: 'start', model: 'x-2026' });
    expect(events.at(-1)).toMatchObject({ type: 'finish', model: 'x-2026', vendor: first.vendor });
  });

  it('is a copy: changes do not affect the stored response', async () => {
    const { model } = world(paris);
    await model.generate(hi);
    const spoilt = await model.generate(hi);
    (spoilt.parts[0] as { text: string }).text = 'London';
    expect((await model.generate(hi)).parts).toEqual([{ type: 'text', text: 'Paris' }]);
  });

  it('is requested again after keepMs', async () => {
    let now = 1_000;
    const clock = { ...(await import('@majordomo/core')).systemClock, now: () => now };
    const { model, requests } = world(paris, { records: memoryRecords({ clock }), keepMs: 500 });
    await model.generate(hi);
    now += 499;
    await model.generate(hi);
    expect(requests).toHaveLength(1);
    now += 1;
    await model.generate(hi);
    expect(requests).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    ['cut at its limit', { pieces: ['Par'], finish: 'length' }],
    ['refused', { pieces: ['no'], finish: 'refusal' }],
    ['filtered', { pieces: ['no'], finish: 'content-filter' }],
    ['paused', { pieces: ['wait'], finish: 'incomplete' }],
    [
      'with a call that cannot be run',
      { pieces: [], calls: [{ name: 'look', json: '{"at' }], finish: 'tool-calls' },
    ],
    [
      'with a call of a program that runs once at the vendor',
      { pieces: [], calls: [{ name: 'look', json: '{}', programId: 'p' }], finish: 'tool-calls' },
    ],
  ])('that is %s is not stored', async (_what, answer) => {
    const { model, requests, types } = world(() => answer);
    const tools = [{ name: 'look', description: 'looks', parameters: { type: 'object' } }] as const;
    await model.generate({ ...hi, tools });
    await model.generate({ ...hi, tools });
    expect(requests).toHaveLength(2);
    expect(types()).toEqual(['miss', 'skipped', 'miss', 'skipped']);
  });

  it('with valid tool calls is stored', async () => {
    const { model, requests } = world(() => ({
      pieces: [],
      calls: [{ name: 'look', json: '{"at":"sky"}' }],
      finish: 'tool-calls',
    }));
    const tools = [{ name: 'look', description: 'looks', parameters: { type: 'object' } }] as const;
    await model.generate({ ...hi, tools });
    expect((await model.generate({ ...hi, tools })).toolCalls).toMatchObject([
      { name: 'look', args: { at: 'sky' } },
    ]);
    expect(requests).toHaveLength(1);
  });

  it('that failed is not stored, and its error has the line of the application', async () => {
    let fail = true;
    const { model, requests } = world(() => ({ pieces: ['x'], fail }));
    const error: unknown = await model.generate(hi).catch((thrown: unknown) => thrown);
    expect(LlmError.is(error, 'invalid-request')).toBe(true);
    expect((error as Error).stack).toContain('cached.test.ts');
    fail = false;
    expect((await model.generate(hi)).text).toBe('x');
    expect(requests).toHaveLength(2);
  });
});

describe('the key of a response', () => {
  const bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1);
  const base: ChatRequest = { messages: [user('hi', image(bytes))] };
  const tool = { name: 'look', description: 'looks', parameters: { type: 'object', properties: {} } };
  const changes: readonly ChatRequest[] = [
    base,
    { messages: [user('hi ', image(bytes))] },
    { messages: [user('hi', image(Uint8Array.of(...bytes.slice(0, 8), 2)))] },
    { messages: [user('hi')] },
    { messages: [user('hi'), { role: 'assistant', parts: [{ type: 'text', text: 'hi' }] }, user('hi')] },
    { ...base, system: 'Be brief.' },
    { ...base, tools: [tool] },
    { ...base, tools: [{ ...tool, description: 'sees' }] },
    { ...base, tools: [{ ...tool, parameters: { ...tool.parameters, required: [] } }] },
    { ...base, tools: [tool], toolChoice: 'none' },
    { ...base, maxTokens: 10 },
    { ...base, temperature: 0 },
    { ...base, topP: 0.5 },
    { ...base, topK: 5 },
    { ...base, frequencyPenalty: 1 },
    { ...base, presencePenalty: 1 },
    { ...base, logprobs: 0 },
    { ...base, stop: ['.'] },
    { ...base, seed: 7 },
    { ...base, output: 'json' },
    { ...base, output: { type: 'object' } },
    { ...base, reasoning: 'low' },
    { ...base, serviceTier: 'flex' },
    { ...base, cache: 'short' },
    { ...base, extra: { a: { x: 1 } } },
  ];

  async function keysOf(requests: readonly ChatRequest[], tenant?: string, namespace = 'test') {
    const { model, events } = world(paris, { namespace });
    for (const request of requests) await model.generate(request, { tenant });
    return events.filter(({ type }) => type === 'miss' || type === 'hit').map(({ key }) => key);
  }

  it('differs if any field of the request differs', async () => {
    const keys = await keysOf(changes);
    expect(new Set(keys).size).toBe(changes.length);
  });

  it('differs by tenant and namespace', async () => {
    const keys = [
      ...(await keysOf([base])),
      ...(await keysOf([base], 'acme')),
      ...(await keysOf([base], 'umbrella')),
      ...(await keysOf([base], undefined, 'other')),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(keys[0]).toMatch(/^test\/[0-9a-f]{64}$/);
  });

  it('does not depend on the order of members or on undefined members', async () => {
    const other = { temperature: undefined, maxTokens: 5, messages: base.messages, system: 'x' };
    expect(new Set(await keysOf([{ ...base, system: 'x', maxTokens: 5 }, other])).size).toBe(1);
  });

  it('depends on the bytes, not on their container', async () => {
    const buffer = { messages: [user('hi', image(Buffer.from(bytes)))] };
    expect(new Set(await keysOf([base, buffer])).size).toBe(1);
  });

  it('is shared by tenants if the namespace function returns the same value', async () => {
    const { model, requests } = world(paris, { namespace: () => 'public' });
    await model.generate(hi, { tenant: 'acme' });
    await model.generate(hi, { tenant: 'umbrella' });
    expect(requests).toHaveLength(1);
  });

  it('separates two tenants with different instructions', async () => {
    const { model } = world(({ system }) => ({ pieces: [system ?? ''] }), { namespace: () => 'public' });
    const ask = (system: string, tenant: string) => model.generate({ ...hi, system }, { tenant });
    await ask('SECRET-A', 'a');
    expect((await ask('SECRET-B', 'b')).text).toBe('SECRET-B');
  });

  it('does not exist for a request whose schema has no JSON Schema: the model is called', async () => {
    const { model, types } = world(paris);
    const parameters = {
      '~standard': { version: 1, vendor: 'odd', validate: (value: unknown) => ({ value }) },
    };
    const tools = [{ name: 'look', description: 'looks', parameters: parameters as ObjectSchema<unknown> }];
    await expect(model.generate({ ...hi, tools })).rejects.toThrow(/tools\[0\]\.parameters/);
    expect(types()).toEqual(['skipped']);
  });
});

describe('equal concurrent calls', () => {
  it('share one request: the others have no attempts, and separate copies', async () => {
    const { step, open } = gate();
    const { model, requests } = world((request) => ({ ...echo(request), step }));
    const all = Array.from({ length: 5 }, () => model.generate(hi));
    open();
    const answers = await Promise.all(all);
    // Any of the calls can be the first to know its key.
    const [first, ...others] = answers.toSorted((a, b) => b.attempts.length - a.attempts.length);
    expect(requests).toHaveLength(1);
    expect(first?.attempts).toHaveLength(1);
    for (const { text, attempts, usage, warnings } of others) {
      expect({ text, attempts, usage }).toEqual({ text: first?.text, attempts: [], usage: undefined });
      expect(warnings).toMatchObject([{ action: 'cached' }]);
    }
    expect(new Set(all).size).toBe(5);
    expect(others[0]?.parts[0]).not.toBe(others[1]?.parts[0]);
  });

  it('fail together, and the next call sends a new request', async () => {
    const { step, open } = gate();
    const { model, requests } = world(() => ({ pieces: ['x'], fail: true, step }));
    const calls = Promise.allSettled([model.generate(hi), model.generate(hi)]);
    await hashed();
    open();
    const both = await calls;
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(requests).toHaveLength(1);
    await expect(model.generate(hi)).rejects.toThrow();
    expect(requests).toHaveLength(2);
  });

  it('continue after an abort of one, and close the request after the last', async () => {
    const { step, open } = gate();
    const { model, requests, closed } = world((request) => ({ ...echo(request), step }));
    const [a, b, c] = [new AbortController(), new AbortController(), new AbortController()];
    const calls = [a, b].map(({ signal }) => model.generate(hi, { signal }));
    const ended = Promise.allSettled(calls);
    await expect.poll(() => requests.length).toBe(1);
    a.abort();
    await expect(calls[0]).rejects.toMatchObject({ kind: 'aborted' });
    expect(closed()).toBe(0);
    b.abort();
    await expect(calls[1]).rejects.toMatchObject({ kind: 'aborted' });
    await ended;
    const third = model.generate(hi, { signal: c.signal });
    open();
    expect((await third).attempts).toHaveLength(1);
    expect(requests).toHaveLength(2);
  });

  it('are separate if their options differ', async () => {
    const { step, open } = gate();
    const { model, requests } = world((request) => ({ ...echo(request), step }));
    const all = [model.generate(hi), model.generate(hi, { timeouts: { totalMs: 5000 } })];
    await expect.poll(() => requests.length).toBe(2);
    open();
    await Promise.all(all);
  });

  it('reject with an earlier abort, also if the response is stored', async () => {
    const { model } = world(paris);
    await model.generate(hi);
    await expect(model.generate(hi, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      kind: 'aborted',
    });
  });
});

describe('a store', () => {
  const odd = (records: Partial<RecordStore>): RecordStore => ({ ...memoryRecords(), ...records });
  const stores = (value: string) =>
    odd({ get: (_, key) => Promise.resolve({ key, value, version: 1, label: '', at: 1, dueMs: undefined }) });

  it.each<[string, RecordStore]>([
    [
      'fails',
      odd({ get: () => Promise.reject(new Error('down')), write: () => Promise.reject(new Error('down')) }),
    ],
    [
      'throws',
      odd({
        get: () => {
          throw new Error('down');
        },
        write: () => {
          throw new Error('down');
        },
      }),
    ],
    ['lies', stores('{"format":1,"data":{"text":7}}')],
    ['lies in other words', stores('yes')],
    ['has broken bytes', stores('{"format":1,"data":{"$bytes":"*"}}')],
    ['has a newer format', stores('{"format":2,"data":{}}')],
  ])('that %s is a miss', async (_what, records) => {
    const { model, requests, types } = world(paris, { records });
    expect((await model.generate(hi)).text).toBe('Paris');
    expect(requests).toHaveLength(1);
    expect(types()).toContain('store-failed');
  });

  it('that hangs is waited for until the timeout', async () => {
    const clock = fakeClock(0);
    const records = odd({ get: () => new Promise(() => undefined) });
    const { model, requests } = world(paris, { records, clock, timeoutMs: 20 });
    const answer = model.generate(hi);
    await clock.advance(19);
    expect(requests).toHaveLength(0);
    await clock.advance(1);
    await answer;
    expect(requests).toHaveLength(1);
  });

  it('is not waited for when a response is written, and waitUntil receives the write', async () => {
    const { step, open } = gate();
    const memory = memoryRecords();
    const records = odd({
      get: memory.get,
      write: (...change) => step().then(() => memory.write(...change)),
    });
    const { model, requests } = world(paris, { records, timeoutMs: 5000 });
    const entries: Promise<unknown>[] = [];
    await model.generate(hi, { waitUntil: (promise) => entries.push(promise) });
    // Meanwhile equal calls find the answer all the same.
    expect((await model.generate(hi)).attempts).toEqual([]);
    open();
    await Promise.all(entries);
    expect(entries.length).toBeGreaterThan(0);
    expect(requests).toHaveLength(1);
  });

  it('is unaffected by an observer that throws', async () => {
    const { model } = world(paris, {
      onEvent: () => {
        throw new Error('no');
      },
    });
    expect((await model.generate(hi)).text).toBe('Paris');
  });

  it.each<[object, RegExp]>([
    [{ records: undefined }, /records/],
    [{ records: {} }, /records must be an object with write/],
    [{ namespace: '' }, /`namespace` must be a non-empty string or a function/],
    [{ namespace: undefined }, /`namespace` must be a non-empty string or a function/],
    [{ keepMs: 0 }, /keepMs must be a number of 1 or more, not 0/],
    [{ keepMs: Infinity }, /keepMs/],
    [{ timeoutMs: NaN }, /timeoutMs must be a number of 1 or more, not NaN/],
  ])('rejects the options %j', (options, message) => {
    expect(() => world(paris, options)).toThrow(message);
  });
});

describe('a stream', () => {
  it('comes from the store as a stream, in order, and with an answer', async () => {
    const { model, requests, types } = world(paris);
    const first = await eventsOf(model.stream(hi));
    const stream = model.stream(hi);
    const second = await eventsOf(stream);
    expect(requests).toHaveLength(1);
    expect(eventOrderError(second)).toBeUndefined();
    expect(second.map(({ type }) => type)).toEqual([
      'start',
      'warning',
      'part-start',
      'text-delta',
      'part-end',
      'finish',
    ]);
    expect(second.at(-1)).toEqual({ ...first.at(-1), usage: undefined });
    expect(await stream.response()).toMatchObject({ text: 'Paris', attempts: [], usage: undefined });
    expect(types()).toEqual(['miss', 'stored', 'hit']);
  });

  it('and a complete call have one key', async () => {
    const { model, requests } = world(paris);
    await model.stream(hi).response();
    expect((await model.generate(hi)).text).toBe('Paris');
    let text = '';
    for await (const piece of model.stream(hi).textStream) text += piece;
    expect(text).toBe('Paris');
    expect(requests).toHaveLength(1);
  });

  it('is shared while it runs: each reader has its pace, and the second has no cost', async () => {
    const { model, requests } = world(paris);
    const [a, b] = [model.stream(hi), model.stream(hi)];
    const readA = a[Symbol.asyncIterator]();
    await readA.next();
    const allOfB = await eventsOf(b);
    const restOfA = [];
    for (let next = await readA.next(); next.done !== true; next = await readA.next())
      restOfA.push(next.value);
    expect(requests).toHaveLength(1);
    expect(restOfA.map(({ type }) => type)).toEqual(allOfB.slice(1).map(({ type }) => type));
    expect(allOfB.at(-1)).toMatchObject({ type: 'finish', usage: undefined });
    expect(restOfA.at(-1)).toMatchObject({ type: 'finish', usage: { input: 3 } });
    expect([(await a.response()).attempts.length, (await b.response()).attempts.length]).toEqual([1, 0]);
  });

  it('continues for the remaining readers, and is abandoned after the last', async () => {
    const { model, requests, calls, closed } = world(() => ({ pieces: ['a', 'b', 'c'] }));
    const [a, b] = [model.stream(hi), model.stream(hi)];
    const [readA, readB] = [a[Symbol.asyncIterator](), b[Symbol.asyncIterator]()];
    await readA.next();
    await readB.next();
    await readA.return?.();
    await expect(a.response()).rejects.toMatchObject({ details: { code: 'abandoned' } });
    expect((await readB.next()).value).toMatchObject({ type: 'part-start' });
    expect(closed()).toBe(0);
    await readB.return?.();
    await expect.poll(closed).toBe(1);
    expect(requests).toHaveLength(1);
    expect(calls.at(-1)).toMatchObject({ type: 'call-end', outcome: 'abandoned' });
  });

  it('that is aborted by its last reader fails with the partial response', async () => {
    const { step } = gate();
    let pieces = 0;
    const { model, requests } = world(() => ({
      pieces: ['a', 'b'],
      step: () => (pieces++ === 0 ? Promise.resolve() : step()),
    }));
    const abort = new AbortController();
    const error: unknown = await (async () => {
      for await (const { type } of model.stream(hi, { signal: abort.signal })) {
        if (type === 'text-delta') setTimeout(() => abort.abort(), 1);
      }
    })().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'aborted', details: { partial: { text: 'a' } } });
    expect(requests).toHaveLength(1);
  });

  it('that fails rejects for all readers, and the next call sends a new request', async () => {
    const { step, open } = gate();
    const { model, requests, types } = world(() => ({ pieces: ['x'], fail: true, step }));
    const reads = Promise.allSettled([eventsOf(model.stream(hi)), eventsOf(model.stream(hi))]);
    await expect.poll(() => [...types()].sort()).toEqual(['hit', 'miss']);
    open();
    const both = await reads;
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(requests).toHaveLength(1);
    await expect(eventsOf(model.stream(hi))).rejects.toMatchObject({ kind: 'invalid-request' });
    expect(requests).toHaveLength(2);
  });

  it('sends no request before the first read', async () => {
    const { model, requests, events } = world(paris);
    model.stream(hi);
    await Promise.resolve();
    expect([requests.length, events.length]).toEqual([0, 0]);
  });
});

describe('a typed value', () => {
  const day: ObjectSchema<Date> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const { day } = value as { day?: unknown };
        return typeof day === 'string' ? { value: new Date(day) } : { issues: [{ message: 'no day' }] };
      },
      jsonSchema: {
        input: () => ({ type: 'object', properties: { day: { type: 'string' } }, required: ['day'] }),
        output: () => ({ type: 'object' }),
      },
    },
  };
  const when = (): Answer => ({ pieces: ['{"day":', '"2026-11-21"}'] });

  it('is parsed again from the stored response by its schema', async () => {
    const { model, requests } = world(when);
    const first = await model.generateObject({ ...hi, output: day });
    const second = await model.generateObject({ ...hi, output: day });
    expect(requests).toHaveLength(1);
    expect([first.value, second.value]).toEqual([new Date('2026-11-21'), new Date('2026-11-21')]);
    expect(second).toMatchObject({ attempts: [], usage: undefined });
  });

  it('is separate for each equal concurrent call', async () => {
    const { model, requests } = world(when);
    const ask = () => model.generateObject({ ...hi, output: { type: 'object' } });
    const [a, b] = await Promise.all([ask(), ask()]);
    expect(requests).toHaveLength(1);
    expect(a.value).toEqual(b.value);
    expect(a.value).not.toBe(b.value);
  });

  it('has another key than a response without a schema', async () => {
    const { model, requests } = world(when);
    const output = { type: 'object', properties: { day: { type: 'string' } } } as const;
    await model.generate({ ...hi, output });
    await model.generateObject({ ...hi, output });
    expect(requests).toHaveLength(2);
  });

  it('as a stream comes from the store at once', async () => {
    const { model, requests } = world(when);
    const first = model.streamObject({ ...hi, output: day });
    for await (const _ of first);
    const stream = model.streamObject({ ...hi, output: day });
    const snapshots = [];
    for await (const snapshot of stream) snapshots.push(snapshot);
    expect(snapshots).toEqual([new Date('2026-11-21')]);
    expect((await stream.response()).attempts).toEqual([]);
    expect(requests).toHaveLength(1);
  });

  it('that no longer fits its schema is requested again and replaced', async () => {
    let year = '2026';
    const ofYear = {
      '~standard': {
        ...day['~standard'],
        validate: (value: unknown) =>
          JSON.stringify(value).includes(year)
            ? day['~standard'].validate(value)
            : { issues: [{ message: 'another year' }] },
      },
    } as ObjectSchema<Date>;
    const { model, requests, types } = world(() => ({ pieces: [`{"day":"${year}-11-21"}`] }));
    await model.generateObject({ ...hi, output: ofYear });
    year = '2027';
    const values = [];
    for (let at = 0; at < 2; at++)
      values.push((await model.generateObject({ ...hi, output: ofYear })).value.getUTCFullYear());
    expect(values).toEqual([2027, 2027]);
    expect(requests).toHaveLength(2);
    expect(types()).toEqual(['miss', 'stored', 'miss', 'stored', 'hit']);
  });
});
