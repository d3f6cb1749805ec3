import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { createLedger, memoryStore, type SpendRecord } from '@majordomo/ledger';
import { systemClock } from '@majordomo/core';
import { deferred } from '@majordomo/test-support';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Sockets } from '../src/node/sockets/sockets.ts';
import { serve } from '../src/node.ts';
import { ENDS, openSocket } from './support/socket-client.ts';
import { startGateway } from './support/test-gateway.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an upgrade to a socket', () => {
  it.each([
    [{ authorization: 'Bearer unknown' }, 401, 'invalid_api_key'],
    [{ origin: 'https://page.test' }, 403, 'forbidden'],
  ])('with the headers %j is refused with %d and the code %s', async (headers, status, code) => {
    await using testGateway = await startGateway({ sockets: true });
    const socket = new WebSocket(`${testGateway.url.replace('http', 'ws')}/v1/responses`, {
      headers: { authorization: 'Bearer key-of-team-a', ...headers },
    });
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      NodeJS.ReadableStream & { statusCode: number },
    ];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    expect([response.statusCode, JSON.parse(body)]).toMatchObject([status, { error: { code } }]);
  });
});

describe('a message', () => {
  it.each<[string, string | Buffer, object]>([
    ['that is not JSON', '{', { error: { message: 'the body is not valid JSON' } }],
    ['that is empty', '', { error: { message: 'the body is missing' } }],
    ['that is binary', Buffer.from('{}'), { error: { message: 'the body must be text, not binary' } }],
    ['that is not an object', '[]', { error: { message: 'the body must be an object, not an array' } }],
    ['of another type', '{"type":"x"}', { error: { param: 'type' } }],
    [
      'without a model',
      '{"type":"response.create","input":"hi","stream_id":"a"}',
      { stream_id: 'a', error: { param: 'model' } },
    ],
    ['without an input', '{"type":"response.create","model":"gpt"}', { error: { param: 'input' } }],
    [
      'with an invalid stream_id',
      '{"type":"response.create","model":"gpt","input":"hi","stream_id":""}',
      { error: { param: 'stream_id', code: 'invalid_stream_id' } },
    ],
    [
      'with `background`',
      '{"type":"response.create","model":"gpt","input":"hi","background":true}',
      { error: { param: 'background' } },
    ],
    [
      'that is nested too deeply',
      `{"type":"response.create","model":"gpt","input":${'['.repeat(1000)}${']'.repeat(1000)}}`,
      { error: { message: expect.stringContaining('is nested more than 500 levels deep') as string } },
    ],
  ])('%s is refused, and the socket stays usable', async (_, text, expected) => {
    await using testGateway = await startGateway({ sockets: true });
    await using client = await openSocket(testGateway.url);
    client.socket.send(text);
    expect(await client.next('error')).toMatchObject({ type: 'error', status: 400, ...expected });
    client.create();
    await client.next('response.completed');
  });

  it('above the maximum size of a body closes the socket with 1009', async () => {
    await using testGateway = await startGateway({ sockets: true, gateway: { maxBodyBytes: 1000 } });
    await using client = await openSocket(testGateway.url);
    client.create({ input: 'x'.repeat(1000) });
    expect(await client.closed).toBe(1009);
  });

  it('`response.steer` is answered with its input', async () => {
    await using testGateway = await startGateway({ sockets: true });
    await using client = await openSocket(testGateway.url);
    const steer = { previous_response_id: 'resp_1', input: 'stop' };
    client.socket.send(JSON.stringify({ type: 'response.steer', ...steer }));
    expect(await client.next('response.steer.failed')).toMatchObject({
      steer,
      error: { code: 'steering_not_supported' },
    });
  });
});

describe('a socket', () => {
  it('has at most 32 named lanes, and a default lane', async () => {
    await using testGateway = await startGateway({ sockets: true });
    await using client = await openSocket(testGateway.url);
    client.create({ generate: false });
    for (let n = 0; n < 32; n++) client.create({ generate: false, stream_id: `lane.${n}` });
    for (let n = 0; n < 33; n++) await client.next('response.completed');
    client.create({ stream_id: 'lane.32' });
    expect(await client.next(...ENDS)).toMatchObject({
      type: 'error',
      status: 400,
      stream_id: 'lane.32',
      error: { code: 'websocket_stream_limit_reached', param: 'stream_id' },
    });
    client.create({ stream_id: 'lane.0', generate: false });
    await client.next('response.completed');
  });

  it('forgets conversations of other lanes if all together are larger than a body may be', async () => {
    await using testGateway = await startGateway({ sockets: true, gateway: { maxBodyBytes: 10_000 } });
    await using client = await openSocket(testGateway.url);
    const ids: (string | undefined)[] = [];
    for (const lane of ['a', 'b', 'c']) {
      client.create({ stream_id: lane, generate: false, input: lane.repeat(4000) });
      ids.push((await client.next('response.completed')).response?.id);
    }
    const results: unknown[] = [];
    for (const [at, lane] of ['a', 'b', 'c'].entries()) {
      client.create({ stream_id: lane, previous_response_id: ids[at] });
      const { type, error } = await client.next(...ENDS);
      results.push(error?.code ?? type);
    }
    expect(results).toEqual(['previous_response_not_found', 'response.completed', 'response.completed']);
  });

  it('runs 16 requests at once, lets 112 wait, and refuses others', async () => {
    const { promise: opened, resolve: open } = deferred();
    let started = 0;
    const all = deferred();
    await using testGateway = await startGateway({
      sockets: true,
      anthropic: async () => {
        started += 1;
        if (started === 16) all.resolve();
        await opened;
        return 'hello';
      },
    });
    await using client = await openSocket(testGateway.url);
    for (let n = 0; n < 128; n++) client.create({ stream_id: `lane${n % 20}` });
    await all.promise;
    client.create();
    expect(await client.next(...ENDS)).toMatchObject({
      type: 'error',
      status: 429,
      error: { code: 'rate_limit_exceeded' },
    });
    expect(started).toBe(16);
    open();
    for (let n = 0; n < 128; n++) await client.next('response.completed');
    expect(started).toBe(128);
  });

  it('is closed if its client reads nothing of a response for `idleMs`', async () => {
    const { promise: ended, resolve: onEnd } = deferred();
    await using testGateway = await startGateway({
      sockets: true,
      anthropic: () => ({ parts: [{ type: 'text', text: 'x'.repeat(12_000_000), chunks: 40 }] }),
      gateway: {
        idleMs: 200,
        onRequest: ({ method }) => {
          if (method === 'POST') onEnd();
        },
      },
    });
    await using client = await openSocket(testGateway.url);
    client.socket.pause();
    client.create();
    await ended;
    client.socket.resume();
    expect(await client.closed).toBe(1006);
    expect(client.messages.some(({ type }) => type === 'response.completed')).toBe(false);
  });

  it('ends after 60 minutes with an error, but not within a response', async () => {
    const { promise: answer, resolve: give } = deferred<string>();
    await using testGateway = await startGateway({ sockets: true, anthropic: () => answer });
    const timer = vi.spyOn(systemClock, 'timer');
    await using client = await openSocket(testGateway.url);
    const [, endLifetime] = timer.mock.calls.find(([ms]) => ms === 3_600_000) ?? [];
    client.create();
    await testGateway.anthropic.request(0);
    endLifetime?.();
    give('hello');
    expect((await client.next(...ENDS)).type).toBe('response.completed');
    expect(await client.next(...ENDS)).toMatchObject({
      type: 'error',
      status: 400,
      error: { code: 'websocket_connection_limit_reached' },
    });
    expect(await client.closed).toBe(1001);
  });
});

describe('a warm-up', () => {
  it.each<[object, string]>([
    [{ input: [{}] }, 'input[0].role'],
    [{ input: [{ role: 'user', content: 5 }] }, 'input[0].content'],
    [{ tools: [{}] }, 'tools[0].type'],
    [{ model: 'unknown' }, 'model'],
    [{ input: Array.from({ length: 10_001 }, () => ({})) }, 'input'],
  ])('is checked like a request: %#', async (members, param) => {
    await using testGateway = await startGateway({ sockets: true });
    await using client = await openSocket(testGateway.url);
    client.create({ generate: false, ...members });
    expect(await client.next(...ENDS)).toMatchObject({ type: 'error', error: { param } });
    expect(testGateway.anthropic.requests).toHaveLength(0);
  });

  it('counts for maxConcurrent', async () => {
    await using testGateway = await startGateway({ sockets: true, gateway: { maxConcurrent: 1 } });
    await using client = await openSocket(testGateway.url);
    client.create({ generate: false });
    expect(await client.next(...ENDS)).toMatchObject({ type: 'error', status: 429 });
  });
});

describe('the sockets of a caller', () => {
  const refusedWith = async (opening: Promise<unknown>): Promise<string> =>
    opening.then(
      () => 'opened',
      (error: unknown) => (error as Error).message,
    );

  it('are at most maxSockets, and count for maxConcurrent', async () => {
    await using testGateway = await startGateway({
      sockets: true,
      gateway: { maxSockets: 2, maxConcurrent: 3 },
    });
    const { url } = testGateway;
    const first = await openSocket(url);
    await using _second = await openSocket(url);
    expect(await refusedWith(openSocket(url))).toContain('429');
    await using _other = await openSocket(url, { authorization: 'Bearer key-of-team-b' });
    expect(await refusedWith(openSocket(url, { authorization: 'Bearer key-of-team-b' }))).toContain('429');
    await first[Symbol.asyncDispose]();
    await using again = await openSocket(url);
    expect(again.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('keep conversations of at most maxBodyBytes together', async () => {
    await using testGateway = await startGateway({ sockets: true, gateway: { maxBodyBytes: 10_000 } });
    const first = await openSocket(testGateway.url);
    await using second = await openSocket(testGateway.url);
    await using other = await openSocket(testGateway.url, { authorization: 'Bearer key-of-team-b' });
    const warmUp = async (client: typeof first): Promise<string | undefined> => {
      client.create({ generate: false, input: 'x'.repeat(6000) });
      return (await client.next('response.completed')).response?.id;
    };
    const resultOf = async (client: typeof first, id: string | undefined): Promise<string> => {
      client.create({ previous_response_id: id });
      const { type, error } = await client.next(...ENDS);
      return error?.code ?? type;
    };
    const ids = [await warmUp(first), await warmUp(second), await warmUp(other)];
    expect(await resultOf(first, ids[0])).toBe('response.completed');
    expect(await resultOf(second, ids[1])).toBe('previous_response_not_found');
    expect(await resultOf(other, ids[2])).toBe('response.completed');
    await first[Symbol.asyncDispose]();
    // The server releases the conversation when it notices that the socket is closed.
    await expect.poll(async () => resultOf(second, await warmUp(second))).toBe('response.completed');
  });

  it('receive at most maxBodyBytes of incomplete messages together', async () => {
    await using testGateway = await startGateway({ sockets: true, gateway: { maxBodyBytes: 1_000_000 } });
    await using first = await openSocket(testGateway.url);
    await using second = await openSocket(testGateway.url);
    const sendPart = (client: typeof first): Promise<unknown> =>
      new Promise((resolve) => {
        client.socket.send('x'.repeat(900_000), { fin: false }, resolve);
      });
    await sendPart(first);
    await sendPart(second);
    const closed = [first, second].map(async (client, at) => [at, await client.closed]);
    expect(await Promise.race(closed)).toEqual([expect.any(Number), 1006]);
  });

  it('are ended if the chunks of a message are too small, and not by pings', async () => {
    await using testGateway = await startGateway({ sockets: true });
    await using client = await openSocket(testGateway.url);
    const sendChunks = async (send: () => void): Promise<void> => {
      for (let sent = 0; sent < 6000 && client.socket.readyState === WebSocket.OPEN; sent++) {
        send();
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    };
    await sendChunks(() => {
      client.socket.ping();
    });
    client.create();
    await client.next('response.completed');
    const { _socket: connection } = client.socket as unknown as { readonly _socket: Socket };
    connection.setNoDelay(true);
    // Head of a masked text message of 60,000 bytes.
    connection.write(Uint8Array.of(0x81, 0xfe, 60_000 >> 8, 60_000 & 0xff, 0, 0, 0, 0));
    await sendChunks(() => connection.write('x'));
    expect(await client.closed).toBe(1006);
  });

  it('are refused if the gateway receives no context', async () => {
    const { gateway, ...testGateway } = await startGateway();
    const served = await serve({ fetch: (request) => gateway.fetch(request) }, { port: 0, sockets: true });
    expect(await refusedWith(openSocket(served.url))).toContain('400');
    await served.close(0);
    await testGateway[Symbol.asyncDispose]();
  });
});

describe('a gateway that stops', () => {
  it('finishes the request in progress, refuses others, and closes the socket with 1001', async () => {
    const { promise: answer, resolve: give } = deferred<string>();
    await using testGateway = await startGateway({ sockets: true, anthropic: () => answer });
    await using busy = await openSocket(testGateway.url);
    await using idle = await openSocket(testGateway.url);
    busy.create();
    await testGateway.anthropic.request(0);
    const stopped = testGateway.close();
    expect(await idle.closed).toBe(1001);
    busy.create();
    expect(await busy.next(...ENDS)).toMatchObject({
      type: 'error',
      status: 503,
      error: { code: 'unavailable' },
    });
    give('hello');
    expect((await busy.next(...ENDS)).type).toBe('response.completed');
    expect(await busy.closed).toBe(1001);
    await stopped;
  });

  it('closes sockets with unfinished responses after graceMs', async () => {
    const { promise: answer, resolve: give } = deferred<string>();
    await using testGateway = await startGateway({ sockets: true, anthropic: () => answer });
    await using client = await openSocket(testGateway.url);
    client.create();
    await testGateway.anthropic.request(0);
    await testGateway.close(0);
    expect(await client.closed).toBe(1006);
    give('hello');
  });
});

describe('a client that disconnects', () => {
  it('during the check of its key ends that check', async () => {
    const statuses: number[] = [];
    const asked = deferred();
    await using testGateway = await startGateway({
      sockets: true,
      gateway: {
        authorize: () => {
          asked.resolve();
          return new Promise(() => undefined);
        },
        onRequest: ({ status }) => statuses.push(status),
      },
    });
    const socket = new WebSocket(`${testGateway.url.replace('http', 'ws')}/v1/responses`);
    socket.on('error', () => undefined);
    await asked.promise;
    socket.terminate();
    await expect.poll(() => statuses).toEqual([499]);
  });

  it.each<[string, (socket: WebSocket) => void]>([
    ['without a close frame', (socket) => socket.terminate()],
    ['with a close frame', (socket) => socket.close()],
  ])('%s aborts its calls, starts no waiting ones, and the ledger releases their money', async (_, leave) => {
    const reports: unknown[] = [];
    const records: SpendRecord[] = [];
    const ledger = createLedger({
      store: memoryStore(),
      limits: [{ name: 'daily', max: { usd: '10' }, per: 'day' }],
      onRecord: (record) => records.push(record),
    });
    const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
    await using testGateway = await startGateway({
      sockets: true,
      anthropic: () => ({ fault: 'stall', answer }),
      majordomo: { gates: [ledger.gate] },
      gateway: { onError: (error) => reports.push(error) },
    });
    await using client = await openSocket(testGateway.url);
    client.create();
    client.create({ stream_id: 'waiting' });
    client.create({ stream_id: 'waiting' });
    await client.next('response.output_text.delta');
    const [{ held } = { held: 0n }] = await ledger.state('daily');
    expect(held).toBeGreaterThan(0n);
    leave(client.socket);
    await (
      await testGateway.anthropic.request(0)
    ).ended;
    await expect.poll(() => records.length).toBe(2);
    expect(await ledger.state('daily')).toMatchObject([{ held: 0n }]);
    expect([testGateway.anthropic.requests.length, reports]).toEqual([2, []]);
  });
});

it('500 idle sockets have less than 30 kB each, with both of their ends', async () => {
  const file = join(import.meta.dirname, 'support/socket-memory-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--expose-gc', file]);
  expect(Number(stdout)).toBeGreaterThan(0);
  expect(Number(stdout)).toBeLessThan(30_000);
}, 60_000);

describe('serve with sockets', () => {
  it('is refused on platforms that pass all upgrades', async () => {
    const gateway = { fetch: () => Promise.resolve(new Response()) };
    const sockets = await Sockets.load(gateway);
    expect(() => {
      sockets.listen({} as Server);
    }).toThrow('serve: sockets require Node 22.21, 24.9 or later');
  });

  it('rejects a value that is not a boolean', async () => {
    const gateway = { fetch: () => Promise.resolve(new Response()) };
    await expect(serve(gateway, { port: 0, sockets: 1 as unknown as boolean })).rejects.toMatchObject({
      kind: 'config',
      message: 'serve: sockets must be a boolean, not a number',
    });
  });
});
