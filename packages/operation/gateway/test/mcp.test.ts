import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it, vi } from 'vitest';
import {
  createGateway,
  type Caller,
  type GatewayOptions,
  type McpContext,
  type RequestEvent,
} from '../src/index.ts';

const majordomo = createMajordomo({ providers: [fakeProvider({ id: 'fake' })] });

function setUp(fetch: NonNullable<GatewayOptions['mcp']>['fetch'], others: Partial<GatewayOptions> = {}) {
  const requests: RequestEvent[] = [];
  const gateway = createGateway({
    majordomo,
    models: { smart: 'fake/model' },
    authorize: ({ headers }) => (headers.has('authorization') ? { key: 'k', tenant: 't' } : undefined),
    onRequest: (event) => {
      requests.push(event);
    },
    mcp: { fetch },
    ...others,
  });
  const send = (path: string, init: RequestInit = {}): Promise<Response> =>
    gateway.fetch(
      new Request(`http://gateway.test${path}`, { headers: { authorization: 'Bearer x' }, ...init }),
    );
  return { send, requests };
}

describe('the option mcp', () => {
  it('receives the caller, the server and the body of a request', async () => {
    const contexts: McpContext[] = [];
    const { send, requests } = setUp((_request, context) => {
      contexts.push(context);
      return Promise.resolve(Response.json({ ok: true }, { headers: { 'mcp-session-id': 's1' } }));
    });
    const response = await send('/mcp/git-hub', { method: 'POST', body: '{"id":1}' });
    expect(await response.json()).toEqual({ ok: true });
    expect(response.headers.get('mcp-session-id')).toBe('s1');
    await send('/mcp');
    expect(contexts).toMatchObject([
      {
        server: 'git-hub',
        body: { id: 1 },
        caller: { key: 'k' },
        call: { tenant: 't', metadata: { key: 'k' } },
      },
      { server: undefined, body: undefined },
    ]);
    expect(contexts.map(({ ended }) => ended.aborted)).toEqual([true, true]);
    expect(requests.map(({ route, wire, isStreamed }) => [route, wire, isStreamed])).toEqual([
      ['/mcp/:name', 'mcp', false],
      ['/mcp', 'mcp', false],
    ]);
  });

  it('reports a stream when it has ended, and holds its place until then', async () => {
    let context: McpContext | undefined;
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
    const { send, requests } = setUp(
      (_request, given) => {
        context = given;
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            stream = controller;
          },
        });
        return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
      },
      { maxConcurrent: 1 },
    );
    const response = await send('/mcp');
    expect([requests.length, context?.ended.aborted, (await send('/mcp')).status]).toEqual([0, false, 429]);
    stream?.enqueue(new TextEncoder().encode('data: 1\n\n'));
    stream?.close();
    expect(await response.text()).toBe('data: 1\n\n');
    expect(context?.ended.aborted).toBe(true);
    expect(requests.at(-1)).toMatchObject({ isStreamed: true, status: 200 });
    expect((await send('/mcp')).status).toBe(200);
  });

  it.each([
    ['is refused', undefined],
    ['may use other servers', { key: 'k', tenant: 't', mcp: {} }],
  ])('ends a stream of notifications within a minute after its caller %s', async (_name, changed) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const contexts: McpContext[] = [];
      let caller: Caller | undefined = { key: 'k', tenant: 't' };
      const { send, requests } = setUp(
        (_request, given) => {
          contexts.push(given);
          const headers = { 'content-type': 'text/event-stream' };
          return Promise.resolve(new Response(new ReadableStream(), { headers }));
        },
        { authorize: () => caller },
      );
      const listen = JSON.stringify({ method: 'subscriptions/listen' });
      const call = JSON.stringify({ method: 'tools/call' });
      const [stream, listening] = await Promise.all([
        send('/mcp'),
        send('/mcp', { method: 'POST', body: listen }),
        send('/mcp', { method: 'POST', body: call }),
      ]);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(contexts.map(({ ended }) => ended.aborted)).toEqual([false, false, false]);
      caller = changed;
      await vi.advanceTimersByTimeAsync(60_000);
      expect([await stream.text(), await listening.text()]).toEqual(['', '']);
      expect(contexts.map(({ ended }) => ended.aborted)).toEqual([true, true, false]);
      expect(requests).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends a stream whose events wait for a client that does not read', async () => {
    let isCancelled = false;
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
    let context: McpContext | undefined;
    const { send } = setUp((_request, given) => {
      context = given;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          stream = controller;
        },
        cancel() {
          isCancelled = true;
        },
      });
      return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    });
    const response = await send('/mcp');
    const megabyte = new Uint8Array(1024 * 1024);
    for (let count = 0; count < 16; count++) stream?.enqueue(megabyte);
    await expect.poll(() => isCancelled).toBe(true);
    await expect(response.arrayBuffer()).rejects.toThrow('the client reads too slowly');
    expect(context?.ended.aborted).toBe(true);
  });

  it('answers refusals, and failures of the handler, with errors of JSON-RPC', async () => {
    const { send } = setUp(() => Promise.reject(new Error('secret')));
    const failed = await send('/mcp');
    expect([failed.status, await failed.json()]).toEqual([
      502,
      {
        jsonrpc: '2.0',
        error: {
          code: -32_603,
          message: expect.not.stringContaining('secret') as string,
          data: { type: 'config' },
        },
        id: null,
      },
    ]);
    const unknown = await send('/mcp', { headers: {} });
    expect([unknown.status, await unknown.json()]).toMatchObject([401, { error: { code: -32_000 } }]);
    const invalid = await send('/mcp', { method: 'POST', body: '{' });
    expect([invalid.status, await invalid.json()]).toMatchObject([400, { error: { code: -32_700 } }]);
  });

  it('has its paths: without the option, they are not served, and with it, a route cannot have them', async () => {
    const route = () => Promise.resolve(new Response('own'));
    const { send } = setUp(route, { mcp: undefined });
    expect((await send('/mcp')).status).toBe(404);
    const { send: sendOwn } = setUp(route, { mcp: undefined, routes: { '/mcp': route } });
    expect(await (await sendOwn('/mcp')).text()).toBe('own');
    expect(() => setUp(route, { routes: { '/mcp/*': route } })).toThrow('a built-in route answers this path');
  });
});
