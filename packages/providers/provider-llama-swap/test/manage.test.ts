import { LlmError } from '@majordomo/core';
import { answers, SSE_TYPE, testServer, type Answer } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createLlamaSwap, type SwapEvent } from '../src/index.ts';

const eventLine = (type: string, data: unknown): string =>
  `event:message\ndata:${JSON.stringify({ type, data: JSON.stringify(data) })}\n\n`;
const kindOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'nothing was thrown',
    (error: unknown) => (LlmError.is(error) ? error.kind : String(error)),
  );

describe('running models', () => {
  it('are listed without unknown members', async () => {
    const running = [
      {
        model: 'qwen3:30b',
        state: 'ready',
        cmd: 'llama-server -m q',
        proxy: 'http://127.0.0.1:5800',
        ttl: 300,
        name: '',
        description: 'Thinks.',
        gpu: 7,
      },
      { model: 'm', state: 'warming' },
      { state: 'ready' },
    ];
    await using server = await testServer(answers({ running, more: 1 }));
    const list = await createLlamaSwap({ baseURL: `${server.origin}/v1`, apiKey: 'k' }).running();
    expect(list).toEqual([
      {
        model: 'qwen3:30b',
        state: 'ready',
        cmd: 'llama-server -m q',
        proxy: 'http://127.0.0.1:5800',
        ttl: 300,
        name: undefined,
        description: 'Thinks.',
      },
      { model: 'm', state: 'warming' },
    ]);
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      path: '/running',
      headers: { authorization: 'Bearer k' },
    });
  });

  it('are protocol if they are not a list', async () => {
    await using server = await testServer(answers({}));
    expect(await kindOf(createLlamaSwap({ baseURL: server.origin }).running())).toBe('protocol');
  });
});

describe('unloading', () => {
  const ok: Answer = (response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('OK');

  it('of one and of all models is not a GET', async () => {
    await using server = await testServer(ok);
    const swap = createLlamaSwap({ baseURL: server.origin });
    await swap.unload('author/model v1');
    await swap.unload();
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/models/unload/author/model%20v1',
      'POST /api/models/unload',
    ]);
  });

  it.each(['..', '../../v1', 'a/./b'])(
    'of %j is rejected, because it would change the URL',
    async (model) => {
      await using server = await testServer(ok);
      await expect(createLlamaSwap({ baseURL: server.origin }).unload(model)).rejects.toMatchObject({
        kind: 'invalid-request',
      });
      expect(server.requests).toEqual([]);
    },
  );

  it.each<[body: string, headers: Record<string, string>]>([
    ['model not found', { 'content-type': 'text/plain' }],
    ['{"error":"model not found","src":"llama-swap"}', { 'content-type': 'application/json' }],
    ['{"error":{"message":"model not found","code":404}}', { 'content-type': 'application/json' }],
  ])('of a missing model is not-found: %s', async (body, headers) => {
    await using server = await testServer((response) => void response.writeHead(404, headers).end(body));
    const error: unknown = await createLlamaSwap({ baseURL: server.origin })
      .unload('nope')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'not-found', details: { status: 404, target: 'llama-swap' } });
    expect(String(error)).toContain('answered 404: model not found');
  });
});

describe('a management call', () => {
  it('with a wrong key fails with auth and hides it', async () => {
    await using server = await testServer(answers({ error: 'bad key secret-1234' }, 401));
    const error: unknown = await createLlamaSwap({ baseURL: server.origin, apiKey: 'secret-1234' })
      .running()
      .catch((thrown: unknown) => thrown);
    expect(LlmError.is(error, 'auth')).toBe(true);
    expect(JSON.stringify(error) + String(error)).not.toContain('secret-1234');
  });

  it('accepts headers and a signal', async () => {
    await using server = await testServer((response, { path }) =>
      path === '/running' ? undefined : answers({ version: 'v1' })(response),
    );
    const swap = createLlamaSwap({ baseURL: server.origin, headers: { 'X-Team': 'a' } });
    await swap.version({ headers: { 'x-team': 'b', 'x-own': 'c' } });
    expect(server.requests[0]?.headers).toMatchObject({ 'x-team': 'a', 'x-own': 'c' });
    const controller = new AbortController();
    const call = kindOf(swap.running({ signal: controller.signal }));
    const request = await server.request(1);
    controller.abort();
    expect(await call).toBe('aborted');
    await request.closed;
  });

  it('to a missing server is a network error', async () => {
    await using server = await testServer(() => undefined);
    const swap = createLlamaSwap({ baseURL: server.origin });
    await server[Symbol.asyncDispose]();
    expect(await kindOf(swap.running())).toBe('network');
    expect(await swap.health()).toBe(false);
  });

  it('returns health and version', async () => {
    await using server = await testServer((response, { path }) =>
      answers(path === '/health' ? 'OK' : { version: 'v240', commit: 'abc', build_date: 'd' })(response),
    );
    const swap = createLlamaSwap({ baseURL: server.origin });
    expect(await swap.health()).toBe(true);
    expect(await swap.version()).toEqual({ version: 'v240', commit: 'abc', buildDate: 'd' });
    expect(server.requests.map(({ path }) => path)).toEqual(['/health', '/api/version']);
  });
});

describe('events', () => {
  const take = async (source: AsyncIterable<SwapEvent>, count: number): Promise<SwapEvent[]> => {
    const events: SwapEvent[] = [];
    for await (const event of source) if (events.push(event) === count) break;
    return events;
  };

  it('are decoded, with unknown types and without invalid lines', async () => {
    await using server = await testServer((response) => {
      response.writeHead(200, SSE_TYPE);
      response.write(eventLine('modelStatus', [{ id: 'm', state: 'ready' }]));
      response.write('event:message\ndata:no json\n\ndata:{"no":"type"}\n\n');
      response.write(`data:${JSON.stringify({ type: 'later', data: 'no json' })}\n\n`);
      response.write(`data:${JSON.stringify({ type: 'plain', data: { n: 1 } })}\n\n`);
      response.write(eventLine('logData', { source: 'proxy', data: 'Zeile ü\n' }));
    });
    expect(await take(createLlamaSwap({ baseURL: server.origin }).events(), 4)).toEqual([
      { type: 'modelStatus', data: [{ id: 'm', state: 'ready' }] },
      { type: 'later', data: 'no json' },
      { type: 'plain', data: { n: 1 } },
      { type: 'logData', data: { source: 'proxy', data: 'Zeile ü\n' } },
    ]);
    expect(server.requests[0]).toMatchObject({
      path: '/api/events',
      headers: { accept: 'text/event-stream' },
    });
    await (
      await server.request(0)
    ).closed;
  });

  it('continue after a lost connection', async () => {
    let connection = 0;
    await using server = await testServer((response) => {
      connection++;
      if (connection === 3) {
        response.writeHead(503).end('loading');
        return;
      }
      response.writeHead(200, SSE_TYPE).write(eventLine('activity', { id: connection }), () => {
        if (connection === 1) response.end();
        if (connection === 2) response.destroy();
      });
    });
    const events = createLlamaSwap({ baseURL: server.origin }).events({ reconnectMs: 1 });
    expect((await take(events, 3)).map(({ data }) => data)).toEqual([{ id: 1 }, { id: 2 }, { id: 4 }]);
  });

  it('of a server without events, or without a connection, are an error', async () => {
    await using server = await testServer(answers('404 page not found', 404));
    const swap = createLlamaSwap({ baseURL: server.origin });
    expect(await kindOf(take(swap.events(), 1))).toBe('not-found');
    await server[Symbol.asyncDispose]();
    expect(await kindOf(take(swap.events(), 1))).toBe('network');
  });

  it('end on abort, also between two connections', async () => {
    await using server = await testServer((response) => {
      response.writeHead(200, SSE_TYPE).end(eventLine('activity', { id: 1 }));
    });
    const controller = new AbortController();
    const swap = createLlamaSwap({ baseURL: server.origin });
    const watched: SwapEvent[] = [];
    const watch = async (): Promise<void> => {
      const options = { reconnectMs: 60_000, signal: controller.signal };
      for await (const event of swap.events(options)) {
        watched.push(event);
        setImmediate(() => {
          controller.abort();
        });
      }
    };
    expect(await kindOf(watch())).toBe('aborted');
    expect(watched).toHaveLength(1);
    expect(server.requests).toHaveLength(1);
  });
});

describe('logs', () => {
  it('arrive in fragments of complete characters', async () => {
    const bytes = new TextEncoder().encode('gestern\nheute: ü\n');
    await using server = await testServer((response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write(bytes.subarray(0, -2), () => response.end(bytes.subarray(-2)));
    });
    let text = '';
    for await (const chunk of createLlamaSwap({ baseURL: server.origin }).logs()) text += chunk;
    expect(text).toBe('gestern\nheute: ü\n');
  });

  it.each([
    [{}, '/logs/stream'],
    [{ history: false }, '/logs/stream?no-history'],
    [{ source: 'upstream', history: false }, '/logs/stream/upstream?no-history'],
  ] as const)(
    'with %j are requested at %s; leaving the loop closes the connection',
    async (options, path) => {
      await using server = await testServer((response) => {
        response.writeHead(200, { 'content-type': 'text/plain' }).write('line\n');
      });
      for await (const chunk of createLlamaSwap({ baseURL: server.origin }).logs(options)) {
        expect(chunk).toBe('line\n');
        break;
      }
      const request = await server.request(0);
      expect(request.path).toBe(path);
      await request.closed;
    },
  );

  it('end on abort', async () => {
    await using server = await testServer((response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).write('line\n');
    });
    const controller = new AbortController();
    const read = async (): Promise<void> => {
      const logs = createLlamaSwap({ baseURL: server.origin }).logs({ signal: controller.signal });
      for await (const _ of logs) controller.abort();
    };
    expect(await kindOf(read())).toBe('aborted');
  });
});
