import { memoryVault, oauth, secret } from '@majordomo/credentials';
import { defineTool } from '@majordomo/agent';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { serveMcp, type McpOptions, type McpEndpoint, type McpToolbox } from '../src/index.ts';
import { httpServer } from './support/http-server.ts';
import { rejection, run, testToolbox, until } from './support/world.ts';

const requestLog: string[] = [];
const add = defineTool({
  name: 'add',
  description: 'Adds',
  parameters: z.object({ a: z.number() }),
  run: ({ a }) => String(a + 1),
});
const hang = defineTool({
  name: 'hang',
  description: 'Hangs',
  parameters: z.object({}),
  run: (_args, { signal }) =>
    new Promise<string>(() => {
      requestLog.push('hang');
      signal.addEventListener('abort', () => {
        requestLog.push('aborted');
      });
    }),
});

const newServer = () => serveMcp({ name: 'http', version: '1.0.0', tools: [add, hang], sessions: 10 });

async function connected(place: McpEndpoint, options: Partial<McpOptions> = {}): Promise<McpToolbox> {
  return testToolbox({ name: 'h', prefix: '', place, ...options });
}

const two = [{ type: 'text', text: '2' }];

describe('a server over HTTP', () => {
  it('is notified of an abort', async () => {
    requestLog.length = 0;
    const serving = newServer();
    const { url } = await httpServer((request) => serving.fetch(request));
    const box = await connected({ url });
    const controller = new AbortController();
    const outcome = rejection(run(box, 'hang', {}, { signal: controller.signal }));
    await until(() => requestLog.includes('hang'));
    controller.abort();
    expect(await outcome).toMatchObject({ kind: 'aborted' });
    await until(() => requestLog.includes('aborted'));
    await serving.close();
  });

  it('that lost the session is called again in a new one', async () => {
    let serving = newServer();
    const { url } = await httpServer((request) => serving.fetch(request));
    const events: string[] = [];
    const box = await connected({ url }, { protocol: '2025', onEvent: ({ type }) => void events.push(type) });
    serving = newServer();
    expect(await run(box, 'add', { a: 1 })).toEqual(two);
    expect(events).toEqual(['connected', 'closed', 'connected']);
  });

  it('that is gone fails the call, and is reconnected when it is back', async () => {
    const serving = newServer();
    const first = await httpServer((request) => serving.fetch(request));
    const box = await connected({ url: first.url });
    await first.stop();
    expect(await rejection(run(box, 'add', { a: 1 }))).toMatchObject({ kind: 'network' });
    expect(await rejection(run(box, 'add', { a: 1 }))).toMatchObject({ kind: 'network' });
    await httpServer((request) => serving.fetch(request), first.port);
    expect(await run(box, 'add', { a: 1 })).toEqual(two);
  });

  it('that is cut during a response fails the call at once', async () => {
    const serving = newServer();
    const server = await httpServer((request) => serving.fetch(request));
    const box = await connected({ url: server.url }, { clock: fakeClock() });
    requestLog.length = 0;
    const outcome = rejection(run(box, 'hang'));
    await until(() => requestLog.includes('hang'));
    await server.stop();
    expect(await outcome).toMatchObject({ kind: 'network' });
  });

  it('that ends its stream without a response fails the call at once', async () => {
    const serving = newServer();
    const { url } = await httpServer(async (request) => {
      const body = await request.clone().text();
      if (!body.includes('tools/call')) return serving.fetch(request);
      return new Response(': nothing\n\n', { headers: { 'content-type': 'text/event-stream' } });
    });
    const box = await connected({ url }, { clock: fakeClock() });
    expect(await rejection(run(box, 'add', { a: 1 }))).toMatchObject({
      kind: 'network',
      message: expect.stringContaining('closed before the response') as string,
    });
  });

  it('that cuts one call completes the others', async () => {
    const serving = newServer();
    let answer: () => void = () => undefined;
    const cut = new Promise<void>((resolve) => (answer = resolve));
    const { url } = await httpServer(async (request) => {
      const body = await request.clone().text();
      if (body.includes('"a":1')) return undefined;
      if (body.includes('"a":2')) await cut;
      return serving.fetch(request);
    });
    const box = await connected({ url }, { clock: fakeClock() });
    const other = run(box, 'add', { a: 2 });
    expect(await rejection(run(box, 'add', { a: 1 }))).toMatchObject({ kind: 'network' });
    answer();
    expect(await other).toEqual([{ type: 'text', text: '3' }]);
  });

  it('is notified when the client leaves, and deletes the session', async () => {
    const serving = newServer();
    const methods: string[] = [];
    const { url } = await httpServer((request) => {
      methods.push(request.method);
      return serving.fetch(request);
    });
    const box = await connected({ url }, { protocol: '2025' });
    await box.close();
    expect(methods).toContain('DELETE');
  });

  it('that does not respond to it is left anyway', async () => {
    const serving = newServer();
    const { url } = await httpServer((request) =>
      request.method === 'DELETE' ? new Promise(() => undefined) : serving.fetch(request),
    );
    const box = await connected({ url }, { protocol: '2025' });
    await box.close();
  });

  it('has no tools if it offers none, without output to the console', async () => {
    const spies = (['log', 'debug', 'info', 'warn', 'error'] as const).map((level) =>
      vi.spyOn(console, level),
    );
    const { url } = await httpServer(async (request) => {
      const { id, method, params } = JSON.parse((await request.text()) || '{}') as {
        id?: number;
        method?: string;
        params?: { protocolVersion?: string };
      };
      if (method !== 'initialize')
        return new Response(null, { status: request.method === 'GET' ? 405 : 202 });
      const protocolVersion = params?.protocolVersion;
      const result = { protocolVersion, capabilities: {}, serverInfo: { name: 'bare', version: '1' } };
      return Response.json({ jsonrpc: '2.0', id, result });
    });
    const box = await connected({ url }, { protocol: '2025' });
    expect(box.tools).toEqual([]);
    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([]);
    vi.restoreAllMocks();
  });

  it.each([
    [503, 'overloaded'],
    [429, 'rate-limit'],
    [401, 'auth'],
    [403, 'auth'],
    [500, 'server'],
  ])('that returns status %d is an error of kind %s', async (status, kind) => {
    const { url } = await httpServer(() => Promise.resolve(new Response('no', { status })));
    expect(await rejection(connected({ url }))).toMatchObject({ kind });
  });

  it('that sends an event without an end is left', async () => {
    const serving = newServer();
    const { url } = await httpServer(async (request) => {
      const body = await request.clone().text();
      if (!body.includes('tools/call')) return serving.fetch(request);
      // More than is allowed, and then silence.
      const endless = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let n = 0; n < 12; n++)
            controller.enqueue(new TextEncoder().encode(`data: ${'x'.repeat(1024 * 1024)}\n`));
        },
      });
      return new Response(endless, { headers: { 'content-type': 'text/event-stream' } });
    });
    const box = await connected({ url }, { timeoutMs: 1000 });
    expect(await rejection(run(box, 'add', { a: 1 }))).toMatchObject({ name: 'LlmError' });
  });

  it('that redirects to another origin is not followed', async () => {
    const strangers: string[] = [];
    const stranger = await httpServer((request) => {
      strangers.push(request.headers.get('authorization') ?? 'none');
      return Promise.resolve(new Response('', { status: 200 }));
    });
    const { url } = await httpServer(() => Promise.resolve(Response.redirect(stranger.url, 307)));
    expect(await rejection(connected({ url, credential: 'key-of-mine' }))).toMatchObject({
      name: 'LlmError',
    });
    expect(strangers).toEqual([]);
  });
});

describe('a server that wants a login', () => {
  it('receives the renewed token of a login, once for all calls, and after a 401', async () => {
    let valid = 'token-1';
    let refreshes = 0;
    const authority = await httpServer(() => {
      refreshes += 1;
      valid = `token-${refreshes + 1}`;
      return Promise.resolve(
        Response.json({ access_token: valid, token_type: 'bearer', expires_in: 3600, refresh_token: 'r' }),
      );
    });
    const serving = newServer();
    const { url } = await httpServer((request) =>
      request.headers.get('authorization') === `Bearer ${valid}`
        ? serving.fetch(request)
        : Promise.resolve(new Response('', { status: 401 })),
    );
    const vault = memoryVault();
    await vault.update('login', () => ({
      kind: 'oauth',
      value: secret('token-0'),
      refresh: secret('r'),
      expiresAt: Date.now() - 1000,
    }));
    const login = oauth({ vault, name: 'login', clientId: 'app', endpoints: { token: authority.url } });
    const box = await connected({ url, credential: login.credential });
    await Promise.all([1, 2, 3].map(() => run(box, 'add', { a: 1 })));
    expect(refreshes).toBe(1);
    valid = 'revoked by the server';
    expect(await run(box, 'add', { a: 1 })).toEqual(two);
    expect(refreshes).toBe(2);
  });

  it('without one reports that, and shows no key', async () => {
    const { url } = await httpServer((request) =>
      Promise.resolve(
        new Response(`you sent ${request.headers.get('authorization') ?? ''}`, { status: 401 }),
      ),
    );
    const error = await rejection(connected({ url, credential: 'very-secret-key' }));
    expect(error).toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('place.credential') as string,
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('very-secret-key');
    const forbidden = await httpServer((request) =>
      Promise.resolve(new Response(`you sent ${request.headers.get('x-key') ?? ''}`, { status: 403 })),
    );
    const failure = await rejection(
      connected({ url: forbidden.url, headers: { 'x-key': 'very-secret-key' } }),
    );
    expect(JSON.stringify(failure) + String(failure)).not.toContain('very-secret-key');
  });

  it.each([
    ['header', { headers: { authorization: 'Bearer very-secret-key' } }],
    ['login', { credential: () => Promise.resolve('very-secret-key') }],
  ])('and repeats the key of a %s without its scheme, shows none', async (_what, place) => {
    const { url } = await httpServer((request) => {
      const key = request.headers.get('authorization')?.split(' ')[1] ?? '';
      return Promise.resolve(new Response(`no such key: ${key}`, { status: 500 }));
    });
    const error = await rejection(connected({ url, ...place }));
    expect(error).toMatchObject({ message: expect.stringContaining('no such key: ***') as string });
  });
});
