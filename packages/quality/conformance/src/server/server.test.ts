import { refusedURL } from '@majordomo/testing';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Step } from '../script/step.ts';
import { anthropicMessages } from '../wires/anthropic-messages/wire.ts';
import { openaiChat } from '../wires/openai-chat/wire.ts';
import type { Wire } from '../wires/wire.ts';
import { startWireServer, type WireServer, type WireServerOptions } from './server.ts';

const open: WireServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serverFor(
  script: WireServerOptions['script'],
  more: Partial<WireServerOptions> = {},
): Promise<WireServer> {
  const server = await startWireServer({ wire: openaiChat, script, ...more });
  open.push(server);
  return server;
}

const CHAT = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
const MESSAGES = { ...CHAT, max_tokens: 9 };

const post = (server: WireServer, body: object, init: RequestInit = {}): Promise<Response> =>
  fetch(`${server.url}${'max_tokens' in body ? '/v1/messages' : '/v1/chat/completions'}`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
  });

const streamed = (server: WireServer, init: RequestInit = {}): Promise<Response> =>
  post(server, { ...CHAT, stream: true }, init);

describe('a script', () => {
  it('plays its steps in order and rejects a request beyond them', async () => {
    const server = await serverFor(['one', 'two']);
    const contents: unknown[] = [];
    for (let n = 0; n < 2; n++)
      contents.push(((await (await post(server, CHAT)).json()) as Completion).choices[0]?.message.content);
    expect(contents).toEqual(['one', 'two']);
    const beyond = await post(server, CHAT);
    expect(beyond.status).toBe(400);
    expect(await beyond.json()).toMatchObject({
      error: { code: 'unscripted', message: 'the script has no step for request 3; add a step' },
    });
  });

  it('as a function receives the request and its number', async () => {
    const server = await serverFor(({ request }, n) => `${n}: ${request.model}`);
    await post(server, CHAT);
    const second = (await (await post(server, CHAT)).json()) as Completion;
    expect(second.choices[0]?.message.content).toBe('1: m');
  });

  interface Completion {
    readonly choices: readonly { readonly message: { readonly content: string } }[];
  }
});

describe('requests', () => {
  it('have method, path, body and contents, with masked credentials', async () => {
    const server = await serverFor(['one']);
    await post(server, CHAT, {
      headers: { authorization: 'Bearer sk-secret', 'x-api-key': 'sk-secret', cookie: 'a=sk-secret' },
    });
    const [exchange] = server.requests;
    expect(exchange).toMatchObject({ method: 'POST', path: '/v1/chat/completions', body: CHAT, model: 'm' });
    expect(exchange?.headers).toMatchObject({ authorization: '***', 'x-api-key': '***', cookie: '***' });
    expect(JSON.stringify(exchange)).not.toContain('sk-secret');
  });

  it('distinguish served, disconnected and broken responses', async () => {
    const server = await serverFor(['one', { fault: 'stall' }, { fault: 'cut' }]);
    await (await post(server, CHAT)).text();
    const controller = new AbortController();
    const stalled = await streamed(server, { signal: controller.signal });
    await stalled.body?.getReader().read();
    const since = performance.now();
    controller.abort();
    await (await streamed(server)).text().catch(() => undefined);
    await Promise.all(server.requests.map(({ ended }) => ended));
    expect(server.requests.map(({ outcome }) => outcome)).toEqual(['served', 'left', 'broken']);
    expect(server.requests.map(({ closedByClient }) => closedByClient !== undefined)).toEqual([
      false,
      true,
      false,
    ]);
    expect(server.requests[1]?.closedByClient).toBeGreaterThanOrEqual(since);
    expect(server.requests[1]?.sent).toBeGreaterThan(0);
  });

  it('can be awaited', async () => {
    const server = await serverFor(['one', 'two']);
    const second = server.request(1);
    await post(server, CHAT);
    await post(server, { ...CHAT, model: 'm2' });
    expect((await second).model).toBe('m2');
    expect((await server.request(0)).model).toBe('m');
  });
});

describe('an invalid request', () => {
  it.each([
    [openaiChat, CHAT, { error: { type: 'invalid_request_error', code: 'missing-key' } }],
    [anthropicMessages, MESSAGES, { type: 'error', error: { type: 'invalid_request_error' } }],
  ] as const)(
    'is rejected in the format of $0.name with the name of the rule',
    async (wire: Wire, body, shape) => {
      const server = await serverFor(['never sent'], { wire });
      const response = await post(server, { ...body, messages: undefined });
      expect(response.status).toBe(400);
      const errorBody = (await response.json()) as { readonly error: { readonly message: string } };
      expect(errorBody).toMatchObject(shape);
      expect(errorBody.error.message).toBe('messages: is missing; it must be an array [rule missing-key]');
    },
  );

  it('is accepted if the server does not validate', async () => {
    const server = await serverFor(['sent'], { validate: false });
    expect((await post(server, { ...CHAT, unknown: 1 })).status).toBe(200);
  });

  it('gets status 404 at a path that the wire does not have', async () => {
    const server = await serverFor(['never sent']);
    expect((await post(server, MESSAGES)).status).toBe(404);
  });
});

describe('split', () => {
  it.each(['complete', 'event', 1, 7, { seed: 3 }] as const)(
    '%j does not change the bytes',
    async (split) => {
      const server = await serverFor(['Grüße 🌍'], { split });
      const plain = await serverFor(['Grüße 🌍']);
      expect(await (await streamed(server)).text()).toBe(await (await streamed(plain)).text());
    },
  );

  it('of 1 sends writes of one byte', async () => {
    const server = await serverFor(['hi'], { split: 1 });
    const sizes: number[] = [];
    for await (const chunk of (await streamed(server)).body ?? []) sizes.push(chunk.length);
    const singleBytes = sizes.filter((size) => size === 1).length;
    // The kernel may join some writes.
    expect(singleBytes).toBeGreaterThan(sizes.length / 2);
    expect(sizes.length).toBeGreaterThan(200);
  });
});

describe('faults', () => {
  const outcome = async (
    step: Step,
    body: object = { ...CHAT, stream: true },
    limitMs = 30_000,
  ): Promise<Outcome> => {
    const server = await serverFor([step]);
    try {
      const response = await post(server, body, { signal: AbortSignal.timeout(limitMs) });
      const type = response.headers.get('content-type');
      const text = await response.text().then(
        (content) => ({ text: content }),
        (error: unknown) => ({ failed: nameOf(error) }),
      );
      return { status: response.status, type, retry: response.headers.get('retry-after'), ...text };
    } catch (error) {
      return { failed: nameOf(error) };
    }
  };
  interface Outcome {
    readonly status?: number;
    readonly type?: string | null;
    readonly retry?: string | null;
    readonly text?: string;
    readonly failed?: string;
  }
  const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

  it.each<[string, Step, Partial<Outcome>]>([
    ['a status', { failure: 'unavailable' }, { status: 503, type: 'application/json' }],
    ['a replaced status', { failure: 'server', status: 599 }, { status: 599 }],
    [
      'Retry-After in seconds',
      { failure: 'rate-limit', retryAfter: { seconds: 3600 } },
      { status: 429, retry: '3600' },
    ],
    ['an empty body', { fault: 'empty' }, { status: 200, text: '' }],
    ['a late answer', { fault: 'late', ms: 10 }, { status: 200 }],
    ['a reset', { fault: 'reset' }, { failed: 'TypeError' }],
    ['a cut', { fault: 'cut' }, { status: 200, failed: 'TypeError' }],
    ['another type', { fault: 'content-type', value: 'text/plain' }, { status: 200, type: 'text/plain' }],
  ])('%s', async (_name, step, expected) => {
    expect(await outcome(step)).toMatchObject(expected);
  });

  it.each<[string, Step, Partial<Outcome>]>([
    ['no headers', { fault: 'late' }, { failed: 'TimeoutError' }],
    ['a stall', { fault: 'stall' }, { status: 200, failed: 'TimeoutError' }],
  ])('%s does not end', async (_name, step, expected) => {
    expect(await outcome(step, undefined, 1000)).toMatchObject(expected);
  });

  it.each<[string, Step, RegExp, RegExp]>([
    [
      'an error inside 200',
      { fault: 'in-band', failure: { failure: 'overloaded' } },
      /Overloaded/,
      /"content":"Hello/,
    ],
    ['a clean end', { fault: 'end' }, /"content":"Hello/, /finish_reason":"stop|DONE/],
    ['an immediate end', { fault: 'end', at: { events: 0 } }, /^$/, /./],
    ['broken JSON', { fault: 'bad-json' }, /\{"choices":\[\{"delta":\{"conte\n/, /never/],
    ['an HTML page', { fault: 'html' }, /502 Bad Gateway/, /data:/],
    ['a stall that ends', { fault: 'stall', ms: 10 }, /\[DONE\]/, /never/],
    ['a trickle', { fault: 'trickle', bytes: 200 }, /\[DONE\]/, /never/],
    ['slow events', { fault: 'slow', everyMs: 1 }, /\[DONE\]/, /never/],
  ])('%s appears in the stream', async (_name, step, has, hasNot) => {
    const { text } = await outcome(step);
    expect(text).toMatch(has);
    expect(text).not.toMatch(hasNot);
  });

  it('an end in a non-streaming body leaves half of the JSON', async () => {
    const { text = '' } = await outcome({ fault: 'end' }, CHAT);
    expect(text.length).toBeGreaterThan(20);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  it('an error inside 200 replaces a non-streaming body', async () => {
    const { status, text = '' } = await outcome({ fault: 'in-band', failure: { failure: 'blocked' } }, CHAT);
    expect([status, JSON.parse(text)]).toMatchObject([200, { error: { code: 'content_filter' } }]);
  });
});

it('refusedURL refuses connections', async () => {
  const { port } = new URL(await refusedURL());
  const error = await new Promise((resolve) => connect(Number(port), '127.0.0.1').on('error', resolve));
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});

it('close ends open connections', async () => {
  const server = await startWireServer({ wire: openaiChat, script: [{ fault: 'late' }] });
  const waiting = streamed(server).catch((error: unknown) => error);
  await server.request(0);
  await server.close();
  expect(await waiting).toBeInstanceOf(TypeError);
});
