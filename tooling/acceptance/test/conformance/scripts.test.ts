import { image, type LlmError } from '@majordomo/core';
import { collect, type Collected, fakeProvider, type Turn } from '@majordomo/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  anthropicMessages,
  chatDialects,
  openaiChat,
  openaiChatWire,
  type Script,
  startWireServer,
  type WireServer,
} from '@majordomo/conformance';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { openaiCompatible } from '@majordomo/provider-openai';
import { PROFILE } from './harnesses.ts';

const emptyRequest = { messages: [], tools: [], output: undefined, extra: {} } as const;
const context = (target: string, signal: AbortSignal) =>
  ({ target, delivery: 'deltas', signal, env: {} }) as const;

/** Wire with a dialect that has reasoning, unlike OpenAI's. */
const REASONING = openaiChatWire(chatDialects['deepseek']);

/** Functions that play a turn: with a fake provider, and with a provider and a server. */
const players: Readonly<Record<string, (turn: Turn, signal?: AbortSignal) => Promise<Collected>>> = {
  async fake(turn, signal = new AbortController().signal) {
    const fake = fakeProvider({ id: 'f', models: { m: [turn] } });
    return collect(fake.model('m'), emptyRequest, context('f/m', signal));
  },
  async server(turn, signal = new AbortController().signal) {
    if (typeof turn === 'function') throw new Error('a function as a turn is not supported by a server');
    await using server = await startWireServer({ wire: REASONING, script: [turn], validate: false });
    const provider = openaiCompatible(PROFILE, { baseURL: server.baseURL, apiKey: 'key' });
    return await collect(provider.model('m'), emptyRequest, context('f/m', signal));
  },
};

describe.each(Object.entries(players))('a turn of a %s', (_name, play) => {
  it('is a response with reasoning, text deltas, calls and usage', async () => {
    const result = await play({
      reasoning: 'hm',
      text: 'Hello',
      chunks: 2,
      toolCalls: [{ id: 'c1', name: 'add', args: { a: 1 } }],
      usage: { input: 3, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
      id: 'r9',
    });
    expect(result.parts).toMatchObject([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'Hello' },
      { type: 'tool-call', id: 'c1', name: 'add', args: { a: 1 } },
    ]);
    expect(result.events.filter(({ type }) => type === 'text-delta')).toHaveLength(3);
    expect([result.id, result.finish, result.usage?.input, result.usage?.output]).toEqual([
      expect.stringContaining('r9'),
      'tool-calls',
      3,
      2,
    ]);
  });

  it.each([
    'invalid-request',
    'auth',
    'billing',
    'not-found',
    'context-overflow',
    'content-filter',
    'quota',
    'rate-limit',
    'overloaded',
    'server',
    'timeout',
    'network',
    'truncated',
  ] as const)('fails as %s', async (fail) => {
    expect((await play({ fail })).error?.kind).toBe(fail);
  });

  it('fails after some text, with the message and the wait of the script', async () => {
    const result = await play({ fail: 'overloaded', after: 'Hel', message: 'at lunch' });
    const text = result.events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
    expect([text, result.error?.kind]).toEqual(['Hel', 'overloaded']);
    expect(result.error?.message).toContain('at lunch');
    const limited = await play({ fail: 'rate-limit', retryAfterMs: 1500, status: 429 });
    expect(limited.error?.details).toMatchObject({ retryAfterMs: 1500, status: 429 });
  });

  it.each([{}, { after: 'Hel' }])('hangs until it is aborted: %j', async (more) => {
    const controller = new AbortController();
    const done = play({ hang: true, ...more }, controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 50);
    expect((await done).error?.kind).toBe('aborted');
  });
});

/** Invalid turns of servers and fakes. The test of `turnProblem` lists the problems. */
const WRONG: readonly (readonly [string, unknown, string])[] = [
  ['nothing', undefined, 'is not valid: is missing; it must be an object'],
  ['a misspelled member', { txt: 'hi' }, 'is not valid: txt is not a known member; did you mean "text"?'],
];

it('sends vendor parts in the form of the wire', async () => {
  const turn = { vendorParts: [{ text: 'tea' }], text: 'Found.' };
  await using server = await startWireServer({ wire: anthropicMessages, script: [turn], validate: false });
  const provider = createAnthropic({ baseURL: server.baseURL, apiKey: 'key' });
  const { parts } = await collect(
    provider.model('m'),
    emptyRequest,
    context('f/m', new AbortController().signal),
  );
  expect(parts).toMatchObject([
    { type: 'vendor', kind: 'web_search', text: 'tea' },
    { type: 'vendor', kind: 'web_search_tool_result' },
    { type: 'text', text: 'Found.' },
  ]);
});

/** Invalid turns, and turns that servers or fakes do not support. */
const WRONG_ON_A_WIRE: typeof WRONG = [
  [
    'an unknown failure',
    { failure: 'overlaoded' },
    'is not valid: failure must be one of invalid, parameter, overflow, blocked, auth, billing, permission, not-found, timeout, too-large, rate-limit, quota, server, bad-gateway, unavailable, overloaded; did you mean "overloaded"?',
  ],
  [
    'an unknown fault',
    { fault: 'cutt' },
    'is not valid: fault must be one of in-band, end, cut, reset, late, stall, trickle, slow, bad-json, html, empty, content-type; did you mean "cut"?',
  ],
  [
    'a failure with an unknown member',
    { failure: 'server', retryAfterMs: 5 },
    'is not valid: retryAfterMs is not a known member; did you mean "retryAfter"?',
  ],
  [
    'parts of another type',
    { parts: [{ type: 'toolcall' }] },
    'is not valid: parts[0].type must be one of text, reasoning, tool-call, vendor, refusal; did you mean "tool-call"?',
  ],
  ['images', { images: [image(Uint8Array.of(1))] }, 'has images, which only fake providers support'],
  [
    'the token of a vendor part',
    { vendorParts: [{ text: 'tea', data: 1 }] },
    'has kind or data of a vendor part, which only fake providers support',
  ],
  [
    'a kind that no vendor sends',
    { fail: 'denied' },
    "has fail: 'denied', which no vendor sends; use a fake provider",
  ],
];

describe('an invalid script', () => {
  const open: WireServer[] = [];
  afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));

  async function invoke(script: unknown): Promise<{ error: LlmError | undefined; server: WireServer }> {
    const server = await startWireServer({ wire: openaiChat, script: script as Script, validate: false });
    const provider = openaiCompatible(PROFILE, { baseURL: server.baseURL, apiKey: 'key' });
    const { error } = await collect(
      provider.model('m'),
      emptyRequest,
      context('f/m', new AbortController().signal),
    );
    return { error, server };
  }

  it.each([...WRONG, ...WRONG_ON_A_WIRE])(
    'with %s leads to 500 and rejects the close of the server',
    async (_what, step, why) => {
      for (const script of [[step], () => step, () => Promise.resolve(step)]) {
        const { error, server } = await invoke(script);
        const message = `the script of the openai-chat server: step 1 ${why}`;
        expect([error?.kind, error?.details.status, error?.message]).toEqual([
          'server',
          500,
          expect.stringContaining(message),
        ]);
        await expect(server.close()).rejects.toThrow(message);
      }
    },
  );

  it('that throws or rejects results in status 500 with the reason', async () => {
    const throwing = (): never => {
      throw new TypeError('no such city');
    };
    for (const script of [throwing, () => Promise.reject(new TypeError('no such city'))]) {
      const { error, server } = await invoke(script);
      expect(error?.message).toContain('step 1 threw no such city');
      await expect(server[Symbol.asyncDispose]()).rejects.toThrow('step 1 threw no such city');
    }
  });

  it('reports each problem once, and none for a valid script', async () => {
    const { server } = await invoke(['fine']);
    open.push(server);
    await server.close();
  });

  it.each(WRONG)('of a fake with %s fails as config, which no chain retries', async (_what, turn, why) => {
    for (const scripted of [turn, () => turn] as (Turn | undefined)[]) {
      const fake = fakeProvider({ id: 'f', models: { m: ['fine', scripted] as readonly Turn[] } });
      const playOnce = (): Promise<Collected> =>
        collect(fake.model('m'), emptyRequest, context('f/m', new AbortController().signal));
      expect((await playOnce()).text).toBe('fine');
      const { error } = await playOnce();
      expect(error?.kind).toBe('config');
      // An empty script counts as exhausted.
      if (scripted) expect(error?.message).toBe(`the script of the fake model f/m: turn 2 ${why}`);
    }
  });

  it('of a fake that throws fails as config with the reason', async () => {
    const fake = fakeProvider({
      id: 'f',
      models: {
        m: [
          () => {
            throw new TypeError('no such city');
          },
        ],
      },
    });
    const { error } = await collect(
      fake.model('m'),
      emptyRequest,
      context('f/m', new AbortController().signal),
    );
    expect([error?.kind, error?.message]).toEqual([
      'config',
      'the script of the fake model f/m: turn 1 threw no such city',
    ]);
  });
});

it('leaves no listeners on the signal of a slow server', async () => {
  const addListener = vi.spyOn(AbortSignal.prototype, 'addEventListener');
  const removeListener = vi.spyOn(AbortSignal.prototype, 'removeEventListener');
  await using server = await startWireServer({
    wire: openaiChat,
    script: ['Hello.'],
    split: 'event',
    delayMs: 1,
  });
  const response = await fetch(`${server.baseURL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
    body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
  });
  expect((await response.text()).match(/^data: /gm)?.length).toBeGreaterThan(3);
  const removedListeners = new Set(removeListener.mock.calls.map(([, listener]) => listener));
  const remainingListeners = addListener.mock.calls.filter(([, listener]) => !removedListeners.has(listener));
  expect(addListener.mock.calls.length).toBeGreaterThan(3);
  expect(remainingListeners.length).toBeLessThan(3);
});
