import { describe, expect, it } from 'vitest';
import {
  type ChatRequest,
  createMajordomo,
  type MajordomoOptions,
  type Provider,
  user,
} from '../src/index.ts';
import { failure } from './support/failure.ts';
import { world } from './support/world.ts';

const message = { role: 'user', parts: [{ type: 'text', text: 'hi' }] };
const result = { type: 'tool-result', callId: '1', name: 'x' };
const tool = { name: 'x', description: '', parameters: { type: 'object' } };

/** Invalid values that an application without types, or with a bug, may pass. */
const asRequest = (value: unknown): ChatRequest => value as ChatRequest;

describe('an invalid request is rejected with its path, before any request is sent', () => {
  it.each<[string, unknown, string]>([
    ['no request', undefined, 'request'],
    ['a string', 'hi', 'request'],
    ['a prompt', { prompt: 'hi' }, 'prompt'],
    ['null as a message', { messages: [null] }, 'messages[0]'],
    ['a string as a message', { messages: [message, 'hi'] }, 'messages[1]'],
    ['messages of another library', { messages: [{ role: 'user', content: 'hi' }] }, 'messages[0].parts'],
    ['user(undefined)', { messages: [user(undefined as unknown as string)] }, 'messages[0].parts[0]'],
    ['null as a part', { messages: [{ role: 'user', parts: [null] }] }, 'messages[0].parts[0]'],
    ['a part without a type', { messages: [{ role: 'user', parts: [{}] }] }, 'messages[0].parts[0].type'],
    [
      'a text part whose text is not a string',
      { messages: [{ role: 'user', parts: [{ type: 'text' }] }] },
      'messages[0].parts[0].text',
    ],
    [
      'a result without content',
      { messages: [{ role: 'tool', parts: [result] }] },
      'messages[0].parts[0].content',
    ],
    [
      'null in a result',
      { messages: [{ role: 'tool', parts: [{ ...result, content: [null] }] }] },
      'messages[0].parts[0].content[0]',
    ],
    [
      'a call without a name',
      { messages: [{ role: 'assistant', parts: [{ type: 'tool-call', id: '1', args: {} }] }] },
      'messages[0].parts[0].name',
    ],
    [
      'a call without an id',
      { messages: [{ role: 'assistant', parts: [{ type: 'tool-call', name: 'x', args: {} }] }] },
      'messages[0].parts[0].id',
    ],
    [
      'a result without its call',
      { messages: [{ role: 'tool', parts: [{ ...result, callId: undefined, content: [] }] }] },
      'messages[0].parts[0].callId',
    ],
    ['tools as an object', { messages: [message], tools: { x: tool } }, 'tools'],
    ['null as a tool', { messages: [message], tools: [null] }, 'tools[0]'],
    [
      'a tool with spaces in its name',
      { messages: [message], tools: [{ ...tool, name: 'a b!' }] },
      'tools[0].name',
    ],
    [
      'a tool without a name',
      { messages: [message], tools: [{ ...tool, name: undefined }] },
      'tools[0].name',
    ],
    ['parts as system', { messages: [message], system: [{ type: 'text', text: 'x' }] }, 'system'],
    ['stop as a string', { messages: [message], stop: 'x' }, 'stop'],
    ['an effort that does not exist', { messages: [message], reasoning: 'hgih' }, 'reasoning'],
  ])('%s', async (_name, request, path) => {
    const { majordomo, requestCounts } = world({ 'a/x': ['ok'] });
    const model = majordomo.model('a/x');
    const error = await failure(model.generate(asRequest(request)));
    expect([error.kind, error.details.path]).toEqual(['invalid-request', path]);
    expect(error.message).not.toMatch(/Cannot|undefined \(reading|is not iterable|is not a function/);
    const typed = await failure(
      model.generateObject({ ...(request as object), output: { type: 'object' } } as never),
    );
    expect(typed.kind).toBe('invalid-request');
    expect(requestCounts.size).toBe(0);
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it.each([
    ['stream', true, 'call model.stream(request)'],
    ['n', 3, 'make one call for each answer'],
    ['prediction', {}, 'pass it in extra, under the id of the provider, as in extra: { id: { … } }'],
    ['safetySettings', [], 'pass it in extra, under the id of the provider, as in extra: { id: { … } }'],
    ['functions', [], 'did you mean "tools"?'],
    ['abortSignal', new AbortController().signal, 'pass signal in the second argument'],
    ['max_retries', 0, 'pass attempts in the second argument; it includes the first attempt'],
    ['headers', {}, 'pass it to createMajordomo or majordomo.with'],
    ['onFinish', () => undefined, 'await the response, or pass onEvent in the second argument'],
  ])('%s of another library', async (name, value, remedy) => {
    const { majordomo, requestCounts } = world({ 'a/x': ['ok'] });
    const invalid = asRequest({ messages: [message], [name]: value });
    const error = await failure(majordomo.model('a/x').generate(invalid));
    expect(error.kind).toBe('invalid-request');
    expect(error.message).toBe(`${name} is not a member of a request; ${remedy}`);
    expect(requestCounts.size).toBe(0);
  });

  it('ignores a member of another library whose value is undefined', async () => {
    const { majordomo } = world({ 'a/x': ['ok'] });
    const request = asRequest({ messages: [message], stream: undefined });
    expect((await majordomo.model('a/x').generate(request)).text).toBe('ok');
  });

  it.each([[undefined], [null], ['json'], [5]])('generateObject with %j as output', async (output) => {
    const model = world({ 'a/x': ['ok'] }).majordomo.model('a/x');
    const request = { messages: [user('hi')], output } as never;
    for (const error of [
      await failure(model.generateObject(request)),
      await failure(model.streamObject(request).response()),
    ]) {
      expect([error.kind, error.details.path]).toEqual(['invalid-request', 'output']);
    }
  });

  it('a tool may have any name', async () => {
    const { majordomo } = world({ 'a/x': ['ok'] });
    const tools = ['get_weather', 'get-weather', 'mcp__x.y:z', 'Ünïcode'].map((name) => ({ ...tool, name }));
    expect((await majordomo.model('a/x').generate({ messages: [user('hi')], tools })).text).toBe('ok');
  });
});

const provider = (id: unknown): Provider => ({ spi: 1, id, model: () => undefined }) as unknown as Provider;
const create = (options: unknown) => (): unknown => createMajordomo(options as MajordomoOptions);

describe('an invalid setup is rejected by name', () => {
  it.each<[string, () => unknown, string, string | undefined]>([
    ['no options', create(undefined), 'options must be an object, such as { providers }', 'options'],
    ['no providers', create({}), 'providers must be an array', 'providers'],
    ['provider, mistyped', create({ provider: [] }), 'did you mean "providers"?', 'provider'],
    ['alias, mistyped', create({ providers: [], alias: {} }), 'did you mean "aliases"?', 'alias'],
    [
      'a provider that was not created',
      create({ providers: [() => undefined] }),
      'call the function',
      'providers[0]',
    ],
    ['no provider', create({ providers: [undefined] }), 'providers[0]', 'providers[0]'],
    ['an id with a slash', create({ providers: [provider('a/b')] }), '"a/b"', 'providers[0].id'],
    ['an id with a space', create({ providers: [provider('a b')] }), '"a b"', 'providers[0].id'],
    ['an id with a comma', create({ providers: [provider('a,b')] }), '"a,b"', 'providers[0].id'],
    ['no id', create({ providers: [provider('')] }), '""', 'providers[0].id'],
    [
      'an alias that is not a string',
      create({ providers: [], aliases: { fast: ['a/x'] } }),
      'aliases.fast',
      'aliases.fast',
    ],
    ['gates that are not a list', create({ providers: [], gates: {} }), 'gates must be an array', 'gates'],
  ])('%s', (_name, run, message, path) => {
    expect(run).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: expect.stringContaining(message),
        details: expect.objectContaining({ path }),
      }),
    );
  });

  it.each([[undefined], [null], [5], [{ spec: 'a/x' }]])('model(%j)', (spec) => {
    const { majordomo } = world({});
    for (const callModel of [
      () => majordomo.model(spec as never),
      () => majordomo.imageModel(spec as never),
      () => majordomo.parse(spec as never),
    ]) {
      expect(callModel).toThrow(
        expect.objectContaining({ kind: 'config', message: expect.stringContaining('a spec must be') }),
      );
    }
  });

  it.each([
    [{ atempts: 3 }, 'atempts', 'did you mean "attempts"?'],
    [{ timeouts: { totlMs: 3 } }, 'timeouts.totlMs', 'did you mean "totalMs"?'],
    [{ policy: { rate_limit: {} } }, 'policy.rate_limit', 'did you mean "rate-limit"?'],
    [{ afterCommit: 'reset' }, 'afterCommit', 'error, restart'],
  ])('a call with %j', async (options, path, message) => {
    const error = await failure(
      world({ 'a/x': ['ok'] })
        .majordomo.model('a/x')
        .generate({ messages: [user('hi')] }, options as object),
    );
    expect([error.kind, error.details.path]).toEqual(['config', path]);
    expect(error.message).toContain(message);
  });
});

describe('a provider that only a variable can describe', () => {
  it('causes an error with the variable and whether env was passed', async () => {
    const majordomo = createMajordomo({ providers: [] });
    await expect(majordomo.resolve('grok/x')).rejects.toThrow(
      'LLM_GROK was not read; add the provider to providers, or pass `env` to createMajordomo',
    );
    await expect(majordomo.with({ env: {} }).resolve('grok/x')).rejects.toThrow('LLM_GROK is not set');
  });
});

describe('resolve and listModels', () => {
  const { majordomo } = world({ 'a/x': [] });
  const untyped = (value: unknown): never => value as never;

  it.each<[string, () => Promise<unknown>, string]>([
    ['null as options', () => majordomo.resolve('a/x', untyped(null)), 'options must be an object'],
    ['a number as tenant', () => majordomo.resolve('a/x', { tenant: untyped(5) }), 'tenant must be a string'],
    [
      'request, mistyped',
      () => majordomo.resolve('a/x', untyped({ reqest: {} })),
      'reqest is not an option; did you mean "request"?',
    ],
    [
      'a number as provider',
      () => majordomo.listModels(untyped(5)),
      'listModels: expected the id of a provider, got a value of type number',
    ],
    [
      'a string as signal',
      () => majordomo.listModels('a', { signal: untyped('now') }),
      'signal must be an object with addEventListener',
    ],
  ])('reject %s as config', async (_what, invoke, message) => {
    await expect(invoke()).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(message),
    });
  });

  it('reject an invalid request with its path', async () => {
    await expect(majordomo.resolve('a/x', { request: untyped({ messages: 'hi' }) })).rejects.toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('messages must be an array'),
    });
  });
});
