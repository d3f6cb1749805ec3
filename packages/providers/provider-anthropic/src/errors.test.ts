import { assistant, LlmError, user } from '@majordomo/core';
import type { ModelRequest } from '@majordomo/core';
import type { ErrorContext } from '@majordomo/wire-kit';
import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { inBandError, toLlmError } from './errors.ts';

const request = requestOf({ temperature: 0.5 });
const facts = (more: Partial<ErrorContext> = {}): ErrorContext => ({
  target: 'a/m',
  request,
  secrets: ['s3cret'],
  ...more,
});

/** Error of the SDK with the parsed body in `error`, and headers. */
const statusError = (status: number, error?: unknown, headers: Record<string, string> = {}): Error =>
  Object.assign(new Error(`${status} failed`), { status, error, headers: new Headers(headers) });
const body = (type: string, message = 'no', details?: object): object => ({
  type: 'error',
  error: { type, message, ...(details === undefined ? undefined : { details }) },
  request_id: 'req_body',
});

describe('toLlmError', () => {
  it.for([
    [400, body('invalid_request_error'), 'invalid-request'],
    [
      400,
      body('invalid_request_error', 'prompt is too long: 205000 tokens > 200000 maximum'),
      'context-overflow',
    ],
    [
      400,
      body(
        'invalid_request_error',
        'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
      ),
      'context-overflow',
    ],
    [400, body('invalid_request_error', 'Output blocked by content filtering policy'), 'content-filter'],
    [
      400,
      body('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'),
      'billing',
    ],
    [400, body('invalid_request_error', 'You have reached your specified API usage limits.'), 'quota'],
    [
      400,
      body(
        'invalid_request_error',
        'messages.0.content.1.pdf.source.base64.data: A maximum of 600 PDF pages may be provided.',
      ),
      'unsupported',
    ],
    [400, body('invalid_request_error', 'This organization has been disabled.'), 'auth'],
    [
      400,
      body('invalid_request_error', 'Your organization org_1 (Acme) is not enabled for fast mode'),
      'auth',
    ],
    [400, body('invalid_request_error', 'max_tokens: 5 > 4, which is the maximum'), 'invalid-request'],
    [401, body('authentication_error', 'invalid x-api-key'), 'auth'],
    [402, body('billing_error'), 'billing'],
    [402, body('billing_error', 'no', { error_code: 'linked_organization_spend_limit_reached' }), 'quota'],
    [403, body('permission_error'), 'auth'],
    [404, body('not_found_error', 'model: x'), 'not-found'],
    [413, body('request_too_large'), 'unsupported'],
    ...(
      [
        [400, 'image_dimensions_too_large', 'unsupported'],
        [400, 'organization_on_hold', 'auth'],
        [400, 'claude_code_key_creator_not_member', 'auth'],
        [400, 'cmek_key_disabled', 'auth'],
        [400, 'cmek_key_network_blocked', 'auth'],
        [402, 'linked_organization_billing_unavailable', 'billing'],
        [403, 'user_profile_billing_not_authorized', 'billing'],
        [403, 'user_profile_not_billable', 'billing'],
        [400, 'tool_name_conflict', 'invalid-request'],
        [400, 'available_tools_limit_exceeded', 'invalid-request'],
        [413, 'request_body_too_large_after_decoding', 'unsupported'],
        [429, 'ramp_limit_exceeded', 'rate-limit'],
        [503, 'cmek_key_unreachable', 'overloaded'],
        [500, 'compaction_unavailable', 'server'],
      ] as const
    ).map(([status, code, kind]) => [status, body('error', 'no', { error_code: code }), kind] as const),
    [500, body('constructor'), 'server'],
    [
      429,
      body(
        'rate_limit_error',
        'This request would exceed your input token limit per minute: prompt is too long',
      ),
      'rate-limit',
    ],
    [429, body('rate_limit_error', 'no', { error_code: 'enforced_spend_limit_reached' }), 'quota'],
    [429, body('rate_limit_error', 'no', { error_code: 'ramp_limit_exceeded' }), 'rate-limit'],
    [500, body('api_error'), 'server'],
    [503, body('api_error', 'no', { error_code: 'cmek_key_unreachable' }), 'overloaded'],
    [503, undefined, 'overloaded'],
    [504, body('timeout_error'), 'timeout'],
    [529, body('overloaded_error', 'Overloaded'), 'overloaded'],
    [529, undefined, 'overloaded'],
    [502, undefined, 'server'],
  ] as const)('%i %j is %s', ([status, error, kind]) => {
    const result = toLlmError(statusError(status, error), facts());
    expect({ kind: result.kind, status: result.details.status }).toEqual({ kind, status });
  });

  it('keeps request id, retry-after, code and body, and the cause', () => {
    const cause = statusError(429, body('rate_limit_error', 'slow down'), {
      'retry-after': '7',
      'request-id': 'req_header',
    });
    const error = toLlmError(cause, facts());
    expect(error.message).toBe('a/m answered 429: slow down');
    expect(error.details).toMatchObject({
      requestId: 'req_body',
      retryAfterMs: 7000,
      code: 'rate_limit_error',
    });
    expect(error.details.body).toContain('slow down');
    expect(error.cause).toBe(cause);
  });

  it('uses the request id of the header if the body has none', () => {
    expect(
      toLlmError(statusError(500, undefined, { 'request-id': 'req_header' }), facts()).details.requestId,
    ).toBe('req_header');
  });

  it('hides secrets', () => {
    const error = toLlmError(statusError(401, body('authentication_error', 'bad key s3cret')), facts());
    expect(JSON.stringify(error) + error.message).not.toContain('s3cret');
  });

  it.for([
    [
      'a refused connection',
      Object.assign(new Error('x'), {
        name: 'APIConnectionError',
        cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
      }),
      'network',
    ],
    [
      'a connection that timed out',
      Object.assign(new Error('x'), { name: 'APIConnectionTimeoutError' }),
      'timeout',
    ],
    ['a cut body', new TypeError('terminated'), 'network'],
    ['broken JSON', new SyntaxError('x'), 'protocol'],
    [
      'an error of the SDK before it sends a request',
      Object.assign(new Error('browser'), { name: 'AnthropicError' }),
      'config',
    ],
    ['a thrown string', 'x', 'network'],
    ['nothing at all', undefined, 'network'],
  ] as const)('reports %s', ([, error, kind]) => {
    expect(toLlmError(error, facts()).kind).toBe(kind);
  });

  it('returns an LlmError unchanged', () => {
    const error = new LlmError('auth', 'x');
    expect(toLlmError(error, facts())).toBe(error);
  });

  it('offers to recover a 401 with the credential, and a 400 with a changed request', () => {
    const renew = () => ({ id: 'credential', what: 'x', apply: (request: ModelRequest) => request });
    expect(toLlmError(statusError(401), facts({ renew })).details.recover?.id).toBe('credential');
    const deprecated = statusError(
      400,
      body('invalid_request_error', '`temperature` is deprecated for this model.'),
    );
    expect(toLlmError(deprecated, facts()).details.recover?.id).toBe('temperature');
    expect(toLlmError(deprecated, facts({ request: undefined })).details.recover).toBeUndefined();
  });
});

describe('inBandError', () => {
  it.for([
    [body('overloaded_error'), 'overloaded'],
    [body('rate_limit_error'), 'rate-limit'],
    [body('invalid_request_error', 'Output blocked by content filtering policy'), 'content-filter'],
    [{ error: { message: 'upstream broke' } }, 'server'],
    [{ error: 'upstream broke' }, 'server'],
    [undefined, 'server'],
  ] as const)('reports %j as %s', ([responseBody, kind]) => {
    const error = inBandError(responseBody, facts());
    expect({ kind: error.kind, status: error.details.status }).toEqual({ kind, status: undefined });
  });
});

it('offers a transcript without reasoning after a 400 about a signature', () => {
  const thinking = {
    type: 'reasoning',
    text: 't',
    replay: { family: 'claude', data: { signature: 's' } },
  } as const;
  const chatRequest = {
    ...request,
    messages: [user('a'), assistant([thinking, { type: 'text', text: 'b' }]), user('c')],
  };
  const message = 'messages.1.content.0: Invalid `signature` in `thinking` block';
  const { recover } = toLlmError(
    statusError(400, body('invalid_request_error', message)),
    facts({ request: chatRequest }),
  ).details;
  expect(recover?.apply(chatRequest).messages[1]?.parts).toEqual([{ type: 'text', text: 'b' }]);
});
