import { NodeHttpHandler } from '@smithy/node-http-handler';
import {
  answers,
  contextOf,
  inTurn,
  requestOf,
  type Answer,
  type Reply,
  type TestServer,
} from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { user, type Model, type ModelEvent } from '@majordomo/core';
import { createBedrock } from '../src/index.ts';
import * as frames from './frames.ts';
import { serverOf, type Protocol } from './server.ts';

let server: TestServer;
afterEach(() => server.close());

/** Starts a server that sends one answer per request and repeats the last one. Returns its model. */
async function world(protocol: Protocol, ...all: readonly Answer[]): Promise<Model> {
  server = await serverOf(protocol, inTurn(...all));
  return createBedrock({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    baseURL: server.origin,
    requestHandler: protocol === 'http1' ? () => new NodeHttpHandler() : undefined,
  }).model('anthropic.claude-sonnet-4-20250514-v1:0');
}

const failing = (
  status: number,
  name: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => answers({ message }, status, { 'x-amzn-errortype': name, ...headers });

const run = (model: Model, signal?: AbortSignal): Promise<Collected> =>
  collect(model, requestOf(), contextOf(signal === undefined ? {} : { signal }));

const PROTOCOLS = ['http1', 'http2'] as const;

describe.each(PROTOCOLS)('over %s', (protocol) => {
  it('reads text, finish and usage of one request', async () => {
    const model = await world(protocol, frames.streaming(...frames.completeStream('Hel', 'lo')));
    const collected = await run(model);
    expect(collected.text).toBe('Hello');
    expect(collected).toMatchObject({
      finish: 'stop',
      rawFinish: 'end_turn',
      usage: { input: 3, output: 2 },
    });
    expect(server.requests).toHaveLength(1);
  });

  it.each(['with Content-Length', 'without Content-Length'])(
    'reports a cut non-streaming response as network: %s',
    async (lengthHeader) => {
      const model = await world(protocol, async (response) => {
        const length = lengthHeader === 'without Content-Length' ? {} : { 'content-length': '100' };
        response.writeHead(200, { 'content-type': 'application/json', ...length });
        await new Promise<void>((resolve) => response.write('{"output": {"mess', () => resolve()));
        const { stream } = response as unknown as {
          readonly stream?: { readonly session: { destroy(): void } };
        };
        if (stream === undefined) response.socket?.destroy();
        else stream.session.destroy();
      });
      const { error } = await collect(model, requestOf(), contextOf({ delivery: 'complete' }));
      expect(error).toMatchObject({ kind: 'network' });
    },
  );

  it('classifies an exception named like a member of every object by its status', async () => {
    const model = await world(protocol, failing(503, 'constructor', 'Come back later.'));
    expect((await run(model)).error).toMatchObject({ kind: 'overloaded' });
  });
});

describe('failures', () => {
  it.each([
    [429, 'ThrottlingException', 'Too many requests', 'rate-limit'],
    [429, 'ThrottlingException', 'Too many tokens per day, please wait before trying again.', 'quota'],
    [400, 'ServiceQuotaExceededException', 'quota', 'rate-limit'],
    [400, 'ValidationException', 'Input is too long for requested model.', 'context-overflow'],
    [400, 'ValidationException', 'The provided model identifier is invalid.', 'invalid-request'],
    [400, 'ValidationException', 'A maximum of 100 PDF pages may be provided.', 'unsupported'],
    [403, 'AccessDeniedException', "You don't have access to the model.", 'auth'],
    [403, 'ExpiredTokenException', 'The security token included in the request is expired', 'auth'],
    [404, 'ResourceNotFoundException', 'no such model', 'not-found'],
    [408, 'ModelTimeoutException', 'timed out', 'timeout'],
    [424, 'ModelErrorException', 'the model failed', 'server'],
    [429, 'ModelNotReadyException', 'not ready', 'overloaded'],
    [500, 'InternalServerException', 'oops', 'server'],
    [503, 'ServiceUnavailableException', 'busy', 'overloaded'],
  ] as const)('%i %s "%s" is %s, after one request', async (status, name, message, kind) => {
    const model = await world('http1', failing(status, name, message, { 'x-amzn-requestid': 'req-1' }));
    const { error } = await run(model);
    expect(error).toMatchObject({
      name: 'LlmError',
      kind,
      details: { status, code: name, requestId: 'req-1' },
    });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['throttlingException', 'rate-limit'],
    ['modelStreamErrorException', 'server'],
    ['serviceUnavailableException', 'overloaded'],
    ['internalServerException', 'server'],
    ['validationException', 'invalid-request'],
    ['somethingNewException', 'server'],
  ])('reports %s inside a stream as %s, after the earlier content', async (name, kind) => {
    const model = await world(
      'http1',
      frames.streaming(frames.START, frames.text('Hel'), frames.exception(name, 'said')),
    );
    const events: ModelEvent[] = [];
    const call = async (): Promise<void> => {
      for await (const step of model.stream(requestOf(), contextOf())) events.push(...[step].flat());
    };
    await expect(call()).rejects.toMatchObject({ kind, message: expect.stringContaining('said') as string });
    expect(events.some((event) => event.type === 'text-delta' && event.text === 'Hel')).toBe(true);
  });

  it.each([
    [
      'arguments as an object',
      'contentBlockDelta',
      { contentBlockIndex: 0, delta: { toolUse: { input: {} } } },
    ],
    ['a stop reason that is a number', 'messageStop', { stopReason: 5 }],
  ])('a stream with %s is a protocol error', async (_name, type, payload) => {
    const model = await world('http1', frames.streaming(frames.START, frames.event(type, payload)));
    expect((await run(model)).error).toMatchObject({ kind: 'protocol' });
  });

  it('reports an unreadable event as protocol', async () => {
    const start = { contentBlockIndex: 0, start: { toolResult: { toolUseId: 'a' } } };
    const delta = { contentBlockIndex: 0, delta: { toolResult: 5 } };
    const model = await world(
      'http1',
      frames.streaming(
        frames.START,
        frames.event('contentBlockStart', start),
        frames.event('contentBlockDelta', delta),
      ),
    );
    expect((await run(model)).error).toMatchObject({ kind: 'protocol', details: { path: '' } });
  });

  it.each([
    ['broken JSON', '{"output": {"mess'],
    ['JSON without an answer', '{}'],
    ['a block that is null', '{"output":{"message":{"content":[null]}},"stopReason":"end_turn"}'],
  ])('reports a non-streaming response of %s as an error', async (_name, body) => {
    const model = await world('http1', (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(body);
    });
    const { error } = await collect(model, requestOf(), contextOf({ delivery: 'complete' }));
    expect(error).toMatchObject({ name: 'LlmError', kind: 'protocol' });
  });
});

describe('stream access denied', () => {
  const DENIED =
    'User: arn:aws:sts::1:assumed-role/r is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: m';

  it('offers nothing for a non-streaming call', async () => {
    const model = await world('http1', failing(403, 'AccessDeniedException', DENIED));
    const { error } = await collect(model, requestOf(), contextOf({ delivery: 'complete' }));
    expect(error?.details.recover).toBeUndefined();
  });

  it('offers it for a model that cannot stream with tools', async () => {
    const model = await world(
      'http1',
      failing(400, 'ValidationException', "This model doesn't support tool use in streaming mode."),
    );
    expect((await run(model)).error?.details.recover?.delivery).toBe('complete');
  });
});

describe('stale connections', () => {
  const withHandlers = async (
    ...all: readonly Answer[]
  ): Promise<{ handlerCount: () => number; model: Model }> => {
    await world('http1', ...all);
    let count = 0;
    const requestHandler = (): object => {
      count++;
      return new NodeHttpHandler();
    };
    const model = createBedrock({
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
      baseURL: server.origin,
      requestHandler,
    }).model('m');
    return { handlerCount: () => count, model };
  };
  const reset: Answer = (response) => {
    response.destroy();
  };

  it('evicts the client after a reset', async () => {
    const { handlerCount, model } = await withHandlers(
      reset,
      frames.streaming(...frames.completeStream('hi')),
    );
    expect((await run(model)).error).toMatchObject({ kind: 'network' });
    expect((await run(model)).text).toBe('hi');
    expect(handlerCount()).toBe(2);
  });

  it('evicts it once for two calls that fail together', async () => {
    const { handlerCount, model } = await withHandlers(
      reset,
      reset,
      frames.streaming(...frames.completeStream('hi')),
    );
    await Promise.all([run(model), run(model)]);
    await run(model);
    await run(model);
    expect(handlerCount()).toBe(2);
  });

  it.each([
    [400, 'ValidationException'],
    [403, 'AccessDeniedException'],
    [429, 'ThrottlingException'],
    [500, 'InternalServerException'],
  ])('%i %s evicts nothing', async (status, name) => {
    const { handlerCount, model } = await withHandlers(
      failing(status, name, 'no'),
      frames.streaming(...frames.completeStream('hi')),
    );
    await run(model);
    expect((await run(model)).text).toBe('hi');
    expect(handlerCount()).toBe(1);
  });
});

describe('a result of a vendor tool', () => {
  const png = { image: { format: 'png', source: { bytes: 'AAEC' } } };
  const content = [
    { text: 'found' },
    { hologram: { depth: 1 } },
    { 'holo"grám': 1 },
    png,
    { image: { format: 'png', source: { hologram: {} } } },
    { json: { none: null } },
  ];
  const block = { toolResult: { toolUseId: 'a', type: 'search_result', content } };
  const message = { role: 'assistant', content: [block, { text: 'So it is.' }] };

  it.each([
    ['complete', answers({ output: { message }, stopReason: 'end_turn' })],
    [
      'deltas',
      frames.streaming(
        frames.START,
        frames.event('contentBlockStart', {
          contentBlockIndex: 0,
          start: { toolResult: { toolUseId: 'a', type: 'search_result' } },
        }),
        frames.event('contentBlockDelta', { contentBlockIndex: 0, delta: { toolResult: content } }),
        frames.event('contentBlockStop', { contentBlockIndex: 0 }),
        frames.event('contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'So it is.' } }),
        frames.event('messageStop', { stopReason: 'end_turn' }),
      ),
    ],
  ] as const)(
    'is sent back after storage, with images and unknown members (%s)',
    async (delivery, answer) => {
      const model = await world('http1', answer);
      const { parts, error } = await collect(model, requestOf(), contextOf({ delivery }));
      expect(error).toBeUndefined();
      const storedParts = JSON.parse(JSON.stringify(parts)) as typeof parts;
      const messages = [user('a'), { role: 'assistant' as const, parts: storedParts }, user('b')];
      await collect(model, requestOf({ messages }), contextOf({ delivery }));
      const sent = JSON.parse(server.requests[1]?.text ?? '') as { messages: object[] };
      expect(sent.messages[1]).toEqual(message);
    },
  );
});

describe('DSNs', () => {
  it('accept a token or keys, a region and quirks; other hosts get no environment credentials', async () => {
    await world('http1', frames.streaming(...frames.completeStream('hi')));
    const dsn = {
      name: 'aws',
      scheme: 'bedrock',
      host: new URL(server.origin).host,
      path: '',
      baseURL: server.origin,
      params: { region: 'eu-central-1', family: 'claude' },
    };
    const make = createBedrock().schemes?.['bedrock'];
    const provider = make?.({ ...dsn, token: 'AKIDFROMDSN:secret' });
    expect(provider?.id).toBe('aws');
    expect(provider?.model('x').families).toEqual(['claude']);
    expect((provider as ReturnType<typeof createBedrock>).sources({})).toEqual({
      region: 'eu-central-1',
      regionFrom: 'option',
      credentialsFrom: 'option credentials',
    });
    const bare = make?.({ ...dsn, token: undefined });
    if (bare === undefined) throw new Error('no provider');
    const env = { AWS_BEARER_TOKEN_BEDROCK: 'not for this host' };
    const { error } = await collect(bare.model('x'), requestOf(), contextOf({ env }));
    expect(error).toMatchObject({ kind: 'auth', details: { code: 'missing-key' } });
    expect(server.requests).toEqual([]);
  });

  it('are named by their variable if they have an unknown quirk', () => {
    const parts = { scheme: 'bedrock', host: 'h', path: '', baseURL: 'https://h', token: 'tok' };
    const dsn = { ...parts, name: 'aws', params: { famly: 'claude' } };
    expect(() => createBedrock().schemes?.['bedrock']?.(dsn)).toThrow(/^LLM_AWS: unknown quirk "famly"/);
  });
});

it.each([
  [
    { fetch: () => undefined },
    /^bedrock: fetch is not an option; the SDK uses request handlers; pass requestHandler/,
  ],
  [{ organization: 'x' }, /^bedrock: organization is not an option; the options are id, .*, region, /],
])('rejects the option %o, which it does not have', (options, message) => {
  expect(() => createBedrock(options as object)).toThrow(message);
});
