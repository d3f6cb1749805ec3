import { OutgoingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createMajordomo } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { SSE_TYPE, testServer, type Answer } from '@majordomo/test-support';
import { describe, expect, it, vi } from 'vitest';
import { createGateway } from '../src/index.ts';
import { openaiClient, post } from './support/clients.ts';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';
import { stopTimers } from './support/stop-timers.ts';

const BODY = { model: 'gpt', messages: [{ role: 'user', content: 'hi' }] };
/** Streams deltas of Anthropic's wire as fast as the client reads them, without an end. */
const streamEndlessly: Answer = (response) => {
  const writeEvent = (event: { readonly type: string; readonly [member: string]: unknown }): boolean =>
    response.write(sseEvent(JSON.stringify(event), event.type));
  const blockStart = { index: 0, content_block: { type: 'text', text: '' } };
  const delta = { index: 0, delta: { type: 'text_delta', text: 'x'.repeat(50_000) } };
  const writeDeltas = (): void => {
    while (!response.destroyed && writeEvent({ type: 'content_block_delta', ...delta }));
  };
  response.writeHead(200, SSE_TYPE).on('drain', writeDeltas);
  writeEvent({
    type: 'message_start',
    message: { id: 'msg_1', content: [], usage: { input_tokens: 1 } },
  });
  writeEvent({ type: 'content_block_start', ...blockStart });
  writeDeltas();
};
const chat = (
  testGateway: TestGateway,
  body: object = BODY,
  init?: Parameters<typeof post>[3],
): Promise<Response> => post(testGateway, '/v1/chat/completions', body, init);

/** Sends a request with headers that `fetch` does not allow, and returns the status. */
const statusWithHeaders = (
  testGateway: TestGateway,
  headers: Record<string, string>,
): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(`${testGateway.url}/v1/models`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    request.end();
  });

describe('a client that disconnects', () => {
  it.each(['late', 'stall'] as const)(
    'closes the connection to the vendor without waiting for a timer (%s)',
    async (fault) => {
      const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
      await using testGateway = await startGateway({
        openai: [fault === 'late' ? { fault } : { fault, answer }],
      });
      const abortController = new AbortController();
      const pendingResponse = chat(
        testGateway,
        { ...BODY, stream: fault === 'stall' },
        { signal: abortController.signal },
      );
      const exchange = await testGateway.openai.request(0);
      if (fault === 'stall') await (await pendingResponse).body?.getReader().read();
      stopTimers();
      abortController.abort();
      await pendingResponse.catch(() => undefined);
      await exchange.ended;
      expect(exchange.outcome).toBe('left');
    },
  );
});

describe('limits', () => {
  it('responds to a call above maxConcurrent with 429 and a time to wait', async () => {
    await using testGateway = await startGateway({
      openai: [{ fault: 'late' }],
      gateway: { maxConcurrent: 1 },
    });
    const abortController = new AbortController();
    const pendingResponse = chat(testGateway, BODY, { signal: abortController.signal }).catch(
      () => undefined,
    );
    await testGateway.openai.request(0);
    const refused = await chat(testGateway);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toMatchObject({
      error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
    });
    const messages = await post(testGateway, '/v1/messages', {});
    expect([messages.status, await messages.json()]).toMatchObject([
      429,
      { error: { type: 'rate_limit_error' } },
    ]);
    abortController.abort();
    await pendingResponse;
  });

  it('disconnects a client that does not read a stream, aborts the call and prints nothing', async () => {
    const consoleError = vi.spyOn(console, 'error');
    await using vendor = await testServer(streamEndlessly);
    const anthropic = createAnthropic({ baseURL: vendor.origin, apiKey: 'sk-test' });
    const models = { gpt: 'anthropic/claude-haiku-4-5' };
    await using testGateway = await startGateway({
      majordomo: { providers: [anthropic] },
      gateway: { models, idleMs: 100 },
    });
    const socket = connect(Number(new URL(testGateway.url).port), '127.0.0.1').on('error', () => undefined);
    const body = JSON.stringify({ ...BODY, stream: true });
    const head = ['POST /v1/chat/completions HTTP/1.1', 'Host: x', `Authorization: Bearer ${KEY}`];
    socket.write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'));
    const { whole: isComplete } = await (await vendor.request(0)).closed;
    expect(isComplete).toBe(false);
    // `close` would otherwise wait for the client to read its response.
    await testGateway.close(3_600_000);
    socket.destroy();
    expect(consoleError).not.toHaveBeenCalled();
    consoleError.mockRestore();
  }, 60_000);

  it('disconnects a client that does not read a complete response', async () => {
    const text = 'x'.repeat(16_000_000);
    await using testGateway = await startGateway({ openai: [{ text, chunks: 1 }], gateway: { idleMs: 100 } });
    const socket = connect(Number(new URL(testGateway.url).port), '127.0.0.1').on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const { destroy } = OutgoingMessage.prototype;
    const destroySpy = vi.spyOn(OutgoingMessage.prototype, 'destroy');
    const cut = new Promise<void>((resolve) => {
      destroySpy.mockImplementation(function (this: OutgoingMessage, error) {
        resolve();
        return destroy.call(this, error);
      });
    });
    const body = JSON.stringify(BODY);
    const head = ['POST /v1/chat/completions HTTP/1.1', 'Host: x', `Authorization: Bearer ${KEY}`];
    socket.write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'));
    await cut;
    destroySpy.mockRestore();
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(text.length);
  }, 60_000);

  it('lets a slow client read a complete response', async () => {
    const text = 'x'.repeat(4_000_000);
    await using testGateway = await startGateway({
      openai: [{ text, chunks: 1 }],
      gateway: { idleMs: 5000 },
    });
    const response = await chat(testGateway);
    let length = 0;
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      length += chunk.byteLength;
      await new Promise(setImmediate);
    }
    expect(length).toBe(Number(response.headers.get('content-length')));
    expect(length).toBeGreaterThan(text.length);
  });

  it('lets a stream end before the gateway closes, and accepts no new requests', async () => {
    await using testGateway = await startGateway({
      openai: [{ text: 'one two three four five six', chunks: 4, everyMs: 20 }],
    });
    const response = await chat(testGateway, { ...BODY, stream: true });
    const closed = testGateway.close(5000);
    // A request that arrives while the gateway starts to close is still accepted.
    const tryRequest = (): Promise<string> =>
      chat(testGateway).then(
        () => 'answered',
        () => 'refused',
      );
    await expect.poll(tryRequest, { interval: 1 }).toBe('refused');
    expect(await response.text()).toContain('[DONE]');
    await closed;
  });

  it('closes the remaining connections after the grace period', async () => {
    const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
    await using testGateway = await startGateway({ openai: [{ fault: 'stall', answer }] });
    const openResponse = await chat(testGateway, { ...BODY, stream: true });
    await testGateway.close(20);
    await expect(openResponse.text()).rejects.toThrow();
  });

  it('closes after the gates have received the ends of the calls of the remaining connections', async () => {
    const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
    const booked: string[] = [];
    const settle = ({ outcome }: { readonly outcome: string }): void => {
      booked.push(outcome);
    };
    await using testGateway = await startGateway({
      openai: [{ fault: 'stall', answer }],
      majordomo: { gates: [{ name: 'books', admit: () => ({ settle }) }] },
    });
    const openResponse = await chat(testGateway, { ...BODY, stream: true });
    await testGateway.close(20);
    expect(booked).toEqual(['failed']);
    await expect(openResponse.text()).rejects.toThrow();
  });
});

describe('access', () => {
  const withoutAuthorize = { gateway: { authorize: undefined } };

  it('is limited to this machine without `authorize`', async () => {
    await using testGateway = await startGateway(withoutAuthorize);
    expect((await chat(testGateway)).status).toBe(200);
    expect(await statusWithHeaders(testGateway, { host: 'evil.example' })).toBe(401);
    for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'cf-connecting-ip'])
      expect([name, await statusWithHeaders(testGateway, { [name]: '203.0.113.9' })]).toEqual([name, 401]);
    expect(await statusWithHeaders(testGateway, {})).toBe(200);
  });

  it('is explained in the message of a refused request', async () => {
    await using testGateway = await startGateway(withoutAuthorize);
    const response = await fetch(`${testGateway.url}/v1/models`, {
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });
    const responseText = await response.text();
    for (const term of ['localhost', 'authorize', '--key-file']) expect(responseText).toContain(term);
  });

  it('is refused without `authorize` on other platforms', async () => {
    await using testGateway = await startGateway();
    const gateway = createGateway({ majordomo: testGateway.majordomo, models: {} });
    const response = await gateway.fetch(new Request('http://127.0.0.1/v1/models'));
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('authorize');
  });

  it('is refused for pages of other origins', async () => {
    await using testGateway = await startGateway(withoutAuthorize);
    const crossOriginResponse = await chat(testGateway, BODY, {
      headers: { origin: 'https://evil.example', 'content-type': 'text/plain' },
    });
    expect(crossOriginResponse.status).toBe(403);
    expect((await chat(testGateway, BODY, { headers: { origin: 'null' } })).status).toBe(403);
    expect(testGateway.openai.requests).toHaveLength(0);
  });

  it('reports an error of `authorize` to the operator only', async () => {
    const reportedErrors: unknown[] = [];
    const secret = new Error('password of the database: hunter2');
    await using testGateway = await startGateway({
      gateway: {
        authorize: () => {
          throw secret;
        },
        onError: (error, { requestId }) => {
          reportedErrors.push([error, requestId]);
          throw new Error('and so does this');
        },
        inspector: {},
      },
    });
    const response = await chat(testGateway);
    expect(response.status).toBe(502);
    expect(await response.text()).not.toContain('hunter2');
    expect(reportedErrors).toEqual([[secret, response.headers.get('x-request-id')]]);
    expect((await fetch(`${testGateway.url}/inspector`)).status).toBe(401);
    expect(reportedErrors).toHaveLength(2);
  });

  it('does not report errors of clients and vendors to the operator', async () => {
    const reportedErrors: unknown[] = [];
    await using testGateway = await startGateway({
      openai: () => ({ failure: 'server' as const }),
      anthropic: () => ({ failure: 'server' as const }),
      gateway: { onError: (error) => reportedErrors.push(error) },
    });
    expect((await chat(testGateway)).status).toBe(502);
    expect((await chat(testGateway, {})).status).toBe(400);
    expect((await chat(testGateway, BODY, { headers: { authorization: 'Bearer stranger' } })).status).toBe(
      401,
    );
    expect(reportedErrors).toEqual([]);
  });

  it('is limited to the allowed models, which are listed in the format of the client', async () => {
    await using testGateway = await startGateway({ gateway: { authorize: () => ({ models: ['gpt'] }) } });
    const openai = await (await fetch(`${testGateway.url}/v1/models`)).json();
    const model = {
      id: 'gpt',
      object: 'model',
      created: expect.any(Number) as number,
      owned_by: 'majordomo',
    };
    expect(openai).toEqual({ object: 'list', data: [model] });
    const headers = { 'anthropic-version': '2023-06-01' };
    const anthropic = await (await fetch(`${testGateway.url}/v1/models`, { headers })).json();
    expect(anthropic).toMatchObject({ data: [{ type: 'model', id: 'gpt' }], has_more: false });
    expect((await fetch(`${testGateway.url}/v1/models/claude`)).status).toBe(404);
  });
});

describe('a call', () => {
  it('has the tenant from `authorize`, and the metadata of the client as `client`', async () => {
    const calls: unknown[] = [];
    await using testGateway = await startGateway({
      majordomo: {
        onEvent: (event) => {
          if (event.type === 'call-start') calls.push([event.call.tenant, event.call.metadata]);
        },
      },
    });
    const response = await chat(testGateway, { ...BODY, metadata: { tenant: 'team-b' }, user: 'u1' });
    expect(calls).toEqual([
      [
        'team-a',
        { requestId: response.headers.get('x-request-id'), client: { tenant: 'team-b', user: 'u1' } },
      ],
    ]);
  });
});

describe('count_tokens', () => {
  it('estimates the tokens of a Messages request', async () => {
    await using testGateway = await startGateway();
    const response = await post(testGateway, '/v1/messages/count_tokens', {
      model: 'claude',
      messages: [{ role: 'user', content: 'word '.repeat(100) }],
    });
    const { input_tokens: tokens } = (await response.json()) as { input_tokens: number };
    expect(tokens).toBeGreaterThan(60);
    expect(tokens).toBeLessThan(200);
    expect(testGateway.anthropic.requests).toHaveLength(0);
  });
});

describe('input_tokens', () => {
  it('estimates the tokens of a Responses request for the official client, without a call', async () => {
    await using testGateway = await startGateway();
    const client = openaiClient(testGateway);
    const count = await client.responses.inputTokens.count({ model: 'gpt', input: 'word '.repeat(100) });
    expect(count.object).toBe('response.input_tokens');
    expect(count.input_tokens).toBeGreaterThan(60);
    expect(count.input_tokens).toBeLessThan(200);
    expect(testGateway.openai.requests).toHaveLength(0);
  });
});

it.each([5, 10n, null, 'sk-secret', 'https://app.example/'])(
  'refuses a value in `cors` that is not an origin, without repeating it: %o',
  (origin) => {
    const majordomo = createMajordomo({ providers: [] });
    expect(() => createGateway({ majordomo, models: {}, cors: [origin as string] })).toThrow(
      'createGateway: cors[0]: must be an origin such as https://app.example',
    );
  },
);
