import { fakeClock } from '@majordomo/testing';
import type { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { upstream } from './support/upstream.ts';
import { world, type World } from './support/world.ts';

function register(server: McpServer): void {
  let count = 0;
  server.registerTool('count', {}, () => ({ content: [{ type: 'text', text: `${++count}` }] }));
}
const CALLERS = { ann: { key: 'ann' }, bob: { key: 'bob' }, team: { key: 'ann', tenant: 'team' } };
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

const post = (body: object, key: string, session?: string) => ({
  method: 'POST',
  key,
  headers: { ...JSON_HEADERS, ...(session !== undefined && { 'mcp-session-id': session }) },
  body: JSON.stringify(body),
});

const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' };

/** Begins a session. Returns its id. */
async function begin({ send }: World, key: string, path = '/mcp'): Promise<string> {
  const response = await send(path, post(INITIALIZE, key));
  await response.text();
  return response.headers.get('mcp-session-id') ?? '';
}

describe('a session', () => {
  it('is unknown to every other caller', async () => {
    const made = world({ servers: { state: upstream(register).place }, callers: CALLERS });
    const { send } = made;
    const session = await begin(made, 'ann');
    const statuses = await Promise.all(
      ['ann', 'bob', 'team'].map(async (key) => (await send('/mcp', post(LIST, key, session))).status),
    );
    expect(statuses).toEqual([200, 404, 404]);
    const others = await Promise.all(
      ['bob', 'team'].map((key) =>
        send('/mcp', { method: 'DELETE', key, headers: { 'mcp-session-id': session } }),
      ),
    );
    expect(others.map(({ status }) => status)).toEqual([404, 404]);
    expect((await send('/mcp', post({ ...LIST, id: 3 }, 'ann', session))).status).toBe(200);
  });

  it('has its own connection to a server, with the state of the server', async () => {
    const state = upstream(register, { protocol: '2025' });
    const { connect } = world({ servers: { state: state.place }, callers: CALLERS });
    const [first, second] = [
      await connect('ann', { protocol: '2025' }),
      await connect('ann', { protocol: '2025' }),
    ];
    await first.callTool({ name: 'state__count' });
    expect(await first.callTool({ name: 'state__count' })).toMatchObject({ content: [{ text: '2' }] });
    expect(await second.callTool({ name: 'state__count' })).toMatchObject({ content: [{ text: '1' }] });
  });

  it('shares the connection to a shared server', async () => {
    const state = upstream(register, { protocol: '2025', shared: true });
    const { connect } = world({ servers: { state: state.place }, callers: CALLERS });
    const clients = [
      await connect('ann', { protocol: '2025' }),
      await connect('bob', { protocol: '2026' }),
      await connect('ann', { protocol: '2026' }),
    ];
    for (const client of clients) await client.callTool({ name: 'state__count' });
    expect(state.methods.filter((method) => method === 'initialize')).toHaveLength(1);
  });

  it('does not receive the log messages of a shared server, which can be about a call of another caller', async () => {
    let release: (() => void) | undefined;
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    const state = upstream(
      (server) => {
        register(server);
        server.registerTool('hang', {}, async () => {
          await hanging;
          return { content: [] };
        });
      },
      { protocol: '2025', shared: true },
    );
    const { connect } = world({ servers: { state: state.place }, callers: CALLERS });
    const [ann, bob] = [
      await connect('ann', { protocol: '2025' }),
      await connect('bob', { protocol: '2025' }),
    ];
    const logged: unknown[] = [];
    bob.setNotificationHandler('notifications/message', ({ params }) => {
      logged.push(params.data);
    });
    await ann.callTool({ name: 'state__count' });
    const waiting = bob.callTool({ name: 'state__hang' });
    await expect.poll(() => state.methods.filter((method) => method === 'tools/call')).toHaveLength(2);
    const method = 'notifications/message';
    const params = { level: 'error' as const, data: 'the account of ann' };
    await state.servers.at(-1)?.server.notification({ method, params });
    release?.();
    await waiting;
    expect(logged).toEqual([]);
  });

  it('ends at the limit of the caller, the least recently used first', async () => {
    const made = world({ servers: { state: upstream(register).place }, callers: CALLERS, maxSessions: 2 });
    const keys = ['ann', 'bob', 'ann', 'ann'];
    const sessions: string[] = [];
    for (const key of keys) sessions.push(await begin(made, key));
    const statuses = await Promise.all(
      keys.map(async (key, at) => (await made.send('/mcp', post(LIST, key, sessions[at]))).status),
    );
    expect(statuses).toEqual([404, 200, 200, 200]);
  });

  it('counts for the limit of the caller at each address', async () => {
    const made = world({ servers: { state: upstream(register).place }, maxSessions: 2 });
    const sessions: string[] = [];
    for (const path of ['/mcp', '/mcp/state', '/mcp']) sessions.push(await begin(made, 'all', path));
    const status = async (path: string, session?: string): Promise<number> =>
      (await made.send(path, post(LIST, 'all', session))).status;
    expect(await status('/mcp', sessions[0])).toBe(404);
    expect(await status('/mcp', sessions[1])).toBe(404);
    expect(await status('/mcp/state', sessions[1])).toBe(200);
    expect(await status('/mcp', sessions[2])).toBe(200);
  });

  it('begins only with initialize, and other requests without a session reach no server', async () => {
    const state = upstream(register, { protocol: '2025' });
    const { send } = world({ servers: { state: state.place } });
    const headers = { accept: 'text/event-stream' };
    const responses = [
      await send('/mcp/state', post(LIST, 'all')),
      await send('/mcp/state', { headers }),
      await send('/mcp/state', { method: 'DELETE' }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([400, 400, 400]);
    expect(state.methods).toEqual([]);
  });

  it('ends after the idle time', async () => {
    const clock = fakeClock();
    const state = upstream(register);
    const made = world({ servers: { state: state.place }, callers: CALLERS, idleMs: 1000, clock });
    const session = await begin(made, 'ann');
    await clock.advance(5000);
    expect((await made.send('/mcp', post(LIST, 'ann', session))).status).toBe(404);
    expect((await (await made.connect('ann')).listTools()).tools).toHaveLength(1);
  });
});

describe('capabilities of a client', () => {
  it('reach a server only in the form of the protocol', async () => {
    const bodies: string[] = [];
    const intercept = (body: string): undefined => void bodies.push(body);
    const state = upstream(register, { protocol: '2025', intercept });
    const { send } = world({ servers: { state: state.place } });
    const capabilities = { elicitation: { form: { a: 1 }, b: 2 }, sampling: 5, roots: { listChanged: true } };
    const params = { ...INITIALIZE.params, capabilities };
    await (await send('/mcp/state', post({ ...INITIALIZE, params }, 'all'))).text();
    const { params: received } = JSON.parse(bodies[0] ?? '') as {
      params: { capabilities: Record<string, unknown> };
    };
    const { elicitation, sampling, roots } = received.capabilities;
    expect({ elicitation, sampling, roots }).toEqual({
      elicitation: { form: {} },
      sampling: undefined,
      roots: { listChanged: true },
    });
  });

  it('of protocol 2026 with other members share a connection', async () => {
    const state = upstream(register, { protocol: '2025' });
    const { connect } = world({ servers: { state: state.place } });
    for (const member of ['a', 'b', 'c']) {
      const client = await connect('all', { capabilities: { elicitation: { form: { [member]: {} } } } });
      await client.listTools();
    }
    expect(state.methods.filter((method) => method === 'initialize')).toHaveLength(1);
  });
});

describe('the access of a key', () => {
  it('changes at the next request of an open session', async () => {
    const caller: { key: string; mcp: Record<string, readonly string[]> } = {
      key: 'k',
      mcp: { state: ['*'] },
    };
    const { connect } = world({ servers: { state: upstream(register).place }, callers: { k: caller } });
    const client = await connect('k', { protocol: '2025' });
    expect((await client.listTools()).tools).toHaveLength(1);
    caller.mcp = {};
    expect((await client.listTools()).tools).toHaveLength(0);
    await expect(client.callTool({ name: 'state__count' })).rejects.toMatchObject({ code: -32_602 });
  });
});

describe('connections', () => {
  it('are closed above the limit, the longest unused first', async () => {
    const servers = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [name, upstream(register, { protocol: '2025' }).place]),
    );
    const { connect } = world({ servers, callers: CALLERS, maxConnections: 2 });
    const client = await connect('ann', { protocol: '2025' });
    for (const name of ['a', 'b', 'c']) await client.callTool({ name: `${name}__count` });
    expect(await client.callTool({ name: 'c__count' })).toMatchObject({ content: [{ text: '2' }] });
    // The first connection was closed, with the state of its session.
    expect(await client.callTool({ name: 'a__count' })).toMatchObject({ content: [{ text: '1' }] });
  });
});

describe('the gateway', () => {
  it('refuses requests after close', async () => {
    const { mcp, send } = world({ servers: { state: upstream(register).place } });
    await mcp.close();
    expect((await send('/mcp', post(INITIALIZE, 'all'))).status).toBe(503);
  });

  it.each([
    ['an unknown key', '/mcp', post(INITIALIZE, 'none'), 401],
    ['an unknown server', '/mcp/none', post(INITIALIZE, 'all'), 404],
    ['a path below a server', '/mcp/state/x', post(INITIALIZE, 'all'), 404],
    ['another method', '/mcp', { method: 'PUT', body: '{}' }, 405],
    ['a body that is not JSON', '/mcp', { ...post({}, 'all'), body: '{' }, 400],
    [
      'a body with too many elements',
      '/mcp',
      post(
        Array.from({ length: 101 }, () => 1),
        'all',
      ),
      400,
    ],
    ['a body that is too large', '/mcp', post({ a: 'x'.repeat(20_000) }, 'all'), 413],
    [
      'a page of another origin',
      '/mcp',
      { ...post(INITIALIZE, 'all'), headers: { ...JSON_HEADERS, origin: 'https://evil.example' } },
      403,
    ],
  ])('refuses %s', async (_case, path, init, status) => {
    const gateway = { maxElements: 100, maxBodyBytes: 10_000 };
    const { send } = world({ servers: { state: upstream(register).place }, gateway });
    const response = await send(path, init);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
  });

  it('counts an open event stream as a call', async () => {
    const made = world({ servers: { state: upstream(register).place }, gateway: { maxConcurrent: 1 } });
    const { send } = made;
    const headers = { accept: 'text/event-stream', 'mcp-session-id': await begin(made, 'all') };
    const client = new AbortController();
    const stream = await send('/mcp', { headers, signal: client.signal });
    expect(stream.status).toBe(200);
    expect((await send('/mcp', post(INITIALIZE, 'all'))).status).toBe(429);
    client.abort();
    expect((await send('/mcp', post(INITIALIZE, 'all'))).status).toBe(200);
  });
});

describe('options', () => {
  const place = { url: 'https://mcp.example/' };
  it.each([
    ['no servers', {}, 'servers'],
    ['a name with a capital', { servers: { GitHub: place } }, 'servers["GitHub"]'],
    ['a name with two hyphens', { servers: { 'a--b': place } }, 'servers["a--b"]'],
    ['a long name', { servers: { ['a'.repeat(33)]: place } }, 'must have a name'],
    ['a server without an address', { servers: { a: {} } }, 'must have a command or a url'],
    [
      'an address of another scheme',
      { servers: { a: { url: 'ftp://x' } } },
      'must be an http or https address',
    ],
    ['a token without encryption', { servers: { a: { url: 'http://x.example', credential: 't' } } }, 'https'],
    [
      'a tenant with an unknown server',
      { servers: { a: place }, tenants: { t: { b: ['*'] } } },
      'tenants["t"]["b"]',
    ],
    [
      'a host with the name of a server',
      { servers: { a: place }, allowedHosts: ['b', 'a'] },
      'allowedHosts[1]: is the name of a server',
    ],
    ['a tenant with a string', { servers: { a: place }, tenants: { t: { a: '*' } } }, 'tenants["t"]["a"]'],
  ])('with %s are refused', (_case, options, message) => {
    expect(() => world(options as never)).toThrow(message);
  });
});
