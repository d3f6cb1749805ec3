import { describe, expect, it } from 'vitest';
import { type ErrorDetails, type ErrorKind, LlmError } from '../types/llm-error.ts';
import { chainSettings } from './settings.ts';
import { isRetryAfterTooLong, type FailureFacts, type Verdict, verdictOn } from './verdict.ts';

const settings = chainSettings({ attempts: 3, backoff: { baseMs: 100, capMs: 250 }, retryAfterCapMs: 1000 });

const failed = (
  kind: ErrorKind,
  facts: Partial<FailureFacts> = {},
  details: Partial<ErrorDetails> = {},
): Verdict =>
  verdictOn(
    {
      error: new LlmError(kind, 'a/x failed', details),
      tries: 1,
      isFinal: false,
      canRecover: false,
      isBenched: false,
      remainingMs: Infinity,
      random: 0.5,
      ...facts,
    },
    settings,
  );

const retryIn = (delayMs: number): Verdict => ({ type: 'retry', delayMs });

describe('the verdict', () => {
  it.each<[string, Verdict]>([
    ['an abort', failed('aborted', { canRecover: true })],
    ['the deadline of the call', failed('timeout', { canRecover: true }, { phase: 'total' })],
    ['final content', failed('server', { isFinal: true, canRecover: true })],
    ['an invalid request', failed('invalid-request')],
  ])('is throw after %s', (_, verdict) => {
    expect(verdict).toEqual({ type: 'throw' });
  });

  it.each<[string, Verdict]>([
    ['a credential is benched', failed('server', { canRecover: true }, { code: 'credential-benched' })],
    ['the policy has no retry', failed('quota')],
    ['the vendor reports that a retry cannot succeed', failed('server', {}, { shouldRetry: false })],
    ['the target is benched', failed('server', { isBenched: true })],
    ['no tries are left', failed('server', { tries: 3 })],
    ['the vendor asks for too long a wait', failed('server', {}, { retryAfterMs: 1001 })],
    ['a retry would come after the deadline', failed('server', { remainingMs: 50 })],
  ])('is advance if %s', (_, verdict) => {
    expect(verdict).toEqual({ type: 'advance' });
  });

  it('is recover if a recovery is available, whatever the policy specifies', () => {
    expect(failed('invalid-request', { canRecover: true, isBenched: true })).toEqual({ type: 'recover' });
  });

  it.each<[string, Verdict, number]>([
    ['half of the base, after the first try', failed('server'), 50],
    ['half of twice the base, after the second', failed('server', { tries: 2 }), 100],
    ['all of the base at most', failed('server', { random: 1 }), 100],
    ['the Retry-After of the vendor', failed('server', { tries: 2 }, { retryAfterMs: 1000 }), 1000],
    ['no less than the backoff', failed('server', {}, { retryAfterMs: 1 }), 50],
    ['any time before the deadline', failed('server', { remainingMs: 51 }), 50],
    ['0 ms if the random number is 0', failed('timeout', { random: 0 }, { phase: 'idle' }), 0],
  ])('is retry after %s', (_, verdict, delayMs) => {
    expect(verdict).toEqual(retryIn(delayMs));
  });

  it('never exceeds the cap of the backoff', () => {
    const facts = { tries: 9, random: 1, isFinal: false, canRecover: false, isBenched: false };
    const error = new LlmError('server', 'down');
    expect(verdictOn({ ...facts, error, remainingMs: Infinity }, { ...settings, attempts: 10 })).toEqual(
      retryIn(250),
    );
  });
});

it.each([
  [undefined, false],
  [1000, false],
  [1001, true],
])('isRetryAfterTooLong for %s ms: %s', (retryAfterMs, isTooLong) => {
  expect(isRetryAfterTooLong(new LlmError('rate-limit', 'slow down', { retryAfterMs }), settings)).toBe(
    isTooLong,
  );
  const none = { ...settings, retryAfterCapMs: 0 };
  expect(isRetryAfterTooLong(new LlmError('rate-limit', 'slow down', { retryAfterMs }), none)).toBe(
    retryAfterMs !== undefined,
  );
});
