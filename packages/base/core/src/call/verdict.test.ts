import { describe, expect, it } from 'vitest';
import { END_OF_TIME } from '../health/tracker.ts';
import { type ErrorDetails, type ErrorKind, LlmError } from '../types/llm-error.ts';
import { chainSettings } from './settings.ts';
import {
  benchedError,
  isRetryAfterTooLong,
  outcomeOf,
  reclassified,
  retryInMs,
  type FailureFacts,
  type Verdict,
  verdictOn,
} from './verdict.ts';

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
      wasProbe: false,
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
    ['the attempt was a probe', failed('server', { wasProbe: true })],
    ['the target or the credential is benched', failed('server', { isBenched: true })],
    ['no tries are left', failed('server', { tries: 3 })],
    ['the vendor requests too long a wait', failed('server', {}, { retryAfterMs: 1001 })],
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
    ['at most the complete base', failed('server', { random: 1 }), 100],
    ['the Retry-After of the vendor', failed('server', { tries: 2 }, { retryAfterMs: 1000 }), 1000],
    ['no less than the backoff', failed('server', {}, { retryAfterMs: 1 }), 50],
    ['any time before the deadline', failed('server', { remainingMs: 51 }), 50],
    ['0 ms if the random number is 0', failed('timeout', { random: 0 }, { phase: 'idle' }), 0],
  ])('is retry after %s', (_, verdict, delayMs) => {
    expect(verdict).toEqual(retryIn(delayMs));
  });

  it('never exceeds the cap of the backoff', () => {
    const facts = {
      tries: 9,
      random: 1,
      isFinal: false,
      canRecover: false,
      wasProbe: false,
      isBenched: false,
    };
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

describe('the error of a benched target', () => {
  const now = Date.UTC(2026, 10, 20, 12);
  const cause = new LlmError('quota', 'no credit', {
    status: 402,
    code: 'spent',
    requestId: 'r',
    body: '{}',
  });

  it('has the kind and the details of the failure, and the end of the bench', () => {
    const error = benchedError('a/x', { until: now + 5000, error: cause }, now);
    expect(error).toMatchObject({
      kind: 'quota',
      message: 'a/x is benched until 2026-11-20T12:00:05.000Z after: no credit',
      cause,
    });
    const details = { target: 'a/x', status: 402, code: 'spent', requestId: 'r', retryAfterMs: 5000 };
    expect(error.details).toEqual({ ...new LlmError('server', '').details, ...details });
  });

  it('names the credential and has its own code', () => {
    const error = benchedError('a/x', { until: now + 1, error: cause }, now, true);
    expect(error.message).toBe(
      'a/x, with this credential, is benched until 2026-11-20T12:00:00.001Z after: no credit',
    );
    expect(error.details).toMatchObject({ status: 402, code: 'credential-benched', retryAfterMs: 1 });
  });

  it.each([
    ['without a bench', undefined, 'until 2026-11-20T12:00:00.000Z', 0],
    ['that has ended', { until: now - 1000 }, 'until 2026-11-20T11:59:59.000Z', 0],
    ['without an end', { until: END_OF_TIME }, 'indefinitely', END_OF_TIME - now],
    [
      'that ends just before',
      { until: END_OF_TIME - 1 },
      `until ${new Date(END_OF_TIME - 1).toISOString()}`,
      END_OF_TIME - 1 - now,
    ],
  ])('%s and without a failure is overloaded', (_, bench, end, retryAfterMs) => {
    const error = benchedError('a/x', bench && { ...bench, error: undefined }, now);
    expect([error.kind, error.message]).toEqual([
      'overloaded',
      `a/x is benched ${end} (manually or by another process)`,
    ]);
    expect([error.details.retryAfterMs, error.details.status, error.cause]).toEqual([
      retryAfterMs,
      undefined,
      undefined,
    ]);
  });
});

it.each([
  ['credential-benched', 'skipped'],
  ['abandoned', 'abandoned'],
  ['spent', 'failed'],
  [undefined, 'failed'],
])('the outcome of a failure with the code %s is %s', (code, outcome) => {
  expect(outcomeOf(new LlmError('quota', 'no', { code }))).toBe(outcome);
});

it.each<[Verdict, number | undefined]>([
  [{ type: 'retry', delayMs: 7 }, 7],
  [{ type: 'recover' }, 0],
  [{ type: 'advance' }, undefined],
  [{ type: 'throw' }, undefined],
])('after the verdict %j the next attempt at the target comes in %s ms', (verdict, ms) => {
  expect(retryInMs(verdict)).toBe(ms);
});

describe('a reclassified error', () => {
  const error = new LlmError('server', 'a/x failed', { status: 500, target: 'a/x' });

  it('has the kind of the classifier, and the original error as its cause', () => {
    const changed = reclassified(error, ({ details }) => (details.status === 500 ? 'quota' : undefined));
    expect(changed).toMatchObject({
      kind: 'quota',
      message: 'a/x failed',
      details: { status: 500, target: 'a/x' },
      cause: error,
    });
  });

  it.each<[string, Parameters<typeof reclassified>[1]]>([
    ['without a classifier', undefined],
    ['if the classifier returns undefined', () => undefined],
    ['if the classifier returns the same kind', () => 'server'],
    ['if the classifier returns a value that is not a string', () => 5 as never],
    [
      'if the classifier throws',
      () => {
        throw new Error('broken');
      },
    ],
  ])('is the original %s', (_, classify) => {
    expect(reclassified(error, classify)).toBe(error);
  });
});
