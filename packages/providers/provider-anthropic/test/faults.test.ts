import { contextOf, requestOf, testServer, type Answer, type Reply } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createAnthropic } from '../src/index.ts';
import { callModel } from './calls.ts';
import { blockDelta, blockStart, message, messageDelta, messageStart, ping, textBlock } from './events.ts';
import { EVENT_STREAM, frame, json, sse } from './server.ts';

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

const faults: readonly (readonly [string, Answer, Partial<{ kind: string; path: string }>])[] = [
  ['a stream that ends while a tool call is open', sse(...toolOpen), { kind: 'truncated' }],
  ['a stream of pings', sse(ping, ping), { kind: 'truncated' }],
  ['a stream that is cut', cut(messageStart(), ...textBlock(0, 'Hal').slice(0, 2)), { kind: 'network' }],
  ['an error event with a plain message', raw('event: error\ndata: upstream broke\n\n'), { kind: 'server' }],
  [
    'an error body with status 200',
    json({ type: 'error', error: { type: 'rate_limit_error', message: 'slow' } }),
    { kind: 'rate-limit' },
  ],
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
];

describe('a faulty server', () => {
  it.for(faults)('reports %s', async ([, answer, { kind, ...details }]) => {
    await using server = await testServer(answer);
    const provider = createAnthropic({ apiKey: 'k', baseURL: server.origin });
    expect((await callModel(provider)).error).toMatchObject({ kind, details });
    expect(server.requests).toHaveLength(1);
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

it('closes the socket if a call is aborted while its non-streaming body is read', async () => {
  await using server = await testServer((response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"id":"msg_1"');
  });
  const controller = new AbortController();
  const model = createAnthropic({ apiKey: 'k', baseURL: server.origin }).model('claude-x');
  const context = contextOf({ signal: controller.signal, delivery: 'complete' });
  const stream = model.stream(requestOf(), context)[Symbol.asyncIterator]();
  await stream.next();
  const next = stream.next();
  while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await expect(next).rejects.toMatchObject({ kind: 'aborted' });
  expect((await server.requests[0]?.closed)?.whole).toBe(false);
});
