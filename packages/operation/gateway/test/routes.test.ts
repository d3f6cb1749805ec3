import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createGateway, type GatewayOptions } from '../src/index.ts';
import { bodyBytes, jsonBody, type BodyLimits } from '../src/parsing/body.ts';
import { attemptsOf, callHeaders } from '../src/response/headers.ts';

const gatewayWith = (options: Partial<GatewayOptions> = {}) =>
  createGateway({
    majordomo: createMajordomo({ providers: [fakeProvider({ id: 'a', models: { x: ['hi'] } })] }),
    models: { m: 'a/x', 'a b/ü': 'a/x' },
    authorize: () => ({}),
    ...options,
  });

/** Sends a request and returns the status, the parsed body and the header `allow`. */
async function send(method: string, path: string, options?: Partial<GatewayOptions>, init?: RequestInit) {
  const request = new Request(`http://gateway.test${path}`, { method, ...init });
  const { status, headers, body } = await gatewayWith(options).fetch(request);
  const text = await new Response(body).text();
  return { status, allow: headers.get('allow'), body: text === '' ? '' : (JSON.parse(text) as unknown) };
}

const HINT = '; the base URL must end in /v1 for OpenAI’s clients, but not for Anthropic’s';

describe('an unknown route', () => {
  it.each([
    ['POST', '/v1/nothing', ''],
    ['POST', '/chat/completions', HINT],
    ['POST', '/v1/v1/messages', HINT],
    ['GET', '/models', HINT],
    ['GET', '/v1/v1/models', HINT],
    ['GET', '/v2/models', ''],
  ])('%s %s is refused with the message "unknown route" and the hint "%s"', async (method, path, hint) => {
    expect(await send(method, path)).toMatchObject({
      status: 404,
      body: { error: { message: `unknown route ${method} ${path}${hint}` } },
    });
  });

  it('is cut to 100 characters in the message', async () => {
    const path = `/${'x'.repeat(150)}`;
    expect(await send('GET', path)).toMatchObject({
      body: { error: { message: `unknown route GET ${path.slice(0, 100)}` } },
    });
  });

  it.each([
    ['/x/v1/messages', { type: 'error', error: { type: 'not_found_error' } }],
    ['/v1/responses/a/b', { error: { type: 'invalid_request_error' } }],
  ])('%s has the format of its wire', async (path, body) => {
    expect((await send('GET', path)).body).toMatchObject(body);
  });
});

it.each([
  ['GET', '/v1/embeddings', 'POST'],
  ['POST', '/v1/models', 'GET, HEAD'],
  ['DELETE', '/v1/models/m', 'GET, HEAD'],
  ['POST', '/health', 'GET, HEAD'],
  ['PUT', '/ready', 'GET, HEAD'],
  ['GET', '/v1/responses/resp_1/cancel', 'POST'],
  ['POST', '/v1/responses/resp_1/input_items', 'GET, HEAD'],
  ['PUT', '/v1/responses/resp_1', 'GET, HEAD, DELETE'],
])('%s %s is refused with the methods %s', async (method, path, allow) => {
  expect(await send(method, path)).toMatchObject({
    status: 405,
    allow,
    body: { error: { message: `${method} ${path}: method not allowed; use ${allow}`, code: 'wrong_method' } },
  });
});

describe('a model', () => {
  it.each([
    ['/v1/models/m', 'm'],
    ['/v1/models/a%20b%2F%C3%BC', 'a b/ü'],
    ['/v1/models/a%20b/%C3%BC', 'a b/ü'],
  ])('at %s is %s', async (path, id) => {
    expect(await send('GET', path)).toMatchObject({
      status: 200,
      body: { id, object: 'model', created: 0, owned_by: 'majordomo' },
    });
  });

  it.each(['/v1/models/%', '/v1/models/other'])('at %s is unknown', async (path) => {
    expect(await send('GET', path)).toMatchObject({
      status: 404,
      body: {
        error: { message: 'unknown model; see GET /v1/models', param: 'model', code: 'model_not_found' },
      },
    });
  });

  it('is listed in the format of Anthropic for its clients', async () => {
    const init = { headers: { 'anthropic-version': '2023-06-01' } };
    const model = (id: string) => ({
      type: 'model',
      id,
      display_name: id,
      created_at: '1970-01-01T00:00:00.000Z',
    });
    expect((await send('GET', '/v1/models', {}, init)).body).toEqual({
      data: [model('m'), model('a b/ü')],
      has_more: false,
      first_id: 'm',
      last_id: 'a b/ü',
    });
    expect((await send('GET', '/v1/models', { models: {} }, init)).body).toEqual({
      data: [],
      has_more: false,
      first_id: null,
      last_id: null,
    });
  });
});

describe('routes of an application', () => {
  const respondWith = (name: string) => () => Promise.resolve(Response.json({ name }, { status: 201 }));
  const routes = {
    '/a/*': respondWith('a'),
    '/a/b/*': respondWith('a/b'),
    '/a/b/c': respondWith('c'),
  };

  it.each([
    ['/a/x', { name: 'a' }],
    ['/a/b/x', { name: 'a/b' }],
    ['/a/b/c', { name: 'c' }],
    ['/a/', { name: 'a' }],
  ])('serve %s by the longest path', async (path, body) => {
    expect(await send('GET', path, { routes })).toMatchObject({ status: 201, body });
  });

  it.each(['/a', '/ab', '/b'])('do not serve %s', async (path) => {
    expect((await send('GET', path, { routes })).status).toBe(404);
  });
});

it.each([
  ['/v1/models', true],
  ['/v1/models/*', true],
  ['/v1/models/a', true],
  ['/v1/chat/completions', true],
  ['/v1/responses/*', true],
  ['/v1/responses/r/cancel', true],
  ['/v1/files', true],
  ['/v1/files/*', true],
  ['/v1beta/*', true],
  ['/health', true],
  ['/v1/*', false],
  ['/v1/messages/batches', false],
  ['/v1/messages/batches/*', false],
  ['/v1/audio/*', false],
  ['/metrics', false],
])('a route of the application at %s is refused because a built-in one answers: %s', (path, isRefused) => {
  const create = (): unknown => gatewayWith({ routes: { [path]: () => Promise.resolve(new Response()) } });
  if (isRefused)
    expect(create).toThrow(
      `createGateway: routes["${path}"]: a built-in route answers this path; use another path`,
    );
  else expect(create).not.toThrow();
});

it('a route of the application at /metrics is refused if the gateway serves its metrics', () => {
  const routes = { '/metrics': () => Promise.resolve(new Response()) };
  expect(() => gatewayWith({ routes, metrics: 'public' })).toThrow('routes["/metrics"]');
});

describe('the body of a request', () => {
  const limits = (maxBytes: number): BodyLimits => ({ maxBytes, maxElements: 1000, hold: () => undefined });
  const requestOf = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Request =>
    new Request('http://gateway.test', { method: 'POST', body, headers });
  const streamOf = (...chunks: readonly string[]): ReadableStream => new Blob([...chunks]).stream();
  const streaming = (...chunks: readonly string[]): Request =>
    new Request('http://gateway.test', {
      method: 'POST',
      body: streamOf(...chunks),
      duplex: 'half',
    });

  it.each([
    ['a string', () => requestOf('12345')],
    ['chunks', () => streaming('123', '45')],
    ['a content-length', () => requestOf('12345', { 'content-length': '5' })],
    ['the encoding identity', () => requestOf('12345', { 'content-encoding': 'Identity' })],
  ])('of %s is refused above the maximum of bytes', async (_, request) => {
    expect(new TextDecoder().decode(await bodyBytes(request(), limits(5)))).toBe('12345');
    await expect(bodyBytes(request(), limits(4))).rejects.toMatchObject({
      kind: 'too-large',
      message: 'the body must not be larger than 4 bytes',
    });
  });

  it('is empty if it is missing', async () => {
    expect(await bodyBytes(new Request('http://gateway.test'), limits(5))).toEqual(new Uint8Array());
  });

  it('must not be compressed', async () => {
    await expect(bodyBytes(requestOf('1', { 'content-encoding': 'gzip' }), limits(5))).rejects.toMatchObject({
      kind: 'invalid-request',
      message: 'the body has the unsupported content-encoding gzip; send it uncompressed',
    });
  });

  it.each([undefined, '5'])(
    'is reported as incomplete if its stream fails (content-length: %s)',
    async (length) => {
      const body = new ReadableStream({
        pull(controller) {
          controller.error(new Error('secret'));
        },
      });
      const headers = length === undefined ? {} : { 'content-length': length };
      const request = new Request('http://gateway.test', {
        method: 'POST',
        body,
        headers,
        duplex: 'half',
      });
      await expect(bodyBytes(request, limits(5))).rejects.toMatchObject({
        kind: 'aborted',
        message: 'the body is incomplete',
      });
    },
  );

  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  it.each([
    ['', 'the body is missing'],
    ['{', 'the body is not valid JSON'],
    [new Uint8Array([0xff]), 'the body is not valid UTF-8'],
    [nested(501), 'the request is nested more than 500 levels deep; flatten it'],
  ])('%j is refused as JSON', async (body, message) => {
    await expect(jsonBody(requestOf(body), limits(5000))).rejects.toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each(['null', '7', '{"a":"é"}', nested(500)])('%s is accepted as JSON', async (body) => {
    expect(await jsonBody(requestOf(body), limits(5000))).toEqual(JSON.parse(body));
  });
});

describe('the headers of a call', () => {
  it('have the target, the attempts and the warnings', () => {
    const warnings = [
      { action: 'dropped', what: 'a', why: 'b' },
      { action: 'coerced', what: 'ü', why: 'c\nd' },
    ] as const;
    expect(callHeaders({ target: 'a/ü~', attempts: 2, warnings })).toEqual({
      'x-majordomo-target': 'a/?~',
      'x-majordomo-attempts': '2',
      'x-majordomo-warnings': 'dropped a: b; coerced ?: c?d',
    });
    expect(callHeaders({ target: undefined, attempts: 0, warnings: [] })).toEqual({
      'x-majordomo-attempts': '0',
    });
  });

  it('have at most 2000 characters of warnings', () => {
    const warnings = [{ action: 'dropped', what: 'a', why: 'b'.repeat(3000) }] as const;
    const value = callHeaders({ target: undefined, attempts: 1, warnings })['x-majordomo-warnings'];
    expect(value).toBe(`dropped a: ${'b'.repeat(1989)}`);
  });

  it('count attempts without skipped targets', () => {
    const attempt = (outcome: 'skipped' | 'failed' | 'finished') => ({
      target: 'a/x',
      outcome,
      error: undefined,
      usage: undefined,
      ms: 0,
    });
    expect(attemptsOf([attempt('skipped'), attempt('failed'), attempt('finished')])).toBe(2);
  });
});
