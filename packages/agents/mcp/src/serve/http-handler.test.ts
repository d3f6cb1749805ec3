import { expect, it } from 'vitest';
import { loadServer } from '../sdk.ts';
import { Changes, processBus } from './changes.ts';
import { httpHandler } from './http-handler.ts';
import type { ServeOptions } from './options.ts';
import { serveMcp } from './serve-mcp.ts';

it('answers with an error after it was closed', async () => {
  const server = serveMcp({ name: 'x', version: '1', tools: [] });
  await server.close();
  await server.close();
  const response = await server.fetch(new Request('http://localhost'));
  expect([response.status, await response.json()]).toEqual([
    503,
    { jsonrpc: '2.0', error: { code: -32_000, message: 'The server was closed' }, id: null },
  ]);
});

const post = (message: object, headers: Record<string, string> = {}): Request =>
  new Request('http://localhost', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }),
  });

const initialize = (): Request => {
  const clientInfo = { name: 'c', version: '1' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
  return post({ method: 'initialize', params });
};

it.each([
  [undefined, false],
  [0, false],
  [1, true],
])('with the option sessions: %s starts a session for a client of 2025: %s', async (sessions, starts) => {
  const server = serveMcp({ name: 'x', version: '1', tools: [], sessions });
  const response = await server.fetch(initialize());
  expect([response.status, response.headers.has('mcp-session-id')]).toEqual([200, starts]);
  await response.body?.cancel();
  await server.close();
});

/** Server with these sessions, and functions that begin a session and open its stream. */
function withSessions(sessions: number, options: Partial<ServeOptions> = {}) {
  const server = serveMcp({ name: 'x', version: '1', tools: [], sessions, ...options });
  const begin = async (): Promise<string> => {
    const response = await server.fetch(initialize());
    await response.text();
    return response.headers.get('mcp-session-id') ?? '';
  };
  /** Opens the stream of a session. `ended` resolves when the stream ends. */
  const streamOf = async (id: string): Promise<{ readonly ended: Promise<string> }> => {
    const headers = { accept: 'text/event-stream', 'mcp-session-id': id };
    const response = await server.fetch(new Request('http://localhost', { headers }));
    expect(response.status).toBe(200);
    return { ended: response.text() };
  };
  return { server, begin, streamOf };
}

it('ends the streams of a session that ends, and all streams with the server', async () => {
  const { server, begin, streamOf } = withSessions(1);
  const first = await streamOf(await begin());
  const second = await streamOf(await begin());
  await first.ended;
  await server.close();
  await second.ended;
});

it('answers with an error for an unknown session, and for one that the client has ended', async () => {
  const { server, begin } = withSessions(1);
  const ended = { 'mcp-session-id': await begin() };
  await server.fetch(new Request('http://localhost', { method: 'DELETE', headers: ended }));
  for (const headers of [ended, { 'mcp-session-id': 'unknown' }]) {
    const response = await server.fetch(post({ method: 'tools/list' }, headers));
    expect([response.status, await response.json()]).toEqual([
      404,
      { jsonrpc: '2.0', error: { code: -32_001, message: 'Session not found' }, id: null },
    ]);
  }
  await server.close();
});

it('ends the session that was not used for the longest time', async () => {
  const { server, begin } = withSessions(2);
  const statusOf = async (id: string): Promise<number> => {
    const response = await server.fetch(post({ method: 'tools/list' }, { 'mcp-session-id': id }));
    await response.text();
    return response.status;
  };
  const [first, second] = [await begin(), await begin()];
  expect([await statusOf(first), await statusOf(second), await statusOf(first)]).toEqual([200, 200, 200]);
  const third = await begin();
  expect([await statusOf(first), await statusOf(second), await statusOf(third)]).toEqual([200, 404, 200]);
  await server.close();
});

it('refuses a request with the id of a request that is running in the session', async () => {
  let end: (text: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  let isStarted = false;
  const run = (): Promise<string> => {
    isStarted = true;
    return ended;
  };
  const tools = [{ name: 'wait', description: '', parameters: { type: 'object' }, run }];
  const { server, begin } = withSessions(2, { tools });
  const sender = async (): Promise<(message: object) => Promise<Response>> => {
    const headers = { 'mcp-session-id': await begin() };
    return (message) => server.fetch(post(message, headers));
  };
  const [send, other] = [await sender(), await sender()];
  const call = { method: 'tools/call', params: { name: 'wait', arguments: {} } };
  const first = await send(call);
  await expect.poll(() => isStarted).toBe(true);
  const second = await send(call);
  expect([second.status, await second.json()]).toMatchObject([400, { error: { code: -32_600 }, id: null }]);
  const [others, later] = [await other(call), await send({ ...call, id: 2 })];
  end('done');
  for (const response of [first, others, later]) expect(await response.text()).toContain('done');
  const cancelled = { id: undefined, method: 'notifications/cancelled', params: { requestId: 1 } };
  expect([(await send(call)).status, (await send(cancelled)).status, (await send(call)).status]).toEqual([
    200, 202, 200,
  ]);
  await server.close();
});

const list = (count: number): readonly object[] => Array.from({ length: count }, () => ({}));

it.each([
  [undefined, 10_001],
  [100, 101],
])('refuses a request above maxElements: %s before it is parsed', async (maxElements, count) => {
  for (const sessions of [0, 1]) {
    const server = serveMcp({ name: 'x', version: '1', tools: [], sessions, maxElements });
    const response = await server.fetch(post({ method: 'tools/list', params: { list: list(count) } }));
    const error = {
      code: -32_600,
      message: expect.stringContaining('params.list: the request has more than') as string,
    };
    expect([response.status, await response.json()]).toEqual([400, { jsonrpc: '2.0', error, id: null }]);
    await server.close();
  }
});

it.each([
  ['large', ' '.repeat(4 * 1024 * 1024 + 1), 413, -32_000],
  ['deep', '['.repeat(501), 400, -32_600],
  ['incomplete', '{"jsonrpc"', 400, -32_700],
  ['empty', '', 400, -32_700],
])('refuses a request that is %s', async (_, body, status, code) => {
  const server = serveMcp({ name: 'x', version: '1', tools: [] });
  const { headers } = post({});
  const response = await server.fetch(new Request('http://localhost', { method: 'POST', headers, body }));
  expect([response.status, await response.json()]).toMatchObject([status, { error: { code } }]);
  await server.close();
});

it('accepts at most 1,000 subscriptions of a session, and no long address', async () => {
  const resources = [{ uri: 'a:b', name: 'a', mediaType: 'text/plain', read: () => '' }];
  const { server, begin } = withSessions(1, { resources });
  const headers = { 'mcp-session-id': await begin() };
  const subscribe = async (uri: string): Promise<string> =>
    (await server.fetch(post({ method: 'resources/subscribe', params: { uri } }, headers))).text();
  expect(await subscribe(`a:${'x'.repeat(2000)}`)).toContain('-32602');
  for (let at = 0; at < 1000; at++) expect(await subscribe(`a:${at}`)).not.toContain('error');
  expect(await subscribe('a:1000')).toContain('at most 1000 addresses');
  // A subscription that the client already has needs no further one.
  expect(await subscribe('a:0')).not.toContain('error');
  await server.close();
});

it('keeps no server for a request that begins no session', async () => {
  const { McpServer } = await loadServer();
  const changes = new Changes(processBus());
  const factory = () => Promise.resolve(new McpServer({ name: 'x', version: '1' }));
  const handler = await httpHandler(factory, undefined, { maxSessions: 1, maxElements: undefined }, changes);
  const requests = [post({ method: 'tools/list' }), new Request('http://localhost', { method: 'DELETE' })];
  for (const request of requests) {
    const response = await handler.fetch(request);
    expect(response.status).toBe(400);
    expect(changes.servers).toEqual([]);
  }
  await handler.close();
});
