import type { ModelContext } from '@majordomo/core';
import {
  contextOf,
  requestOf,
  testServer,
  type Answer,
  type Reply,
  type TestServer,
} from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createAnthropic } from '../src/index.ts';
import { callModel } from './calls.ts';
import {
  blockDelta,
  blockStart,
  endEvents,
  message,
  messageDelta,
  messageStart,
  ping,
  textStream,
  textBlock,
} from './events.ts';
import { EVENT_STREAM, frame, json, sse } from './server.ts';

function open(server: TestServer, around: Partial<ModelContext> = {}) {
  const model = createAnthropic({ apiKey: 'k', baseURL: server.origin }).model('claude-x');
  return model.stream(requestOf(), contextOf(around))[Symbol.asyncIterator]();
}

/** Returns a reply that sends the events and then stalls. */
const stalls =
  (...events: readonly { readonly type: string }[]): Reply =>
  (response) => {
    response.writeHead(200, EVENT_STREAM);
    response.write(events.map(frame).join(''));
  };

const cut =
  (...events: readonly { readonly type: string }[]): Reply =>
  (response) => {
    response.writeHead(200, EVENT_STREAM);
    response.write(events.map(frame).join(''), () => response.destroy());
  };

const raw =
  (text: string, status = 200, type = 'text/event-stream'): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': type }).end(text);
  };

const toolOpen = [
  messageStart(),
  blockStart(0, { type: 'tool_use', id: 'toolu_1', name: 'rm', input: {} }),
  blockDelta(0, { type: 'input_json_delta', partial_json: '{"path":"/"' }),
];

const faults: readonly (readonly [
  string,
  Answer,
  Partial<{ kind: string; code: string; path: string; status: number }>,
])[] = [
  [
    'a stream that ends inside the text without a connection error',
    sse(messageStart(), ...textBlock(0, 'Hal').slice(0, 2)),
    { kind: 'truncated' },
  ],
  ['a stream that ends while a tool call is open', sse(...toolOpen), { kind: 'truncated' }],
  ['an empty stream', sse(), { kind: 'truncated' }],
  ['a stream of pings', sse(ping, ping), { kind: 'truncated' }],
  ['a stream that is cut', cut(messageStart(), ...textBlock(0, 'Hal').slice(0, 2)), { kind: 'network' }],
  [
    'an error in the stream',
    sse(messageStart(), {
      type: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
    } as never),
    { kind: 'overloaded', code: 'overloaded_error' },
  ],
  ['an error event with a plain message', raw('event: error\ndata: upstream broke\n\n'), { kind: 'server' }],
  [
    'an error body with status 200',
    json({ type: 'error', error: { type: 'rate_limit_error', message: 'slow' } }),
    { kind: 'rate-limit' },
  ],
  ['a broken event', raw('event: ping\ndata: {"type":\n\n'), { kind: 'protocol' }],
  ['an event that is not an object', raw('data: 7\n\n'), { kind: 'truncated' }],
  ['a start without its message', sse({ type: 'message_start' }), { kind: 'protocol', path: 'message' }],
  [
    'a block start without its block',
    sse(messageStart(), { type: 'content_block_start' }),
    { kind: 'protocol', path: 'content_block' },
  ],
  [
    'a delta without its delta',
    sse(messageStart(), { type: 'content_block_delta' }),
    { kind: 'protocol', path: 'delta' },
  ],
  [
    'a text delta without its text',
    sse(messageStart(), blockStart(0, { type: 'text', text: '' }), blockDelta(0, { type: 'text_delta' })),
    { kind: 'protocol', path: 'delta.text' },
  ],
  [
    'a tool call without its name',
    sse(messageStart(), blockStart(0, { type: 'tool_use', id: 'a' })),
    { kind: 'protocol', path: 'content[0].name' },
  ],
  ['a body that is not JSON', raw('{"id":', 200, 'application/json'), { kind: 'protocol' }],
  ['a body without content', json({ id: 'msg_1', type: 'message' }), { kind: 'protocol', path: 'content' }],
  [
    'a body without a stop reason',
    json(message([], { stop_reason: null })),
    { kind: 'protocol', path: 'stop_reason' },
  ],
  [
    'a text block without text',
    json(message([{ type: 'text' }])),
    { kind: 'protocol', path: 'content[0].text' },
  ],
  [
    'a block without type',
    json(message([{ type: 'text', text: 'a' }, {}])),
    { kind: 'protocol', path: 'content[1].type' },
  ],
  [
    'a block that is not an object',
    json(message([null as never])),
    { kind: 'protocol', path: 'content[0].type' },
  ],
  ['an empty body', raw('', 200, 'application/json'), { kind: 'truncated' }],
  ['an HTML page instead of a response', raw('<html>hi</html>', 200, 'text/html'), { kind: 'protocol' }],
  [
    'a gateway that sends HTML',
    raw('<html>bad gateway</html>', 502, 'text/html'),
    { kind: 'server', status: 502 },
  ],
];

describe('a faulty server', () => {
  it.for(faults)('reports %s', async ([, answer, { kind, ...details }]) => {
    await using server = await testServer(answer);
    const provider = createAnthropic({ apiKey: 'k', baseURL: server.origin });
    expect((await callModel(provider)).error).toMatchObject({ kind, details });
    expect(server.requests).toHaveLength(1);
  });

  it('reports a refused connection as a network error', async () => {
    const server = await testServer(() => undefined);
    const { origin } = server;
    await server[Symbol.asyncDispose]();
    const provider = createAnthropic({ apiKey: 'k', baseURL: origin });
    const { error } = await callModel(provider);
    expect(error).toMatchObject({ kind: 'network', details: { code: 'ECONNREFUSED' } });
  });

  it('emits no complete tool call if the stream ends early', async () => {
    await using server = await testServer(sse(...toolOpen));
    const { error, events } = await callModel(createAnthropic({ apiKey: 'k', baseURL: server.origin }));
    expect(error?.kind).toBe('truncated');
    expect(events.map(({ type }) => type)).toEqual(['start', 'part-start', 'args-delta']);
  });

  it('completes a response that is cut after its stop reason', async () => {
    await using server = await testServer(
      cut(messageStart(), ...textBlock(0, 'done'), messageDelta('end_turn')),
    );
    const { text, finish } = await callModel(createAnthropic({ apiKey: 'k', baseURL: server.origin }));
    expect([text, finish]).toEqual(['done', 'stop']);
  });
});

describe('an abort', () => {
  /** Returns whether the response was complete when its socket closed after the abort. */
  async function completedAfterAbort(
    answer: Answer,
    delivery: 'deltas' | 'complete',
    steps: number,
  ): Promise<boolean | undefined> {
    await using server = await testServer(answer);
    const controller = new AbortController();
    const stream = open(server, { signal: controller.signal, delivery });
    for (let step = 0; step < steps; step++) await stream.next();
    const next = stream.next();
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await expect(next).rejects.toMatchObject({ kind: 'aborted' });
    return (await server.requests[0]?.closed)?.whole;
  }

  const noResponse: Answer = () => undefined;
  const halfBody: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"id":"msg_1"');
  };

  it.for([
    ['before the headers', noResponse, 'deltas', 0],
    ['while the stream is read', stalls(messageStart(), ...textBlock(0, 'Hal').slice(0, 2)), 'deltas', 2],
    ['while a non-streaming body is read', halfBody, 'complete', 1],
  ] as const)('closes the socket %s', async ([, answer, delivery, steps]) => {
    expect(await completedAfterAbort(answer, delivery, steps)).toBe(false);
  });

  it('opens no connection if it comes before the call', async () => {
    await using server = await testServer(sse(...textStream('x')));
    const stream = open(server, { signal: AbortSignal.abort() });
    await expect(stream.next()).rejects.toMatchObject({ kind: 'aborted' });
    expect(server.requests).toHaveLength(0);
  });
});

describe('a consumer', () => {
  it('closes the socket by leaving the loop', async () => {
    await using server = await testServer(stalls(messageStart(), ...textBlock(0, 'Hal').slice(0, 2)));
    const stream = open(server);
    await stream.next();
    await stream.next();
    await stream.return?.();
    expect(await server.requests[0]?.closed).toMatchObject({ whole: false });
  });

  it('leaves the connection open by reading to the end', async () => {
    const ports = new Set<number | undefined>();
    await using server = await testServer((response) => {
      ports.add(response.socket?.remotePort);
      sse(messageStart(), ...textBlock(0, 'hi'), ...endEvents('end_turn'))(response);
    });
    const provider = createAnthropic({ apiKey: 'k', baseURL: server.origin });
    for (let turn = 0; turn < 10; turn++) await callModel(provider);
    expect(ports.size).toBeLessThan(10);
  });
});
