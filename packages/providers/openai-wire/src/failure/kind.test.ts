import { describe, expect, it } from 'vitest';
import { stream as chat, failureOf as thrown } from '../../test/reading.ts';
import { failedKind } from '../responses/response.ts';
import { inBandError } from './in-band-error.ts';
import { parseFailure } from './reported-failure.ts';
import { specificKind } from './kind.ts';

const CYBER = { type: 'invalid_request', code: 'cyber_policy', message: 'flagged for cyber security' };

describe('an error in `base_resp`', () => {
  it.each([
    [1002, 'rate-limit'],
    [1008, 'billing'],
    [1027, 'content-filter'],
    [1000, 'server'],
    ['constructor', 'server'],
  ])('with the code %s is %s', (status_code, kind) => {
    const error = thrown(() => chat({ choices: null, base_resp: { status_code, status_msg: 'said so' } }));
    expect([error.kind, error.message]).toEqual([kind, 'p/m answered with an error: said so']);
  });

  it('is ignored with the code 0', () => {
    const completeBody = {
      base_resp: { status_code: 0, status_msg: '' },
      choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }],
    };
    expect(chat(completeBody).finish?.reason).toBe('stop');
  });
});

describe('a failure inside a response', () => {
  it.each([
    [CYBER, 'content-filter'],
    [{ type: 'invalid_request_error', message: 'no such tool' }, 'invalid-request'],
    [{ type: 'invalid_request', code: 'invalid_value', message: 'no' }, 'invalid-request'],
    [{ type: 'invalid_request_error', code: '429', message: 'slow down' }, 'rate-limit'],
    [{ type: 'invalid_request_error', message: 'maximum context length is 8192 tokens' }, 'context-overflow'],
    [
      { type: 'invalid_request_error', code: 'tool_use_failed', message: 'Failed to call a function.' },
      'server',
    ],
    [{ type: 'server_error', message: 'The server had an error' }, 'server'],
    [{ type: 'usage_limit_reached', message: 'used up' }, 'quota'],
  ])('%j is %s on both wires', (error, kind) => {
    expect(thrown(() => chat({ error })).kind).toBe(kind);
    expect(failedKind(parseFailure({ error }))).toBe(kind);
  });

  it.each([
    ['Rate limit reached. Please try again in 11.054s. Visit …', 11_054],
    ['Please try again in 7m12.5s.', 432_500],
    ['Please try again in 250ms.', 250],
    ['Try again in a while.', undefined],
  ])('states the wait: %s', (message, ms) => {
    const error = { code: 'rate_limit_exceeded', message };
    expect(inBandError({ error }, 'p/m', []).details.retryAfterMs).toBe(ms);
  });
});

it('is auth if the organization must be verified', () => {
  const message = 'Your organization must be verified to stream this model.';
  expect(
    specificKind({
      status: 400,
      type: 'invalid_request_error',
      code: 'unsupported_value',
      param: undefined,
      message,
    }),
  ).toBe('auth');
});
