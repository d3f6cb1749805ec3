import fc from 'fast-check';
import { LlmError } from '@majordomo/core';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { serverAddress } from './connection-error.ts';
import { transportError, wireError, type WireErrorInit } from './errors.ts';

const KEY = 'canary-2718281828';
const inspected = (error: LlmError): string =>
  `${inspect(error, { depth: Infinity, showHidden: true, customInspect: false })} ${JSON.stringify(error)} ${String(error.stack)}`;
const facts = (more: Partial<WireErrorInit>): WireErrorInit => ({
  target: 'p/m',
  status: 401,
  secrets: [KEY],
  ...more,
});

describe('wireError hides a secret', () => {
  it.each<[string, Partial<WireErrorInit>]>([
    ['in its message', { message: `bad ${KEY}` }],
    ['in its body', { body: { error: { key: KEY } } }],
    ['in its code', { code: KEY }],
    ['in its type', { type: `type ${KEY}` }],
    ['in its request id', { requestId: `req-${KEY}` }],
    ['in its cause', { cause: Object.assign(new Error('a'), { headers: new Headers({ echo: KEY }) }) }],
    ['at the end of a truncated body', { body: `${'x'.repeat(1990)}${KEY}` }],
    ['at the end of a truncated message', { message: `${'x'.repeat(1990)}${KEY}` }],
  ])('%s', (_, more) => {
    expect(inspected(wireError(facts(more)))).not.toContain('canary-');
  });
});

it('truncates a message to the length of a body', () => {
  expect(wireError(facts({ message: 'x'.repeat(1_000_000) })).message.length).toBeLessThan(2100);
});

describe('transportError of an LlmError', () => {
  const original = new LlmError('config', 'set LLM_BOX=openai://TOKEN@host/v1', { target: 'p/m' });

  it('returns the same error without a secret', () => {
    expect(transportError(original, 'p/m', [KEY])).toBe(original);
  });

  it('removes only the secrets', () => {
    const partial = { id: 'r1', target: 'p/m', text: 'hi', parts: [], usage: undefined };
    const details = { target: 'p/m', partial, code: KEY, body: `b ${KEY}`, requestId: `r ${KEY}` };
    const cause = new SyntaxError(`Unexpected token 'c', "{"a": ${KEY.slice(0, 9)}"... is not valid JSON`);
    const error = transportError(new LlmError('protocol', `no ${KEY}`, details, { cause }), 'p/m', [KEY]);
    expect(inspected(error)).not.toContain('canary-');
    expect(error.cause).toMatchObject({ name: 'SyntaxError', message: 'not valid JSON' });
    expect([error.kind, error.message, error.details.partial, error.details.target]).toEqual([
      'protocol',
      'no ***',
      partial,
      'p/m',
    ]);
  });
});

it('returns the LlmError inside an error of an SDK', () => {
  const original = new LlmError('protocol', 'p/m redirects to http://x', { target: 'p/m', code: 'redirect' });
  const wrapped = new Error('Connection error.', { cause: new Error('fetch failed', { cause: original }) });
  expect(transportError(wrapped, 'p/m')).toBe(original);
});

describe('transportError converts', () => {
  it.each<[string, unknown]>([
    ['an object without a prototype', Object.create(null)],
    ['a circular one', circular()],
    ['a deep one', deep(100_000)],
    ['nothing', undefined],
    ['a function', () => KEY],
    ['an error without a message', new Error()],
  ])('%s', (_, thrown) => {
    const error = transportError(thrown, 'p/m', [KEY]);
    expect([LlmError.is(error, 'network'), error.details.target]).toEqual([true, 'p/m']);
    expect(LlmError.is(wireError(facts({ body: thrown, cause: thrown })), 'auth')).toBe(true);
  });

  it('any value', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, maxDepth: 4 }), fc.string(), (value, message) => {
        expect(LlmError.is(transportError(value, 'p/m', [KEY]))).toBe(true);
        const error = wireError(
          facts({ body: value, message: message + KEY, cause: value, code: message + KEY }),
        );
        expect(inspected(error)).not.toContain(KEY);
      }),
      { numRuns: 100, seed: 20_261_120 },
    );
  });
});

function circular(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < levels; n++) value = [value];
  return value;
}

it.each([
  "Cannot read properties of undefined (reading 'headers')",
  'response.headers is not iterable',
  "undefined is not an object (evaluating 'response.headers')",
])('does not report a fault of an SDK as an invalid header: %s', (message) => {
  expect(transportError(new TypeError(message), 'p/m').kind).toBe('network');
});

it.each([
  'Invalid character in header content ["authorization"]',
  "Header 'authorization' has invalid value",
  'Cannot convert argument to a ByteString because the character at index 7 has a value of 8364',
  "Failed to read the 'headers' property from 'RequestInit': String contains non ISO-8859-1 code point.",
])('reports the invalid header of other runtimes as a config error: %s', (message) => {
  const error = transportError(new TypeError(message), 'p/m');
  expect([error.kind, error.message]).toEqual([
    'config',
    `p/m: the request could not be created: ${message}; check the characters of the key and the headers`,
  ]);
});

it('reports an invalid header as a config error', () => {
  const error = transportError(
    new TypeError(`Headers.append: "${KEY}\r\n" is an invalid header value.`),
    'p/m',
    [KEY],
  );
  expect([error.kind, error.message.includes('canary-')]).toEqual(['config', false]);
  expect(transportError(new TypeError('fetch failed'), 'p/m').kind).toBe('network');
});

describe('retry hints of a server', () => {
  const headers = (value: string): Headers => new Headers({ 'x-should-retry': value });

  it.each<[Partial<WireErrorInit>, string, boolean | undefined]>([
    [{ status: 409, headers: headers('true') }, 'server', true],
    [{ status: 401, headers: headers('true') }, 'auth', true],
    [{ status: 500, headers: headers('false') }, 'server', false],
    [{ status: 500, headers: headers('maybe') }, 'server', undefined],
    [{ status: 500 }, 'server', undefined],
  ])('%j is of kind %s', (more, kind, shouldRetry) => {
    const { kind: actualKind, details } = wireError(facts(more));
    expect([actualKind, details.shouldRetry]).toEqual([kind, shouldRetry]);
  });

  it.each<[string, number | undefined]>([
    ['Rate limit reached. Please try again in 11.054s. Visit …', 11_054],
    ['Please try again in 7m12.5s.', 432_500],
    ['Please try again in 250ms.', 250],
    ['Requests have exceeded the limit. Please retry after 26 seconds.', 26_000],
    ['Please retry in 1 minute, 5 seconds', 65_000],
    ['retry after 30 milliseconds', 30],
    ['Try again in a while.', undefined],
    ['Try again in 99999 days.', undefined],
  ])('reads the wait from "%s"', (message, wait) => {
    expect(wireError(facts({ status: 429, message })).details.retryAfterMs).toBe(wait);
    expect(wireError(facts({ status: 400, message })).details.retryAfterMs).toBeUndefined();
    const headers = new Headers({ 'retry-after': '3' });
    expect(wireError(facts({ status: 429, message, headers })).details.retryAfterMs).toBe(3000);
  });
});

describe('the wait of a 429 without retry-after', () => {
  const waitOf = (headers: Record<string, string>, status = 429): number | undefined =>
    wireError({ target: 'p/m', status, headers: new Headers(headers), message: 'slow down' }).details
      .retryAfterMs;
  const exhausted = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '7s' };

  it('is the reset of the exhausted limit', () => {
    expect(waitOf(exhausted)).toBe(7000);
    expect(waitOf({ 'anthropic-ratelimit-tokens-remaining': '0' })).toBeUndefined();
  });

  it('is the last reset of several exhausted limits', () => {
    const tokens = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1m3s' };
    expect(waitOf({ ...exhausted, ...tokens })).toBe(63_000);
  });

  it('ignores limits that are not exhausted, and other statuses', () => {
    expect(waitOf({ ...exhausted, 'x-ratelimit-remaining-requests': '3' })).toBeUndefined();
    expect(waitOf(exhausted, 500)).toBeUndefined();
  });

  it('is retry-after if the server sends it', () => {
    expect(waitOf({ ...exhausted, 'retry-after': '2' })).toBe(2000);
  });
});

describe('transportError of a network failure', () => {
  const failure = (code: string | undefined, reason: string): LlmError =>
    transportError(
      new TypeError('fetch failed', { cause: Object.assign(new Error(reason), { code }) }),
      'p/m',
    );

  it.each([
    ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND host'],
    [undefined, 'unknown'],
  ])('reports no connection for %s', (code, reason) => {
    expect(failure(code, reason).message).toBe(`p/m: the connection failed: ${reason}`);
  });

  it.each([
    ['UND_ERR_SOCKET', 'other side closed'],
    ['ECONNRESET', 'read ECONNRESET'],
    ['EPIPE', 'write EPIPE'],
  ])('reports a lost connection for %s', (code, reason) => {
    const error = failure(code, reason);
    expect([error.kind, error.message]).toEqual(['network', `p/m: the connection was lost: ${reason}`]);
  });
});

describe('the message of a failed connection', () => {
  const messageFor = (error: unknown, baseURL = 'https://a.test/v1', variable?: string): string =>
    transportError(error, 'p/m', [KEY], () => ({ baseURL, variable })).message;
  const sdkError = (cause: unknown): Error =>
    new Error('Connection error.', { cause: new TypeError('fetch failed', { cause }) });

  it('names the base URL, its variable and the reason once', () => {
    expect(messageFor(sdkError(new Error('bad port')), 'http://a.test:1/v1/', 'ACME_BASE_URL')).toBe(
      'p/m: the connection to http://a.test:1/v1 (ACME_BASE_URL) failed: bad port',
    );
  });

  it('names neither the user nor the query of the base URL', () => {
    expect(messageFor(sdkError(new Error('no')), `https://u:${KEY}@a.test/v1?key=${KEY}`)).toBe(
      'p/m: the connection to https://a.test/v1 failed: no',
    );
  });

  it('omits a base URL that is not valid', () => {
    expect(messageFor(sdkError(new Error('no')), 'a test')).toBe('p/m: the connection failed: no');
  });

  it('contains a general message if no other message exists', () => {
    expect(messageFor(sdkError(undefined))).toBe(
      'p/m: the connection to https://a.test/v1 failed: fetch failed',
    );
  });

  it('contains the reason of the first address of a host', () => {
    const errors = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}:1`));
    expect(messageFor(sdkError(new AggregateError(errors)))).toContain('failed: connect ECONNREFUSED ::1:1');
  });

  it.each([
    [
      'wrong version number',
      'the server answers without TLS (wrong version number); write http:// instead of https://',
    ],
    ['certificate unknown', 'certificate unknown'],
  ])('contains no place in OpenSSL: %s', (reason, expected) => {
    const text = `write EPROTO 8027E4:error:0A00010B:SSL routines:ssl3_get_record:${reason}:../deps/openssl/ssl3_record.c:355:\n`;
    expect(messageFor(sdkError(new Error(text)))).toBe(
      `p/m: the connection to https://a.test/v1 failed: ${expected}`,
    );
  });
});

describe('serverAddress', () => {
  it.each([
    [{ ACME_URL: 'https://a.test' }, 'ACME_URL'],
    [{ LLM_P: 'acme+https://token@a.test/v1', ACME_URL: 'https://b.test' }, 'LLM_P'],
    [{ ACME_URL: 'https://b.test' }, undefined],
  ])('in %j is defined by %s', (env, variable) => {
    expect(serverAddress('p', 'https://a.test/v1', 'ACME_URL', env)).toEqual({
      baseURL: 'https://a.test/v1',
      variable,
    });
  });
});
