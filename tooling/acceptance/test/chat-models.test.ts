import { createBackground } from '@majordomo/background';
import { startJobServer, type JobServer, type JobServerOptions } from '@majordomo/conformance';
import { createMajordomo, jsonSchema, toolResult, user } from '@majordomo/core';
import type { ChatModel, ChatRequest, DeepPartial, LlmError, StreamEvent, ToolSpec } from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import { forbid, guarded } from '@majordomo/guards';
import { createOpenAI } from '@majordomo/provider-openai';
import { describe, expect, it } from 'vitest';

const TEXT = 'Mail Ada Lovelace at once, with an emoji 😀 and averylongwordwithoutanyspaceinit.';
const OBJECT = '{"city":"Oslo and Bergen"}';
const REQUEST: ChatRequest = { messages: [user('hi')], maxTokens: 100 };
const TYPED = {
  ...REQUEST,
  output: jsonSchema<{ readonly city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  }),
};

const noSecret = forbid({ name: 'secret', patterns: ['secret'] });
const guard = (model: ChatModel): ChatModel =>
  guarded(model, { mask: {}, output: [noSecret], holdBack: { characters: 0 } });

/** Kinds of chat models that have the same behavior. */
const KINDS: readonly { readonly name: string; readonly create: (server: JobServer) => ChatModel }[] = [
  { name: 'a live model', create: (server) => liveModel(server) },
  { name: 'a guarded model', create: (server) => guard(liveModel(server)) },
  { name: 'a background model', create: (server) => backgroundModel(server) },
  { name: 'a guarded background model', create: (server) => guard(backgroundModel(server)) },
];

const SPEC = 'openai/gpt-5.4';

const majordomoOf = ({ baseURL }: JobServer) =>
  createMajordomo({ providers: [createOpenAI({ apiKey: 'k', baseURL })], chain: { attempts: 1 } });

const liveModel = (server: JobServer): ChatModel => majordomoOf(server).model(SPEC);

const backgroundModel = (server: JobServer): ChatModel =>
  createBackground({ majordomo: majordomoOf(server) }).model(SPEC);

/** Server whose answers depend on the number of the request. */
const start = (plan: JobServerOptions['plan']): Promise<JobServer> => startJobServer({ plan });

async function read<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const events: T[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

const failure = (promise: Promise<unknown>): Promise<LlmError> =>
  promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error as LlmError,
  );

const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

describe.each(KINDS)('$name', ({ create }) => {
  it('generates a response with its usage and its attempt', async () => {
    await using server = await start(() => TEXT);
    const response = await create(server).generate(REQUEST);
    expect(response).toMatchObject({ text: TEXT, finish: 'stop', target: SPEC });
    expect(response.usage?.output).toBeGreaterThan(0);
    expect(response.attempts).toMatchObject([{ target: SPEC, outcome: 'finished' }]);
  });

  it('streams events in a valid order, and resolves with the response of these events', async () => {
    await using server = await start(() => TEXT);
    const stream = create(server).stream(REQUEST);
    const events = await read(stream);
    expect(eventOrderError(events)).toBeUndefined();
    expect(textOf(events)).toBe(TEXT);
    expect(await stream.response()).toMatchObject({ text: TEXT, finish: 'stop' });
  });

  it('resolves with the response of a stream that nobody reads, and streams only text', async () => {
    await using server = await start(() => TEXT);
    const model = create(server);
    expect((await model.stream(REQUEST).response()).text).toBe(TEXT);
    expect((await read(model.stream(REQUEST).textStream)).join('')).toBe(TEXT);
  });

  it('returns a tool call, and continues with its result', async () => {
    const call = { type: 'tool-call', id: 'call_1', name: 'look', json: '{"city":"Oslo"}' } as const;
    await using server = await start((_, number) =>
      number === 0 ? { answer: { parts: [call] } } : 'It snows.',
    );
    const tools: readonly ToolSpec[] = [
      { name: 'look', description: 'Looks.', parameters: { type: 'object' } },
    ];
    const model = create(server);
    const first = await model.generate({ ...REQUEST, tools });
    expect(first).toMatchObject({ finish: 'tool-calls', toolCalls: [{ args: { city: 'Oslo' } }] });
    const result = toolResult({ callId: 'call_1', name: 'look', content: 'snow' });
    const messages = [user('hi'), first.message, result];
    expect((await model.generate({ messages, tools, maxTokens: 100 })).text).toBe('It snows.');
  });

  it('generates a typed object, and repairs an invalid one', async () => {
    await using server = await start((_, number) => (number === 0 ? '{"town":"Oslo"}' : OBJECT));
    const { value, attempts } = await create(server).generateObject(TYPED);
    expect(value).toEqual({ city: 'Oslo and Bergen' });
    expect(attempts).toHaveLength(2);
  });

  it('streams the partial values of a typed object, and repairs an invalid one', async () => {
    await using server = await start((_, number) => (number === 0 ? '{"town":"Oslo"}' : OBJECT));
    const stream = create(server).streamObject(TYPED);
    const partials: readonly DeepPartial<{ readonly city: string }>[] = await read(stream);
    expect(partials.at(-1)).toEqual({ city: 'Oslo and Bergen' });
    expect((await stream.response()).value).toEqual({ city: 'Oslo and Bergen' });
  });

  it('rejects an object that no round has repaired', async () => {
    await using server = await start(() => '{"town":"Oslo"}');
    const model = create(server);
    expect(await failure(model.generateObject(TYPED, { repairs: 0 }))).toMatchObject({
      kind: 'invalid-output',
    });
    const stream = model.streamObject(TYPED, { repairs: 0 });
    expect(await failure(read(stream))).toMatchObject({ kind: 'invalid-output' });
  });

  it('sends nothing for an invalid request, an invalid option or an aborted signal', async () => {
    await using server = await start(() => TEXT);
    const model = create(server);
    expect(await failure(model.generate({ messages: [] }))).toMatchObject({ kind: 'invalid-request' });
    expect(await failure(model.generate(REQUEST, { attempts: -1 }))).toMatchObject({ kind: 'config' });
    const signal = AbortSignal.abort();
    expect(await failure(model.generate(REQUEST, { signal }))).toMatchObject({ kind: 'aborted' });
    expect(await failure(read(model.stream(REQUEST, { signal })))).toMatchObject({ kind: 'aborted' });
    expect(server.requests).toHaveLength(0);
  });

  it.each<[string, (model: ChatModel, signal: AbortSignal) => Promise<unknown>]>([
    ['generate', (model, signal) => model.generate(REQUEST, { signal })],
    ['stream', (model, signal) => read(model.stream(REQUEST, { signal }))],
    ['generateObject', (model, signal) => model.generateObject(TYPED, { signal })],
    ['streamObject', (model, signal) => read(model.streamObject(TYPED, { signal }))],
  ])('rejects %s with aborted when its signal aborts after the request was sent', async (_name, run) => {
    const controller = new AbortController();
    const before = (): undefined => {
      controller.abort();
    };
    await using server = await startJobServer({ before });
    expect(await failure(run(create(server), controller.signal))).toMatchObject({ kind: 'aborted' });
    expect(server.requests).not.toHaveLength(0);
  });

  it('ends a stream with aborted when its signal aborts between two events', async () => {
    await using server = await start(() => ({ answer: TEXT, holdAt: 6 }));
    const controller = new AbortController();
    const reading = (async () => {
      for await (const event of create(server).stream(REQUEST, controller))
        if (event.type === 'text-delta') controller.abort();
    })();
    expect(await failure(reading)).toMatchObject({ kind: 'aborted' });
  });

  it('fails with the error and the attempts of a vendor that rejects the request', async () => {
    const rejection = {
      status: 400,
      body: { error: { message: 'no such tool', type: 'invalid_request_error' } },
    };
    await using server = await startJobServer({ before: () => rejection });
    const error = await failure(create(server).generate(REQUEST));
    expect(error).toMatchObject({ kind: 'invalid-request', details: { attempts: [{ target: SPEC }] } });
    expect(server.requests).toHaveLength(1);
  });
});

describe.each(KINDS.filter(({ name }) => name.includes('guarded')))('$name', ({ create }) => {
  it('sends and stores no masked value, and delivers no text that a check forbids', async () => {
    await using server = await start((_, number) =>
      number === 0 ? 'Mail [EMAIL_1] now' : 'It is a secret, and more',
    );
    const model = create(server);
    const request: ChatRequest = { messages: [user('I am max@example.com')], maxTokens: 100 };
    expect(textOf(await read(model.stream(request)))).toBe('Mail max@example.com now');
    expect(JSON.stringify(server.requests)).toContain('[EMAIL_1]');
    expect(JSON.stringify(server.requests)).not.toContain('max@example.com');
    const events: StreamEvent[] = [];
    const refused = (async () => {
      for await (const event of model.stream(request)) events.push(event);
    })();
    expect((await failure(refused)).details.code).toBe('secret');
    expect(textOf(events)).not.toContain('secret');
  });
});
