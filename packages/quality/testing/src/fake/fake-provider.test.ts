import {
  createMajordomo,
  image,
  LlmError,
  type ModelContext,
  type ModelRequest,
  user,
} from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../clock/fake-clock.ts';
import { collect } from '../collect.ts';
import { fakeProvider } from './fake-provider.ts';

const request: ModelRequest = { messages: [user('hi')], tools: [], output: undefined, extra: {} };
const context = (target: string, signal = new AbortController().signal): ModelContext => ({
  target,
  delivery: 'deltas',
  signal,
  env: {},
});

describe('a script', () => {
  it('plays one turn per call of a model and records the requests', async () => {
    const fake = fakeProvider({
      id: 'f',
      models: { a: ['one', (chatRequest) => `got ${chatRequest.messages.length}`], b: ['other'] },
    });
    const generate = async (model: string): Promise<string> =>
      (await collect(fake.model(model), request, context(`f/${model}`))).text;
    expect([await generate('a'), await generate('b'), await generate('a')]).toEqual([
      'one',
      'other',
      'got 1',
    ]);
    expect(fake.requests.map(({ model }) => model)).toEqual(['a', 'b', 'a']);
    expect(fake.requests[0]?.request).toBe(request);
    expect(fake.unplayed).toBe(0);
  });

  it('emits reasoning, chunks of text and tool calls in order, with usage and finish reason', async () => {
    const usage = { input: 3, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
    const fake = fakeProvider({
      id: 'f',
      families: ['claude'],
      models: {
        a: [
          { reasoning: 'hm', text: 'Hello', chunks: 2, toolCalls: [{ name: 'add', args: { a: 1 } }], usage },
        ],
      },
    });
    const collected = await collect(fake.model('a'), request, context('f/a'));
    expect(collected.parts).toEqual([
      { type: 'reasoning', text: 'hm', replay: { family: 'claude', data: 'signed:hm' } },
      { type: 'text', text: 'Hello' },
      { type: 'tool-call', id: 'call_1_0', name: 'add', args: { a: 1 } },
    ]);
    expect(collected.events.filter(({ type }) => type === 'text-delta')).toHaveLength(3);
    expect([collected.id, collected.finish, collected.usage]).toEqual(['a-1', 'tool-calls', usage]);
  });

  it('fails after text as scripted', async () => {
    const fake = fakeProvider({
      id: 'f',
      models: { a: [{ fail: 'rate-limit', after: 'Hel', retryAfterMs: 1500, status: 429, code: 'slow' }] },
    });
    const collected = await collect(fake.model('a'), request, context('f/a'));
    expect(collected.error?.kind).toBe('rate-limit');
    expect(collected.error?.details).toMatchObject({
      target: 'f/a',
      retryAfterMs: 1500,
      status: 429,
      code: 'slow',
    });
    expect(collected.events.map(({ type }) => type)).toEqual(['start', 'part-start', 'text-delta']);
  });
});

describe('an unexpected call', () => {
  it('beyond the script fails with the model and the number of turns', async () => {
    const fake = fakeProvider({ id: 'f', models: { a: ['one'] } });
    await collect(fake.model('a'), request, context('f/a'));
    const { error } = await collect(fake.model('a'), request, context('f/a'));
    expect(error?.kind).toBe('config');
    expect(error?.message).toBe(
      'unexpected call of the fake model f/a: the script has no turn 2; add it (turns: 1)',
    );
  });

  it.each(['b', 'constructor'])(
    'of model %s without a script fails with the models that have one',
    async (model) => {
      const fake = fakeProvider({ id: 'f', models: { a: ['one'] } });
      const { error } = await collect(fake.model(model), request, context(`f/${model}`));
      expect(error?.message).toBe(
        `unexpected call of the fake model f/${model}: the model has no script; add a script, or use one of the models a`,
      );
    },
  );

  it('does not advance to the next target of a chain', async () => {
    const first = fakeProvider({ id: 'one', models: {} });
    const second = fakeProvider({ id: 'two', models: { b: ['never'] } });
    const model = createMajordomo({ providers: [first, second] }).model('one/a,two/b');
    await expect(model.generate({ messages: [user('hi')] })).rejects.toMatchObject({ kind: 'config' });
    expect([second.requests.length, second.unplayed]).toEqual([0, 1]);
  });
});

describe('time', () => {
  it('waits on the clock before the response and between its chunks', async () => {
    const clock = fakeClock();
    const fake = fakeProvider({
      id: 'f',
      clock,
      models: { a: [{ delayMs: 100, text: 'abc', chunks: 1, everyMs: 10 }] },
    });
    const times: number[] = [];
    const done = collect(fake.model('a'), request, context('f/a'), (events) => {
      if (events.some(({ type }) => type === 'text-delta')) times.push(clock.now());
      return undefined;
    });
    await clock.advance(200);
    await done;
    expect(times).toEqual([100, 110, 120]);
  });

  it.each([{ delayMs: 1000, text: 'late' }, { hang: true as const }, { hang: true as const, after: 'Hel' }])(
    'rejects %j with aborted when the call is aborted',
    async (turn) => {
      const clock = fakeClock();
      const controller = new AbortController();
      const fake = fakeProvider({ id: 'f', clock, models: { a: [turn] } });
      const done = collect(fake.model('a'), request, context('f/a', controller.signal));
      await clock.advance(10);
      controller.abort();
      expect((await done).error?.kind).toBe('aborted');
      expect(clock.pending).toBe(0);
    },
  );
});

it('returns the images of a turn, and fails with config if the turn has none', async () => {
  const imagePart = image(Uint8Array.of(1, 2, 3));
  const fake = fakeProvider({
    id: 'f',
    models: { draw: [{ images: [imagePart] }, 'text', { fail: 'server' }] },
  });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).imageModel('f/draw');
  expect((await model.generate({ prompt: 'a cat' })).images).toEqual([imagePart]);
  await expect(model.generate({ prompt: 'a dog' })).rejects.toMatchObject({ kind: 'config' });
  const failed = await model.generate({ prompt: 'a cow' }).catch((error: unknown) => error);
  expect(LlmError.is(failed, 'server')).toBe(true);
  expect(fake.imageRequests.map(({ request: { prompt } }) => prompt)).toEqual(['a cat', 'a dog', 'a cow']);
});
