import { LlmError, type Attempt, type ErrorKind } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { concernsOperator, refusalOf } from '../src/errors/refusal-of.ts';
import { Refusal, type RefusalKind } from '../src/errors/refusal.ts';
import { retryHeaders, STATUS } from '../src/response/refusal-response.ts';

const OPERATOR = 'its operator receives the reason';
const attempt = (error: LlmError | undefined, outcome: Attempt['outcome'] = 'failed'): Attempt => ({
  target: 'a/x',
  outcome,
  error,
  usage: undefined,
  ms: 0,
});
const exhausted = (...attempts: readonly Attempt[]): LlmError =>
  new LlmError('exhausted', 'no target', { attempts });
const failed = (kind: ErrorKind, retryAfterMs?: number): LlmError =>
  new LlmError(kind, `message of ${kind}`, { retryAfterMs });

describe('an error of a call', () => {
  it.each<[ErrorKind, string, number]>([
    ['config', `the gateway is not configured for this model; ${OPERATOR}`, 502],
    ['auth', `the vendor rejected the credentials of the gateway; ${OPERATOR}`, 502],
    ['billing', `the gateway’s account at the vendor has no credit; ${OPERATOR}`, 502],
    [
      'not-found',
      'the vendor does not have the model behind this name; the operator of the gateway receives the reason',
      502,
    ],
    ['aborted', 'the call was aborted', 499],
    ['quota', 'the quota at the vendor is used up', 429],
    ['rate-limit', 'the vendor limits the rate of requests', 429],
    ['overloaded', 'the vendor is overloaded', 503],
    ['server', 'the vendor failed', 502],
    ['timeout', 'the vendor did not respond in time', 504],
    ['network', 'the vendor could not be reached, or its connection broke', 502],
    ['protocol', 'the response of the vendor is invalid', 502],
    ['truncated', 'the response of the vendor is incomplete', 502],
    ['empty', 'the response of the vendor is empty', 502],
    ['invalid-output', 'the response does not match the schema', 502],
    ['exhausted', 'no target of this model is available', 503],
    ['invalid-request', 'message of invalid-request', 400],
    ['unsupported', 'message of unsupported', 400],
    ['context-overflow', 'message of context-overflow', 400],
    ['content-filter', 'message of content-filter', 400],
  ])('of the kind %s has the message "%s" and the status %i', (kind, message, status) => {
    const refusal = refusalOf(failed(kind, 7000));
    expect(refusal).toMatchObject({ kind, message, retryAfterMs: 7000 });
    expect(STATUS[kind]).toBe(status);
  });

  it('has its path only if the request is invalid', () => {
    const withPath = (kind: ErrorKind) => refusalOf(new LlmError(kind, 'reason', { path: 'tools' })).path;
    expect([withPath('invalid-request'), withPath('unsupported')]).toEqual(['tools', undefined]);
  });

  it('names a missing key of the gateway', () => {
    expect(refusalOf(new LlmError('auth', 'reason', { code: 'missing-key' })).message).toBe(
      `the gateway has no key for the vendor; ${OPERATOR}`,
    );
  });

  it('is hidden if it is not an LlmError, and returned if it is a refusal', () => {
    const refusal = new Refusal('busy', 'later');
    expect(refusalOf(refusal)).toBe(refusal);
    expect(refusal.name).toBe('Refusal');
    expect(refusalOf(new Error('secret'))).toMatchObject({
      kind: 'config',
      message: 'the gateway failed; its operator receives the reason',
    });
  });
});

describe('the refusal of a failed chain', () => {
  it.each<[string, LlmError, RefusalKind]>([
    [
      'prefers the last temporary failure that was tried',
      exhausted(
        attempt(failed('server')),
        attempt(failed('timeout')),
        attempt(failed('auth')),
        attempt(failed('overloaded'), 'skipped'),
      ),
      'timeout',
    ],
    [
      'prefers a temporary failure of a skipped target to a permanent one',
      exhausted(attempt(failed('overloaded'), 'skipped'), attempt(failed('unsupported'))),
      'overloaded',
    ],
    [
      'prefers an error of the request to one of the operator',
      exhausted(attempt(failed('unsupported')), attempt(failed('auth'))),
      'unsupported',
    ],
    [
      'prefers the error of the operator that was tried last',
      exhausted(attempt(failed('billing')), attempt(failed('auth')), attempt(failed('config'), 'skipped')),
      'auth',
    ],
    [
      'uses the error of the last skipped target if no target was tried',
      exhausted(attempt(failed('unsupported'), 'skipped'), attempt(failed('config'), 'skipped')),
      'config',
    ],
    ['is its own error without an error of a target', exhausted(attempt(undefined)), 'exhausted'],
    [
      'looks at all targets after an error of the operator',
      new LlmError('auth', 'reason', { attempts: [attempt(failed('server')), attempt(failed('auth'))] }),
      'server',
    ],
    [
      'is its own error if that error is not for the operator',
      new LlmError('timeout', 'reason', { attempts: [attempt(failed('server'))] }),
      'timeout',
    ],
  ])('%s', (_, error, kind) => {
    expect(refusalOf(error).kind).toBe(kind);
  });

  it('has the retry time of the chain, otherwise of the target', () => {
    const attempts = [attempt(failed('overloaded', 2000))];
    expect(refusalOf(exhausted(...attempts)).retryAfterMs).toBe(2000);
    const chain = new LlmError('exhausted', 'no target', { attempts, retryAfterMs: 3000 });
    expect(refusalOf(chain).retryAfterMs).toBe(3000);
  });
});

describe('the operator', () => {
  const denied = (code?: string, retryAfterMs?: number): LlmError =>
    new LlmError('denied', 'reason', { code, retryAfterMs });
  it.each<[string, LlmError, boolean]>([
    ['config', failed('config'), true],
    ['auth', failed('auth'), true],
    ['billing', failed('billing'), true],
    ['not-found', failed('not-found'), true],
    ['server', failed('server'), false],
    ['a denial without end', denied(), true],
    ['a denial that ends', denied(undefined, 5), false],
    ['a spent budget', denied('budget-spent'), false],
    ['a missing price', denied('no-price', 5), true],
    ['an answer without a bound', denied('no-bound', 5), true],
    ['a ledger that is down', denied('books-down', 5), true],
    ['a chain with a rejected key', exhausted(attempt(failed('auth')), attempt(failed('server'))), true],
    ['a chain with a missing price', exhausted(attempt(denied('no-price'))), true],
    ['a chain with a spent budget', exhausted(attempt(denied('budget-spent'))), false],
    ['a chain with an attempt without an error', exhausted(attempt(undefined)), false],
  ])('is concerned by an error that only the operator can resolve: %s', (_, error, expected) => {
    expect(concernsOperator(error)).toBe(expected);
  });
});

describe('the retry headers', () => {
  const shouldNotRetry = { 'x-should-retry': 'false' };
  it.each<[RefusalKind, number | undefined, Record<string, string>]>([
    ['busy', undefined, { 'retry-after': '1' }],
    ['rate-limit', 0, { 'retry-after': '1' }],
    ['overloaded', 1001, { 'retry-after': '2' }],
    ['exhausted', 60_000, { 'retry-after': '60' }],
    ['exhausted', 60_001, { 'retry-after': '61', ...shouldNotRetry }],
    ['denied', 5000, { 'retry-after': '5' }],
    ['unavailable', 5000, { 'retry-after': '5' }],
    ['spent', 5000, { 'retry-after': '5', ...shouldNotRetry }],
    ['spent', undefined, shouldNotRetry],
    ['quota', 5000, shouldNotRetry],
    ['server', 5000, shouldNotRetry],
    ['timeout', undefined, shouldNotRetry],
  ])('of the kind %s after %s ms are %o', (kind, retryAfterMs, headers) => {
    expect(retryHeaders(new Refusal(kind, 'reason', { retryAfterMs }))).toEqual(headers);
  });
});
