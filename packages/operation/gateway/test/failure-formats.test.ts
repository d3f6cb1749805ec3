import { describe, expect, it } from 'vitest';
import { anthropicFailure } from '../src/anthropic-messages/failure.ts';
import { Refusal, type RefusalKind } from '../src/errors/refusal.ts';
import { chatFailure, responsesFailure } from '../src/openai-chat/failure.ts';
import { refusalResponse } from '../src/response/refusal-response.ts';

type Row = readonly [kind: RefusalKind, openaiType: string, openaiCode: string, anthropicType: string];

const ROWS: readonly Row[] = [
  ['unauthorized', 'authentication_error', 'invalid_api_key', 'authentication_error'],
  ['forbidden', 'permission_error', 'forbidden', 'permission_error'],
  ['not-allowed', 'permission_error', 'budget_exceeded', 'permission_error'],
  ['no-such-model', 'invalid_request_error', 'model_not_found', 'not_found_error'],
  ['no-such-route', 'invalid_request_error', 'no_such_route', 'not_found_error'],
  ['no-such-object', 'invalid_request_error', 'not_found', 'not_found_error'],
  ['wrong-method', 'invalid_request_error', 'wrong_method', 'invalid_request_error'],
  ['too-large', 'invalid_request_error', 'too_large', 'request_too_large'],
  ['invalid-request', 'invalid_request_error', 'invalid_request', 'invalid_request_error'],
  ['unsupported', 'invalid_request_error', 'unsupported', 'invalid_request_error'],
  ['content-filter', 'invalid_request_error', 'content_filter', 'invalid_request_error'],
  ['over-limit', 'invalid_request_error', 'request_too_large_for_limit', 'invalid_request_error'],
  ['busy', 'rate_limit_error', 'rate_limit_exceeded', 'rate_limit_error'],
  ['rate-limit', 'rate_limit_error', 'rate_limit_exceeded', 'rate_limit_error'],
  ['denied', 'rate_limit_error', 'budget_exceeded', 'rate_limit_error'],
  ['quota', 'insufficient_quota', 'insufficient_quota', 'rate_limit_error'],
  ['spent', 'insufficient_quota', 'insufficient_quota', 'billing_error'],
  ['unavailable', 'server_error', 'unavailable', 'overloaded_error'],
  ['overloaded', 'server_error', 'overloaded', 'overloaded_error'],
  ['exhausted', 'server_error', 'exhausted', 'overloaded_error'],
  ['timeout', 'server_error', 'timeout', 'timeout_error'],
  ['server', 'server_error', 'server', 'api_error'],
  ['invalid-output', 'server_error', 'invalid_output', 'api_error'],
];

describe.each(ROWS)('a refusal of the kind %s', (kind, type, code, anthropicType) => {
  const refusal = new Refusal(kind, 'reason');

  it(`has the type ${type} and the code ${code} at OpenAI`, () => {
    const expected = { error: { message: 'reason', type, param: null, code } };
    expect(chatFailure(refusal)).toEqual(expected);
    expect(responsesFailure(refusal)).toEqual(expected);
  });

  it(`has the type ${anthropicType} at Anthropic`, () => {
    expect(anthropicFailure(refusal)).toEqual({
      type: 'error',
      error: { type: anthropicType, message: 'reason' },
    });
  });
});

describe('a refusal with a path and a code', () => {
  const refusal = new Refusal('invalid-request', 'reason', { path: 'input', code: 'own' });
  const error = { message: 'reason', type: 'invalid_request_error', param: 'input', code: 'own' };

  it('has them at OpenAI', () => {
    expect([chatFailure(refusal), responsesFailure(refusal)]).toEqual([{ error }, { error }]);
  });

  it('has the code in the details at Anthropic', () => {
    expect(anthropicFailure(refusal)).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'reason', details: { error_code: 'own' } },
    });
  });
});

describe('a context overflow', () => {
  const overflow = (message: string): Refusal => new Refusal('context-overflow', message);

  it('has the code that clients of OpenAI evaluate', () => {
    expect(chatFailure(overflow('reason'))).toEqual({
      error: {
        message: 'reason',
        type: 'invalid_request_error',
        param: null,
        code: 'context_length_exceeded',
      },
    });
  });

  it.each([
    ['reason', 'prompt is too long: reason'],
    ['the prompt is too long', 'the prompt is too long'],
    ['prompt is too long: 9 tokens', 'prompt is too long: 9 tokens'],
  ])('with the message "%s" has the phrase that clients of Anthropic find', (message, expected) => {
    expect(anthropicFailure(overflow(message))).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: expected },
    });
  });
});

it.each([
  [undefined, null],
  ['GET, HEAD', 'GET, HEAD'],
])('the response to a refusal has the allowed methods %s', async (allow, expected) => {
  const response = refusalResponse(new Refusal('wrong-method', 'reason', { allow }), chatFailure);
  expect([response.status, response.headers.get('allow'), response.headers.get('x-should-retry')]).toEqual([
    405,
    expected,
    'false',
  ]);
  expect(await response.json()).toEqual({
    error: { message: 'reason', type: 'invalid_request_error', param: null, code: 'wrong_method' },
  });
});
