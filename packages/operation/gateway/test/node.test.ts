import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { createMajordomo } from '@majordomo/core';
import { describe, expect, it, vi } from 'vitest';
import { createGateway, type Gateway } from '../src/index.ts';
import { serve } from '../src/node.ts';
import { cutIdleClient } from '../src/node/streaming.ts';
import { post } from './support/clients.ts';
import { startGateway, KEY } from './support/test-gateway.ts';

const CHAT = { model: 'gpt', messages: [{ role: 'user', content: 'hi' }] };

/** Sends a request and returns everything that the server sends until it closes the connection. */
async function exchange(url: string, ...lines: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.write(lines.join('\r\n'));
  await once(socket, 'close');
  return text;
}

const streamChat = (url: string, version: '1.0' | '1.1'): Promise<string> => {
  const body = JSON.stringify({ ...CHAT, stream: true });
  const length = `Content-Length: ${body.length}`;
  const head = ['Host: localhost', `Authorization: Bearer ${KEY}`, 'Connection: close', length, '', body];
  return exchange(url, `POST /v1/chat/completions HTTP/${version}`, ...head);
};

/** Returns a gateway with this `fetch`. */
const gatewayWithFetch = (fetch: Gateway['fetch']): Gateway => ({
  ...createGateway({ majordomo: createMajordomo({ providers: [] }), models: {} }),
  fetch,
});

/** Returns an outgoing response after its idle timer has fired once. */
function outgoingWith(writableLength: number) {
  let expire: () => void = () => undefined;
  const outgoing = {
    writableLength,
    destroy: vi.fn(),
    setTimeout: vi.fn((_ms: number, callback?: () => void) => {
      if (callback !== undefined) expire = callback;
    }),
  };
  cutIdleClient(outgoing as unknown as ServerResponse, 100);
  expire();
  return outgoing;
}

describe('serve', () => {
  it('does not replace the global Request and Response', async () => {
    const globals = [globalThis.Request, globalThis.Response];
    await using testGateway = await startGateway();
    await (await fetch(`${testGateway.url}/health`)).text();
    expect([globalThis.Request, globalThis.Response]).toEqual(globals);
  });

  it('sends a stream in chunks to a client of HTTP/1.1', async () => {
    await using testGateway = await startGateway();
    const text = await streamChat(testGateway.url, '1.1');
    expect(text).toMatch(/\r\ntransfer-encoding: chunked\r\n/i);
    expect(text.endsWith('\r\n0\r\n\r\n')).toBe(true);
  });

  it('sends a stream without chunks to a client of HTTP/1.0', async () => {
    await using testGateway = await startGateway();
    const text = await streamChat(testGateway.url, '1.0');
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('sends the length of a complete response', async () => {
    await using testGateway = await startGateway();
    const response = await post(testGateway, '/v1/chat/completions', CHAT);
    const { byteLength } = await response.arrayBuffer();
    expect(response.headers.get('content-length')).toBe(String(byteLength));
  });

  it('passes `authorize` a request whose clone has the body', async () => {
    const bodies: string[] = [];
    const authorize = async (request: Request): Promise<object> => {
      bodies.push(await new Request(request.clone(), { headers: { a: 'b' } }).text());
      return {};
    };
    await using testGateway = await startGateway({ gateway: { authorize } });
    const body = JSON.stringify(CHAT);
    const response = await post(testGateway, '/v1/chat/completions', body);
    expect([response.status, bodies]).toEqual([200, [body]]);
  });

  it('prints nothing when a client disconnects during a stream', async () => {
    const consoleSpies = [vi.spyOn(console, 'error'), vi.spyOn(console, 'info')];
    const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
    await using testGateway = await startGateway({ openai: [{ fault: 'stall', answer }] });
    const abortController = new AbortController();
    const response = await post(
      testGateway,
      '/v1/chat/completions',
      { ...CHAT, stream: true },
      { signal: abortController.signal },
    );
    await response.body?.getReader().read();
    abortController.abort();
    await (
      await testGateway.openai.request(0)
    ).ended;
    await testGateway.close(0);
    expect(consoleSpies.flatMap(({ mock }) => mock.calls)).toEqual([]);
    vi.restoreAllMocks();
  });

  it('drains for drainMs before it closes: /ready is 503, and calls are still served', async () => {
    await using testGateway = await startGateway();
    const served = await serve(testGateway.gateway, { port: 0, drainMs: 3000 });
    const closed = served.close();
    expect((await fetch(`${served.url}/ready`)).status).toBe(503);
    const headers = { authorization: `Bearer ${KEY}` };
    expect((await fetch(`${served.url}/v1/models`, { headers })).status).toBe(200);
    await closed;
    await expect(fetch(`${served.url}/ready`)).rejects.toThrow();
  });

  it('ends the event streams of connected pages when it closes', async () => {
    let isCancelled = false;
    const serveEndlessStream = (): Promise<Response> => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('data: 1\n\n'));
        },
        cancel() {
          isCancelled = true;
        },
      });
      return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    };
    const served = await serve(gatewayWithFetch(serveEndlessStream), { port: 0 });
    const pageResponse = await fetch(served.url);
    const closed = served.close(3_600_000);
    expect(await pageResponse.text()).toBe('data: 1\n\n');
    await closed;
    expect(isCancelled).toBe(true);
  });

  it('ends an event stream that starts while the server closes', async () => {
    const steps = new EventEmitter();
    const serveLateStream = async (): Promise<Response> => {
      steps.emit('arrived');
      await once(steps, 'released');
      return new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } });
    };
    const served = await serve(gatewayWithFetch(serveLateStream), { port: 0 });
    const arrived = once(steps, 'arrived');
    const pageText = fetch(served.url).then((response) => response.text());
    await arrived;
    const closed = served.close(3_600_000);
    steps.emit('released');
    expect(await pageText).toBe('');
    await closed;
  });
});

describe('cutIdleClient', () => {
  it('disconnects a client that does not read the buffered bytes', () => {
    expect(outgoingWith(1).destroy).toHaveBeenCalledOnce();
  });

  it('restarts the timer of a client without buffered bytes', () => {
    const { destroy, setTimeout } = outgoingWith(0);
    expect(destroy).not.toHaveBeenCalled();
    expect(setTimeout).toHaveBeenLastCalledWith(100);
  });
});
