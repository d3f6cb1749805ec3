import { EventEmitter } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pipeSse, readSse, sseResponse } from '../src/http.ts';
import { LlmError, type StreamEvent } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { readAll } from './support/read-all.ts';
import { hi, world } from './support/world.ts';

afterEach(() => {
  vi.useRealTimers();
});

const read = <Event = StreamEvent>(response: Response): Promise<Event[]> => readAll(readSse<Event>(response));

async function* only(...events: unknown[]): AsyncGenerator {
  yield* events;
}

async function* failing(error: unknown): AsyncGenerator {
  yield { type: 'text-delta', index: 0, text: 'Hel' };
  throw error;
}

/** Starts a node:http server on 127.0.0.1. */
async function listening(handler: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a chat stream', () => {
  it('arrives unchanged, over a web response and over node:http', async () => {
    const { majordomo } = world({ 'a/x': [{ text: 'Hello you there', reasoning: 'hm' }] });
    const stream = () => majordomo.model('a/x').stream(hi);
    const expected = JSON.parse(JSON.stringify(await readAll(stream()))) as StreamEvent[];
    await using server = await listening((_request, response) => void pipeSse(stream(), response));
    expect(await read(sseResponse(stream()))).toEqual(expected);
    expect(await read(await fetch(server.url))).toEqual(expected);
  });

  it('transmits the error of a reset without its details', async () => {
    const broken = { text: 'Hel', fail: 'server', details: { body: 'inner words' } } as const;
    const { majordomo } = world({ 'a/x': [broken], 'b/y': ['Hello.'] }, { chain: { attempts: 1 } });
    const stream = majordomo.model('a/x,b/y').stream(hi, { afterCommit: 'restart' });
    const body = await sseResponse(stream).text();
    expect(body).not.toContain('inner words');
    const events = await read(new Response(body));
    const reset = events.find((event) => event.type === 'reset');
    expect(LlmError.is(reset?.error, 'server')).toBe(true);
    expect(events.at(-1)?.type).toBe('finish');
  });

  it('begins with the first read and ends when the reader leaves', async () => {
    const { majordomo, kinds, requestCounts } = world({ 'a/x': [{ text: 'one two', ignoresSignal: true }] });
    const response = sseResponse(majordomo.model('a/x').stream(hi));
    await settled();
    expect(requestCounts.size).toBe(0);
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await settled();
    expect(kinds().at(-1)).toBe('call-end');
  });

  it('ends when the signal of the request aborts during the wait for the model', async () => {
    const { majordomo, kinds } = world({ 'a/x': [{ text: 'one two', ignoresSignal: true }] });
    const controller = new AbortController();
    const body = sseResponse(majordomo.model('a/x').stream(hi), { signal: controller.signal }).text();
    await expect.poll(kinds).toContain('committed');
    controller.abort();
    expect(await body).toMatch(/"text":"one "/);
    await settled();
    expect(kinds().at(-1)).toBe('call-end');
    const { majordomo: other, requestCounts } = world({ 'a/x': ['hi'] });
    expect(await sseResponse(other.model('a/x').stream(hi), { signal: controller.signal }).text()).toBe('');
    expect(requestCounts.size).toBe(0);
  });

  it('ends when the client of a Node server closes its connection', async () => {
    const { majordomo, kinds } = world({ 'a/x': [{ text: 'one two', ignoresSignal: true }] });
    const done: Promise<void>[] = [];
    await using server = await listening((_request, response) => {
      done.push(pipeSse(majordomo.model('a/x').stream(hi), response));
    });
    const leaving = new AbortController();
    const response = await fetch(server.url, { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    await expect.poll(() => kinds().at(-1)).toBe('call-end');
    await Promise.all(done);
  });
});

describe('a failure', () => {
  it('is the last event, and the reader throws it with its kind', async () => {
    const error = new LlmError('rate-limit', 'a/x limits requests', {
      retryAfterMs: 2000,
      body: 'inner',
    });
    const body = await sseResponse(failing(error)).text();
    expect(body.split('\n\n').at(-2)).toBe(
      'data: {"type":"error","kind":"rate-limit","message":"a/x limits requests","retryAfterMs":2000}',
    );
    const events: unknown[] = [];
    const received = await failure(
      (async () => {
        for await (const event of readSse(new Response(body))) events.push(event);
      })(),
    );
    expect([received.kind, received.message, received.details.retryAfterMs, events.length]).toEqual([
      'rate-limit',
      'a/x limits requests',
      2000,
      1,
    ]);
  });

  it.each([
    ['of the app', new Error('connect postgres://admin:hunter2@db')],
    [
      'of the app inside a run',
      new LlmError(
        'config',
        'the run ended in step 1: postgres://admin:hunter2@db',
        {},
        { cause: new Error('x') },
      ),
    ],
    ['that is not an error', 'hunter2'],
  ])('%s is sent with a general message, and passed to onError', async (_name, error) => {
    const errors: unknown[] = [];
    const onError = (reason: unknown): void => {
      errors.push(reason);
      throw new Error('a log that fails');
    };
    const body = await sseResponse(failing(error), { onError }).text();
    expect(body).not.toContain('hunter2');
    expect(body).toContain('the server failed; its log contains the reason');
    expect(errors).toEqual([error]);
  });

  it('of `map`, of an event without JSON and of a second iteration is an event', async () => {
    const { majordomo } = world({ 'a/x': ['hi'] });
    const stream = majordomo.model('a/x').stream(hi);
    for await (const _event of stream);
    const bodies = [
      sseResponse(only(1), {
        map: () => {
          throw new Error('mapped');
        },
      }),
      sseResponse(only({ cost: 1n })),
      sseResponse(stream),
    ].map((response) => response.text());
    for (const body of await Promise.all(bodies)) expect(body).toMatch(/^data: {"type":"error",[^\n]*}\n\n$/);
  });
});

describe('sent data', () => {
  it('is the result of `map` for each event', async () => {
    const { majordomo } = world({ 'a/x': [{ text: 'Hello you', reasoning: 'hm' }] });
    const map = (event: unknown): object | undefined => {
      const { type, text } = event as { type: string; text?: string };
      return type === 'text-delta' ? { text } : undefined;
    };
    const response = sseResponse(majordomo.model('a/x').stream(hi), { map });
    expect(await read<object>(response)).toEqual([{ text: 'Hello ' }, { text: 'you' }]);
  });

  it('contains bytes, dates and strings with line ends', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const events = [{ type: 'image', bytes }, 'a\r\nb\u2028', { at: new Date(0) }, { $bytes: 'no bytes' }];
    expect(await read<unknown>(sseResponse(only(...events)))).toEqual([
      { type: 'image', bytes },
      'a\r\nb\u2028',
      { at: '1970-01-01T00:00:00.000Z' },
      { $bytes: 'no bytes' },
    ]);
  });

  it('has headers against caches and compression, which options override', () => {
    const { headers } = sseResponse(only(), { headers: { 'Cache-Control': 'private', 'x-id': '7' } });
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'private',
      'x-accel-buffering': 'no',
      'x-id': '7',
    });
  });
});

describe('a pause', () => {
  it('is ended by a comment, also if `map` omits all events', async () => {
    vi.useFakeTimers();
    const senders: ((event: object | undefined) => void)[] = [];
    const events = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise<IteratorResult<object>>((resolve) => {
            senders.push((value) => {
              resolve(value === undefined ? { done: true, value } : { done: false, value });
            });
          }),
      }),
    };
    const map = (event: unknown) => ('silent' in (event as object) ? undefined : (event as object));
    const body = sseResponse(events, { heartbeatMs: 1000, map }).text();
    await vi.advanceTimersByTimeAsync(600);
    senders[0]?.({ silent: true });
    await vi.advanceTimersByTimeAsync(600);
    senders[1]?.({ n: 1 });
    await vi.advanceTimersByTimeAsync(2100);
    senders[2]?.(undefined);
    const heartbeat = ': still here\n\n';
    expect(await body).toBe(`${heartbeat}data: {"n":1}\n\n${heartbeat}${heartbeat}`);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has no comment if heartbeats are disabled', async () => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
    const body = sseResponse(never, { heartbeatMs: 0, signal: controller.signal }).text();
    await vi.advanceTimersByTimeAsync(3_600_000);
    controller.abort();
    expect(await body).toBe('');
  });
});

describe('a Node response', () => {
  class Slow extends EventEmitter {
    readonly written: string[] = [];
    destroyed = false;
    isEnded = false;
    writeHead = () => this;
    write(chunk: string): boolean {
      this.written.push(chunk);
      return false;
    }
    end = () => {
      this.isEnded = true;
    };
  }

  it('that is full is awaited', async () => {
    const response = new Slow();
    const done = pipeSse(only({ n: 1 }, { n: 2 }), response);
    await settled();
    expect(response.written).toEqual(['data: {"n":1}\n\n']);
    response.emit('drain');
    await settled();
    expect(response.written).toHaveLength(2);
    response.emit('drain');
    await done;
    expect(response.isEnded).toBe(true);
  });

  it('that closes while it is full, or was closed before, ends the stream', async () => {
    const { majordomo, kinds, requestCounts } = world({ 'a/x': ['one two'] });
    const response = new Slow();
    const done = pipeSse(majordomo.model('a/x').stream(hi), response);
    await settled();
    response.emit('close');
    await done;
    await settled();
    expect(kinds().at(-1)).toBe('call-end');
    const destroyedResponse = Object.assign(new Slow(), { destroyed: true });
    await pipeSse(majordomo.model('a/x').stream(hi), destroyedResponse);
    expect([destroyedResponse.written, requestCounts.get('a/x')]).toEqual([[], 1]);
  });

  it('of a slow client receives all events in order, at its pace', async () => {
    let eventCount = 0;
    const total = 200;
    async function* large(): AsyncGenerator<object> {
      for (; eventCount < total; eventCount++) yield { n: eventCount, text: 'x'.repeat(64 * 1024) };
    }
    await using server = await listening((_request, response) => void pipeSse(large(), response));
    const events = readSse<{ n: number }>(await fetch(server.url))[Symbol.asyncIterator]();
    await events.next();
    const countBeforeRead = eventCount;
    const rest: number[] = [];
    for (let next = await events.next(); next.done !== true; next = await events.next())
      rest.push(next.value.n);
    expect(rest).toEqual(Array.from({ length: total - 1 }, (_, at) => at + 1));
    expect(countBeforeRead).toBeLessThan(total);
  });

  it('with sent headers is rejected', async () => {
    const response = Object.assign(new Slow(), {
      writeHead: () => {
        throw new Error('headers are out');
      },
    });
    await expect(pipeSse(only(1), response)).rejects.toThrow('headers are out');
  });
});

const abortable = (): { signal: AbortSignal; abort: (reason?: unknown) => void } => {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
};

describe('readSse', () => {
  it.each([
    [new Response('slow down', { status: 429 }), 'rate-limit', 'the server answered 429'],
    [new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'protocol', 'text/html'],
    [new Response('data: {"type":\n\n'), 'protocol', 'not JSON'],
  ])('rejects a response that is not an event stream: case %#', async (response, kind, words) => {
    const error = await failure(read(response));
    expect([error.kind, error.message]).toEqual([kind, expect.stringContaining(words)]);
  });

  it('throws "network" if the connection breaks', async () => {
    await using server = await listening((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"type":"one"}\n\n', () => response.destroy());
    });
    const error = await failure(read(await fetch(server.url)));
    expect([error.kind, error.message]).toEqual(['network', 'the connection to the server broke']);
  });

  it.each([
    ['its own signal', 'aborted', undefined],
    ['the signal of the request', 'aborted', undefined],
    ['the time of the request', 'timeout', new DOMException('too long', 'TimeoutError')],
  ] as const)('ends by %s while it waits, and closes the connection', async (by, kind, reason) => {
    const closed: boolean[] = [];
    await using server = await listening((_request, response) => {
      response.on('close', () => closed.push(true));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"type":"one"}\n\n');
    });
    const { signal, abort } = abortable();
    const isOwnSignal = by === 'its own signal';
    const response = await fetch(server.url, isOwnSignal ? {} : { signal });
    const events = readSse(response, isOwnSignal ? { signal } : {})[Symbol.asyncIterator]();
    await events.next();
    const waiting = failure(events.next());
    abort(reason);
    expect((await waiting).kind).toBe(kind);
    await expect.poll(() => closed).toEqual([true]);
  });

  it('returns an event of the application that resembles a failure', async () => {
    const events = [{ type: 'error', code: 7 }, { name: 'LlmError' }];
    expect(await read<object>(sseResponse(only(...events)))).toEqual(events);
  });
});
