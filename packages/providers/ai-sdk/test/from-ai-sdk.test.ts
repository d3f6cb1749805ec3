import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, type LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { assistant, createMajordomo, LlmError, toolResult, user, type ChatRequest } from '@majordomo/core';
import { openaiResponses, startWireServer } from '@majordomo/conformance';
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test';
import { describe, expect, it } from 'vitest';
import { fromAISDK, toAISDK } from '../src/index.ts';
import { createWorld } from './support/world.ts';

const USAGE = {
  inputTokens: { total: 10, noCache: 4, cacheRead: 6, cacheWrite: undefined },
  outputTokens: { total: 7, text: 5, reasoning: 2 },
};
const finish: LanguageModelV4StreamPart = {
  type: 'finish',
  finishReason: { unified: 'stop', raw: 'done' },
  usage: USAGE,
};
const hi: ChatRequest = { messages: [user('hi')] };

const modelOf = (mock: MockLanguageModelV4) =>
  createMajordomo({ providers: [fromAISDK(() => mock, { id: 'theirs' })], chain: { attempts: 1 } }).model(
    'theirs/m',
  );

const streaming = (parts: readonly LanguageModelV4StreamPart[]): MockLanguageModelV4 =>
  new MockLanguageModelV4({ doStream: { stream: convertArrayToReadableStream([...parts]) } });

/** Returns the error of a stream of these parts. */
async function failureOf(...parts: readonly LanguageModelV4StreamPart[]): Promise<LlmError> {
  const error: unknown = await modelOf(streaming(parts))
    .stream(hi)
    .response()
    .catch((reason: unknown) => reason);
  if (!LlmError.is(error)) throw new Error('it did not fail', { cause: error });
  return error;
}

describe('a stream of an AI SDK model', () => {
  const parts: readonly LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings: [{ type: 'unsupported', feature: 'topK' }] },
    { type: 'response-metadata', id: 'r1', modelId: 'm' },
    { type: 'reasoning-start', id: '0', providerMetadata: { a: { id: 1 } } },
    { type: 'reasoning-delta', id: '0', delta: 'hm' },
    { type: 'reasoning-end', id: '0', providerMetadata: { a: { signature: 'SIG' } } },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'Hi' },
    { type: 'text-end', id: '0' },
    { type: 'tool-input-start', id: 'c', toolName: 'w' },
    { type: 'tool-input-delta', id: 'c', delta: '{"a":' },
    { type: 'tool-input-delta', id: 'c', delta: '1}' },
    { type: 'tool-input-end', id: 'c' },
    { type: 'tool-call', toolCallId: 'c', toolName: 'w', input: '{"a":1}' },
    { type: 'tool-input-start', id: 'web', toolName: 'web', providerExecuted: true },
    { type: 'tool-input-delta', id: 'web', delta: '{}' },
    { type: 'tool-call', toolCallId: 'web', toolName: 'web', input: '{}', providerExecuted: true },
    { type: 'source', sourceType: 'url', id: 's', url: 'http://127.0.0.1/' },
    { type: 'ping' },
    { ...finish, finishReason: { unified: 'tool-calls', raw: 'tc' } },
  ];

  it('is converted to events; the metadata of a part becomes its replay token', async () => {
    const response = await modelOf(streaming(parts)).stream(hi).response();
    const token = { family: 'ai-sdk/theirs/m', data: { a: { id: 1, signature: 'SIG' } } };
    expect(response.parts).toEqual([
      { type: 'reasoning', text: 'hm', replay: token },
      { type: 'text', text: 'Hi' },
      { type: 'tool-call', id: 'c', name: 'w', args: { a: 1 } },
    ]);
    expect(response).toMatchObject({ id: 'r1', finish: 'tool-calls', rawFinish: 'tc' });
    expect(response.usage).toMatchObject({ input: 10, output: 7, cacheRead: 6, reasoning: 2 });
    expect(response.warnings.map(({ action, what }) => `${action} ${what}`)).toEqual([
      'dropped topK',
      'dropped tool-call',
      'dropped source',
    ]);
  });

  it('sends a replay token as the options of its part, but only to its model', async () => {
    const mock = new MockLanguageModelV4({
      doGenerate: {
        content: [{ type: 'text', text: 'ok' }],
        finishReason: finish.finishReason,
        usage: USAGE,
        warnings: [],
      },
    });
    const call = { type: 'tool-call', id: 'c', name: 'w', args: {} } as const;
    await modelOf(mock).generate({
      messages: [
        user('hi'),
        assistant([
          { type: 'text', text: 'mine', replay: { family: 'ai-sdk/theirs/m', data: { a: { itemId: 'i' } } } },
          { ...call, replay: { family: 'ai-sdk/theirs/other', data: { a: { itemId: 'j' } } } },
        ]),
        toolResult({ callId: 'c', name: 'w', content: 'no', isError: true }),
      ],
      cache: 'long',
    });
    const [, turn, results] = mock.doGenerateCalls[0]?.prompt ?? [];
    expect(turn?.content).toEqual([
      { type: 'text', text: 'mine', providerOptions: { a: { itemId: 'i' } } },
      { type: 'tool-call', toolCallId: 'c', toolName: 'w', input: {} },
    ]);
    expect(results?.content).toMatchObject([{ output: { type: 'error-text', value: 'no' } }]);
  });

  it.each<[string, string, LanguageModelV4StreamPart[]]>([
    [
      'ends without a finish',
      'truncated',
      [
        { type: 'text-start', id: '0' },
        { type: 'text-delta', id: '0', delta: 'x' },
      ],
    ],
    [
      'finishes as interrupted without a raw reason',
      'truncated',
      [{ ...finish, finishReason: { unified: 'interrupted', raw: undefined } }],
    ],
    [
      'reports an overload',
      'overloaded',
      [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
    ],
    ['reports a string as its error', 'network', [{ type: 'error', error: 'gone' }]],
    ['reports undefined as its error', 'network', [{ type: 'error', error: undefined }]],
  ])('that %s fails as %s', async (_, kind, expected) => {
    const error = await failureOf({ type: 'stream-start', warnings: [] }, ...expected);
    expect(error.kind).toBe(kind);
  });

  it('is canceled if its reader stops or the call is aborted', async () => {
    for (const stop of ['break', 'abort'] as const) {
      let cancelled = false;
      const endless = new ReadableStream<LanguageModelV4StreamPart>({
        start(controller) {
          controller.enqueue({ type: 'text-start', id: '0' });
          controller.enqueue({ type: 'text-delta', id: '0', delta: 'x' });
        },
        cancel() {
          cancelled = true;
        },
      });
      const mock = new MockLanguageModelV4({ doStream: { stream: endless } });
      const controller = new AbortController();
      const read = async (): Promise<void> => {
        for await (const event of modelOf(mock).stream(hi, { signal: controller.signal })) {
          if (event.type !== 'text-delta') continue;
          if (stop === 'break') break;
          controller.abort();
        }
      };
      if (stop === 'break') await read();
      else await expect(read()).rejects.toMatchObject({ kind: 'aborted' });
      await expect.poll(() => cancelled).toBe(true);
    }
  });
});

describe('a failure of an AI SDK model', () => {
  it('is classified by its status, with its Retry-After', async () => {
    const mock = new MockLanguageModelV4({
      doGenerate: () => {
        throw new APICallError({
          message: 'slow',
          url: 'u',
          requestBodyValues: {},
          statusCode: 429,
          responseHeaders: { 'retry-after': '70' },
        });
      },
    });
    const error: unknown = await modelOf(mock)
      .generate(hi)
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ kind: 'rate-limit', details: { status: 429 } });
    // The rest of the time when the chain gave up, on the real clock.
    const { retryAfterMs = 0 } = (error as LlmError).details;
    expect(retryAfterMs).toBeGreaterThan(60_000);
    expect(retryAfterMs).toBeLessThanOrEqual(70_000);
    expect(mock.doGenerateCalls).toHaveLength(1);
  });

  it.each([
    ['AI_LoadAPIKeyError', 'auth'],
    ['AI_NoSuchModelError', 'not-found'],
    ['AI_UnsupportedFunctionalityError', 'unsupported'],
    ['constructor', 'network'],
  ])('of the name %s is of kind %s', async (name, kind) => {
    const provider = fromAISDK(
      () => {
        throw Object.assign(new Error('no'), { name });
      },
      { id: 'theirs' },
    );
    const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('theirs/m');
    await expect(model.generate(hi)).rejects.toMatchObject({ kind });
  });

  it('of a chain that an AI SDK model wraps keeps its kind', async () => {
    await using at = await createWorld({ anthropic: [{ failure: 'billing' }] });
    const ai = toAISDK(at.majordomo);
    const mixed = createMajordomo({
      providers: [fromAISDK((id) => ai(`anthropic/${id}`), { id: 'theirs' })],
    });
    await expect(mixed.model('theirs/claude-haiku-4-5').generate(hi)).rejects.toMatchObject({
      kind: 'billing',
    });
  });
});

describe('a model that violates its interface', () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ['a part that is null', 'protocol', null],
    ['a finish without usage', 'protocol', { ...finish, usage: undefined }],
    [
      'arguments that are an object',
      'protocol',
      { type: 'tool-call', toolCallId: 'c', toolName: 't', input: {} },
    ],
    ['a socket that closed', 'network', { type: 'error', error: new TypeError('terminated') }],
  ];
  it.each(cases)('by %s fails as %s', async (_, kind, part) => {
    expect((await failureOf(part as LanguageModelV4StreamPart)).kind).toBe(kind);
  });

  it.each([{ specificationVersion: 'v3' }, {}, null, 'gpt-5'])('is rejected if it is %o', async (model) => {
    const provider = fromAISDK(() => model as never, { id: 'theirs' });
    const call = createMajordomo({ providers: [provider] })
      .model('theirs/m')
      .generate(hi);
    await expect(call).rejects.toMatchObject({ kind: 'config', message: /LanguageModelV4/ });
  });

  it('is classified by its status if a header is invalid', async () => {
    const mock = new MockLanguageModelV4({
      doGenerate: () => {
        const responseHeaders = { 'no header': 'x', 'retry-after': '70' };
        throw new APICallError({
          message: 'm',
          url: 'u',
          requestBodyValues: {},
          statusCode: 503,
          responseHeaders,
        });
      },
    });
    await expect(modelOf(mock).generate(hi)).rejects.toMatchObject({ kind: 'overloaded' });
  });

  it('is canceled if it returns a stream after an abort', async () => {
    let resolveStream: (result: { stream: ReadableStream<LanguageModelV4StreamPart> }) => void = () =>
      undefined;
    const mock = new MockLanguageModelV4({
      doStream: () =>
        new Promise((resolve) => {
          resolveStream = resolve;
        }),
    });
    const controller = new AbortController();
    const response = modelOf(mock).stream(hi, { signal: controller.signal }).response();
    await expect.poll(() => mock.doStreamCalls.length).toBe(1);
    controller.abort();
    await expect(response).rejects.toMatchObject({ kind: 'aborted' });
    let cancelled = false;
    const cancel = (): void => {
      cancelled = true;
    };
    resolveStream({ stream: new ReadableStream({ cancel }) });
    await expect.poll(() => cancelled).toBe(true);
  });
});

describe('AI SDK models in a chain', () => {
  it('receive their options from extra', async () => {
    await using server = await startWireServer({ wire: openaiResponses, script: ['hello from theirs'] });
    await using at = await createWorld({ openai: [{ failure: 'overloaded' }] });
    const majordomo = at.majordomo.with({
      providers: [
        fromAISDK(createOpenAI({ baseURL: server.baseURL, apiKey: 'k' }), { id: 'theirs', vendor: 'openai' }),
      ],
    });
    const { text, attempts } = await majordomo.model('theirs/gpt-5').generate({
      ...hi,
      extra: { theirs: { openai: { store: false } } },
    });
    expect(text).toBe('hello from theirs');
    expect(attempts.at(-1)?.vendor).toBe('openai');
    expect(server.requests[0]?.body).toMatchObject({ store: false });
  });

  it('rejects invalid options', () => {
    expect(() => fromAISDK(() => streaming([]), { id: 'x', vendr: 'openai' } as never)).toThrow(/vendr/);
  });
});
