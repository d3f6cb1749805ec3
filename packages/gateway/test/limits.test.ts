import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createMajordomo } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { SSE_TYPE, testServer, type Answer } from '@majordomo/test-support';
import { describe, expect, it, vi } from 'vitest';
import { createGateway } from '../src/index.ts';
import { serve } from '../src/node.ts';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';
import { stopTimers } from './support/stop-timers.ts';

const BODY = { model: 'gpt', messages: [{ role: 'user', content: 'hi' }] };
/** Anthropic's wire, as fast as it is read, and without an end. */
const endless: Answer = (response) => {
  const tell = (event: { readonly type: string }): boolean =>
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const about = { index: 0, content_block: { type: 'text', text: '' } };
  const delta = { index: 0, delta: { type: 'text_delta', text: 'x'.repeat(50_000) } };
  const goOn = (): void => {
    while (!response.destroyed && tell({ type: 'content_block_delta', ...delta }));
  };
  response.writeHead(200, SSE_TYPE).on('drain', goOn);
  tell({ type: 'message_start', ...{ message: { id: 'msg_1', content: [], usage: { input_tokens: 1 } } } });
  tell({ type: 'content_block_start', ...about });
  goOn();
};
const post = (at: TestGateway, body: object = BODY, init: RequestInit = {}): Promise<Response> =>
  fetch(`${at.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
    headers: { authorization: `Bearer ${KEY}`, ...(init.headers as Record<string, string> | undefined) },
  });

/** A raw request, whose headers no client would set. */
const raw = (at: TestGateway, headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = httpRequest(`${at.url}/v1/models`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });

describe('a client that leaves', () => {
  it.each(['late', 'stall'] as const)('closes the connection to the vendor at once (%s)', async (fault) => {
    const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
    await using at = await startGateway({ openai: [fault === 'late' ? { fault } : { fault, answer }] });
    const left = new AbortController();
    const asked = post(at, { ...BODY, stream: fault === 'stall' }, { signal: left.signal });
    const exchange = await at.openai.request(0);
    if (fault === 'stall') await (await asked).body?.getReader().read();
    stopTimers();
    left.abort();
    await asked.catch(() => undefined);
    await exchange.ended;
    expect(exchange.outcome).toBe('left');
  });

  it('releases its slot', async () => {
    await using at = await startGateway({
      openai: [{ fault: 'late' }, 'hello'],
      gateway: { maxConcurrent: 1 },
    });
    const left = new AbortController();
    const asked = post(at, BODY, { signal: left.signal }).catch(() => undefined);
    const exchange = await at.openai.request(0);
    left.abort();
    await asked;
    await exchange.ended;
    expect((await post(at)).status).toBe(200);
  });
});

describe('limits', () => {
  it('responds to a call above maxConcurrent with 429 and a time to wait', async () => {
    await using at = await startGateway({ openai: [{ fault: 'late' }], gateway: { maxConcurrent: 1 } });
    const left = new AbortController();
    const asked = post(at, BODY, { signal: left.signal }).catch(() => undefined);
    await at.openai.request(0);
    const refused = await post(at);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toMatchObject({
      error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
    });
    const init = { method: 'POST', headers: { 'x-api-key': KEY }, body: '{}' };
    const messages = await fetch(`${at.url}/v1/messages`, init);
    expect([messages.status, await messages.json()]).toMatchObject([
      429,
      { error: { type: 'rate_limit_error' } },
    ]);
    left.abort();
    await asked;
  });

  it.each([true, false])('accepts at most maxBodyBytes (announced: %s)', async (isAnnounced) => {
    await using at = await startGateway({ gateway: { maxBodyBytes: 100 } });
    const text = JSON.stringify({ ...BODY, user: 'x'.repeat(100) });
    const body = isAnnounced ? text : new Blob([text]).stream();
    const answer = await post(at, BODY, { body, duplex: 'half' });
    expect(answer.status).toBe(413);
    expect(at.openai.requests).toHaveLength(0);
  });

  it('cuts a client that does not read, and aborts the call without output', async () => {
    const printed = vi.spyOn(console, 'error');
    await using vendor = await testServer(endless);
    const anthropic = createAnthropic({ baseURL: vendor.origin, apiKey: 'sk-test' });
    const models = { gpt: 'anthropic/claude-haiku-4-5' };
    await using at = await startGateway({
      majordomo: { providers: [anthropic] },
      gateway: { models, idleMs: 100 },
    });
    const socket = connect(Number(new URL(at.url).port), '127.0.0.1').on('error', () => undefined);
    const body = JSON.stringify({ ...BODY, stream: true });
    const head = ['POST /v1/chat/completions HTTP/1.1', 'Host: x', `Authorization: Bearer ${KEY}`];
    socket.write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'));
    const { whole } = await (await vendor.request(0)).closed;
    expect(whole).toBe(false);
    // It would wait for an answer that is not taken.
    await at.close(3_600_000);
    socket.destroy();
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  }, 60_000);

  it('cuts a client that does not read a complete response', async () => {
    const text = 'x'.repeat(16_000_000);
    await using at = await startGateway({ openai: [{ text, chunks: 1 }], gateway: { idleMs: 100 } });
    const socket = connect(Number(new URL(at.url).port), '127.0.0.1').on('error', () => undefined);
    const body = JSON.stringify(BODY);
    const head = ['POST /v1/chat/completions HTTP/1.1', 'Host: x', `Authorization: Bearer ${KEY}`];
    socket.write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'));
    await (
      await at.openai.request(0)
    ).ended;
    // It would wait for an answer that is not taken.
    await at.close(3_600_000);
    socket.destroy();
  }, 60_000);

  it('lets a slow client read a complete response', async () => {
    const text = 'x'.repeat(4_000_000);
    await using at = await startGateway({ openai: [{ text, chunks: 1 }], gateway: { idleMs: 5000 } });
    const answer = await post(at);
    let length = 0;
    for await (const piece of answer.body as ReadableStream<Uint8Array>) {
      length += piece.byteLength;
      await new Promise(setImmediate);
    }
    expect(length).toBe(Number(answer.headers.get('content-length')));
    expect(length).toBeGreaterThan(text.length);
  });

  it('responds to a large body before it has arrived completely', async () => {
    await using at = await startGateway({ gateway: { maxBodyBytes: 100 } });
    const body = new Blob([new Uint8Array(8_000_000)]).stream();
    const answer = await post(at, BODY, { body, duplex: 'half' });
    expect(answer.status).toBe(413);
    expect(await answer.text()).toContain('100 bytes');
  });

  it('lets a stream end before it closes, and accepts no new one', async () => {
    await using at = await startGateway({
      openai: [{ text: 'one two three four five six', chunks: 4, everyMs: 20 }],
    });
    const answer = await post(at, { ...BODY, stream: true });
    const closed = at.close(5000);
    // A request that arrives at the same time is still answered.
    const asked = (): Promise<string> =>
      post(at).then(
        () => 'answered',
        () => 'refused',
      );
    await expect.poll(asked, { interval: 1 }).toBe('refused');
    expect(await answer.text()).toContain('[DONE]');
    await closed;
  });

  it('closes the remaining connections after the given time', async () => {
    const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
    await using at = await startGateway({ openai: [{ fault: 'stall', answer }] });
    const open = await post(at, { ...BODY, stream: true });
    await at.close(20);
    await expect(open.text()).rejects.toThrow();
  });
});

describe('access', () => {
  const open = { gateway: { authorize: undefined } };

  it('is limited to this machine without `authorize`', async () => {
    await using at = await startGateway(open);
    expect((await post(at)).status).toBe(200);
    expect(await raw(at, { host: 'evil.example' })).toBe(401);
    for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'cf-connecting-ip'])
      expect([name, await raw(at, { [name]: '203.0.113.9' })]).toEqual([name, 401]);
    expect(await raw(at, {})).toBe(200);
  });

  it('is explained by the refusal', async () => {
    await using at = await startGateway(open);
    const answer = await fetch(`${at.url}/v1/models`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    const told = await answer.text();
    for (const word of ['localhost', 'authorize', '--key-file']) expect(told).toContain(word);
  });

  it('is refused for an invalid Host header', async () => {
    await using at = await startGateway({ gateway: { authorize: () => ({}) } });
    expect(await raw(at, { host: 'a.example/health?' })).toBe(400);
    expect(await raw(at, { host: 'a.example@b.example' })).toBe(400);
    expect(await raw(at, { host: '[::1]:4141' })).toBe(200);
  });

  it('is refused without `authorize` on other platforms', async () => {
    await using at = await startGateway();
    const gateway = createGateway({ majordomo: at.majordomo, models: {} });
    const answer = await gateway.fetch(new Request('http://127.0.0.1/v1/models'));
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain('authorize');
  });

  it('is refused for pages of other origins', async () => {
    await using at = await startGateway(open);
    const foreign = await post(at, BODY, {
      headers: { origin: 'https://evil.example', 'content-type': 'text/plain' },
    });
    expect(foreign.status).toBe(403);
    expect((await post(at, BODY, { headers: { origin: 'null' } })).status).toBe(403);
    expect(at.openai.requests).toHaveLength(0);
  });

  it('is granted to pages of listed origins', async () => {
    const origin = 'https://app.example';
    await using at = await startGateway({ gateway: { cors: [origin] } });
    const before = await fetch(`${at.url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-headers': 'authorization, x-stainless-os' },
    });
    expect([before.status, before.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'authorization, x-stainless-os',
    ]);
    expect(before.headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE');
    const answer = await post(at, BODY, { headers: { origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  });

  it('reports an error of `authorize` to the operator only', async () => {
    const told: unknown[] = [];
    const secret = new Error('password of the database: hunter2');
    await using at = await startGateway({
      gateway: {
        authorize: () => {
          throw secret;
        },
        onError: (error, { requestId }) => {
          told.push([error, requestId]);
          throw new Error('and so does this');
        },
        inspector: {},
      },
    });
    const answer = await post(at);
    expect(answer.status).toBe(502);
    expect(await answer.text()).not.toContain('hunter2');
    expect(told).toEqual([[secret, answer.headers.get('x-request-id')]]);
    expect((await fetch(`${at.url}/inspector`)).status).toBe(401);
    expect(told).toHaveLength(2);
  });

  it.each([
    ['a text for models', { models: 'gpt, claude' }],
    ['names that are none', { models: [1] }],
    ['a text for metadata', { metadata: 'team' }],
    ['a list', []],
    ['a text', 'team-a'],
    ['false', false],
  ])('is refused if `authorize` returns %s', async (_, caller) => {
    const told: unknown[] = [];
    const gateway = { authorize: () => caller as never, onError: (error: unknown) => told.push(error) };
    await using at = await startGateway({ gateway });
    expect((await post(at)).status).toBe(502);
    expect(told).toMatchObject([{ kind: 'config' }]);
    expect(at.openai.requests).toHaveLength(0);
  });

  it('reports errors of clients and calls not to the operator', async () => {
    const told: unknown[] = [];
    await using at = await startGateway({
      openai: () => ({ failure: 'server' as const }),
      anthropic: () => ({ failure: 'server' as const }),
      gateway: { onError: (error) => told.push(error) },
    });
    expect((await post(at)).status).toBe(502);
    expect((await post(at, {})).status).toBe(400);
    expect((await post(at, BODY, { headers: { authorization: 'Bearer stranger' } })).status).toBe(401);
    expect(told).toEqual([]);
  });

  it('includes the allowed models, in the format of the client', async () => {
    await using at = await startGateway({ gateway: { authorize: () => ({ models: ['gpt'] }) } });
    const openai = await (await fetch(`${at.url}/v1/models`)).json();
    const model = {
      id: 'gpt',
      object: 'model',
      created: expect.any(Number) as number,
      owned_by: 'majordomo',
    };
    expect(openai).toEqual({ object: 'list', data: [model] });
    const headers = { 'anthropic-version': '2023-06-01' };
    const anthropic = await (await fetch(`${at.url}/v1/models`, { headers })).json();
    expect(anthropic).toMatchObject({ data: [{ type: 'model', id: 'gpt' }], has_more: false });
    expect((await fetch(`${at.url}/v1/models/claude`)).status).toBe(404);
  });

  it('includes health and readiness without a key', async () => {
    await using at = await startGateway();
    expect((await fetch(`${at.url}/health`)).status).toBe(200);
    expect((await fetch(`${at.url}/ready`)).status).toBe(200);
    for (const target of ['openai/gpt-5.4', 'anthropic/claude-haiku-4-5', 'anthropic/claude-sonnet-4-6'])
      at.majordomo.health.bench(target, 60_000);
    expect((await fetch(`${at.url}/ready`)).status).toBe(503);
  });

  it('reports that no model is ready while all providers are benched', async () => {
    await using at = await startGateway();
    at.majordomo.health.bench('openai/', Infinity);
    expect((await fetch(`${at.url}/ready`)).status).toBe(200);
    at.majordomo.health.bench('anthropic/', 60_000);
    expect((await fetch(`${at.url}/ready`)).status).toBe(503);
    at.majordomo.health.unbench('openai/');
    expect((await fetch(`${at.url}/ready`)).status).toBe(200);
  });
});

describe('a call', () => {
  it('has the tenant from `authorize`, and the metadata of the client separately', async () => {
    const seen: unknown[] = [];
    await using at = await startGateway({
      majordomo: {
        onEvent: (event) => {
          if (event.type === 'call-start') seen.push([event.call.tenant, event.call.metadata]);
        },
      },
    });
    const answer = await post(at, { ...BODY, metadata: { tenant: 'team-b' }, user: 'u1' });
    expect(seen).toEqual([
      ['team-a', { requestId: answer.headers.get('x-request-id'), client: { tenant: 'team-b', user: 'u1' } }],
    ]);
  });

  it('that a gate denies is 429 with a time to wait', async () => {
    const gate = { name: 'budget', admit: () => ({ deny: 'the day is spent', retryAfterMs: 5000 }) };
    await using at = await startGateway({ majordomo: { gates: [gate] } });
    const answer = await post(at);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await answer.text()).toContain('the day is spent');
  });
});

describe('count_tokens', () => {
  it('estimates the tokens of a Messages request', async () => {
    await using at = await startGateway();
    const answer = await fetch(`${at.url}/v1/messages/count_tokens`, {
      method: 'POST',
      headers: { 'x-api-key': KEY },
      body: JSON.stringify({ model: 'claude', messages: [{ role: 'user', content: 'word '.repeat(100) }] }),
    });
    const { input_tokens: tokens } = (await answer.json()) as { input_tokens: number };
    expect(tokens).toBeGreaterThan(60);
    expect(tokens).toBeLessThan(200);
    expect(at.anthropic.requests).toHaveLength(0);
  });
});

it.each([5, 10n, null, 'sk-secret', 'https://app.example/'])(
  'an origin that is none is refused, and not repeated: %o',
  (wrong) => {
    const majordomo = createMajordomo({ providers: [] });
    expect(() => createGateway({ majordomo, models: {}, cors: [wrong as string] })).toThrow(
      'createGateway: cors[0]: must be an origin such as https://app.example',
    );
  },
);

it.each([65_536, 1.5, Infinity])('refuses port %d', async (port) => {
  const gateway = createGateway({ majordomo: createMajordomo({ providers: [] }), models: {} });
  await expect(serve(gateway, { port })).rejects.toMatchObject({ kind: 'config', details: { path: 'port' } });
});
