import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { toLlmError as toError, type SdkErrorContext } from '../src/errors.ts';
import { sdkErrors } from '../src/sdk.ts';

/** Error with the members of the SDK's class. Two copies of an SDK have different classes; the client's classes are used. */
class APIError extends Error {
  readonly status: number | undefined;
  readonly error: unknown;
  readonly headers: Headers;

  constructor(
    status: number | undefined,
    error: unknown,
    message = 'said',
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.status = status;
    this.error = error;
    this.headers = new Headers(headers);
  }
}
class APIConnectionError extends Error {}
class APIConnectionTimeoutError extends Error {}
class OpenAIError extends Error {}
const Client = Object.assign(() => undefined, { OpenAIError, APIConnectionTimeoutError });

const facts = (overrides: Partial<SdkErrorContext> = {}): SdkErrorContext => ({
  target: 'p/m',
  secrets: [],
  ...overrides,
});
const toLlmError = (error: unknown, context: SdkErrorContext): LlmError =>
  toError(error, context, sdkErrors(Client, 'OpenAIError'));
const errorWithCode = (code: string): Error => Object.assign(new Error('inner'), { code });

describe('an error of the SDK', () => {
  it.each<[string, unknown, LlmError['kind']]>([
    ['with a status', new APIError(503, { message: 'busy' }), 'overloaded'],
    [
      'with a code',
      new APIError(400, { message: 'no', code: 'context_length_exceeded' }),
      'context-overflow',
    ],
    [
      'with a body of another form',
      new APIError(400, { message: 'prompt is too long', type: 'x' }),
      'context-overflow',
    ],
    [
      'with an array as its body',
      new APIError(400, [{ error: { message: 'no', code: 'model_not_found' } }]),
      'not-found',
    ],
    [
      'with an HTML page as its body',
      new APIError(502, undefined, '502 <html><title>Bad</title></html>'),
      'server',
    ],
    [
      'of a connection',
      new APIConnectionError('Connection error.', {
        cause: new TypeError('fetch failed', { cause: errorWithCode('ECONNREFUSED') }),
      }),
      'network',
    ],
    [
      'of a body that was cut',
      new TypeError('terminated', { cause: errorWithCode('UND_ERR_SOCKET') }),
      'network',
    ],
    ['of a timeout', new APIConnectionTimeoutError('Request timed out.'), 'timeout'],
    [
      'of a timeout in the cause',
      new APIConnectionError('Connection error.', { cause: errorWithCode('UND_ERR_HEADERS_TIMEOUT') }),
      'timeout',
    ],
    ['of broken JSON', new SyntaxError('Unexpected end'), 'protocol'],
    ['before a request is sent', new OpenAIError('browser-like environment'), 'config'],
    [
      'about an invalid header',
      new TypeError('Headers.append: "x\ny" is an invalid header value.'),
      'config',
    ],
    ['that is not an Error', 'oops', 'network'],
    ['that is an LlmError', new LlmError('truncated', 'cut'), 'truncated'],
  ])('recognizes %s by its members', (_what, error, kind) => {
    expect(toLlmError(error, facts()).kind).toBe(kind);
  });

  it.each(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])(
    'names no phase for %s, which is not a time limit of majordomo',
    (code) => {
      const { kind, details } = toLlmError(
        new TypeError('terminated', { cause: errorWithCode(code) }),
        facts(),
      );
      expect([kind, details.code, details.phase]).toEqual(['timeout', code, undefined]);
    },
  );

  it('has status, code, request id, retryAfterMs, body and cause', () => {
    const error = new APIError(429, { message: 'slow down', code: 'rate_limit_exceeded' }, 'x', {
      'x-request-id': 'req_1',
      'retry-after': '7',
    });
    expect(toLlmError(error, facts())).toMatchObject({
      kind: 'rate-limit',
      message: 'p/m answered 429: slow down',
      cause: error,
      details: {
        target: 'p/m',
        status: 429,
        code: 'rate_limit_exceeded',
        requestId: 'req_1',
        retryAfterMs: 7000,
        body: expect.stringContaining('slow down') as string,
      },
    });
  });

  it('shortens the text of a page, and ignores an empty body', () => {
    const page = new APIError(502, undefined, `502 <html>\n<h1>Bad gateway</h1>${'x'.repeat(999)}`);
    expect(toLlmError(page, facts()).message).toMatch(/^p\/m answered 502: Bad gateway x{100,188}$/);
    expect(toLlmError(new APIError(502, undefined, '502 status code (no body)'), facts()).message).toBe(
      'p/m answered 502',
    );
  });

  it('reports an error before sending as config', () => {
    expect(toLlmError(new OpenAIError('browser-like environment'), facts()).message).toBe(
      'p/m: the request could not be created: browser-like environment',
    );
  });

  it('contains at most 2,000 characters of the message of the SDK', () => {
    const { message } = toLlmError(new OpenAIError('x'.repeat(99_999)), facts());
    expect(message).toBe(`p/m: the request could not be created: ${'x'.repeat(2000)}`);
  });

  it('contains no secret in its message or its cause', () => {
    const error = new APIError(401, { message: 'bad key hush-hush' }, '401 bad key hush-hush');
    const llmError = toLlmError(error, facts({ secrets: ['hush-hush'] }));
    expect(
      `${JSON.stringify(llmError)} ${String(llmError.cause)} ${JSON.stringify(llmError.cause)}`,
    ).not.toContain('hush');
  });

  it('offers a recovery: another credential, or a body without the rejected member', () => {
    const credential = { id: 'credential', what: 'asked again', apply: <T>(request: T): T => request };
    expect(toLlmError(new APIError(401, {}), facts({ renew: () => credential })).details.recover).toBe(
      credential,
    );
    const rejection = { code: 'unsupported_parameter', param: 'seed', message: 'no' };
    const recoveryArguments: unknown[] = [];
    const recovery: SdkErrorContext['recovery'] = (failure, status) => {
      recoveryArguments.push(failure.param, status);
      return credential;
    };
    expect(toLlmError(new APIError(400, rejection), facts({ recovery })).details.recover).toBe(credential);
    expect(recoveryArguments).toEqual(['seed', 400]);
    expect(toLlmError(new APIError(400, rejection), facts()).details.recover).toBeUndefined();
  });
});
