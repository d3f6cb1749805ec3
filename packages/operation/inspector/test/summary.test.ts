import { describe, expect, it } from 'vitest';
import type { FeedAttempt, FeedCall } from '../src/feed-types.ts';
import { isFailing, targetSummaries } from '../src/page/summary.ts';

const attempt = (outcome: FeedAttempt['outcome'], kind?: string): FeedAttempt =>
  ({
    target: 'a/x',
    attempt: 1,
    at: 0,
    ms: 10,
    outcome,
    ...(kind !== undefined && { error: { kind, message: kind } }),
  }) as FeedAttempt;

const callWith = (tries: readonly FeedAttempt[]): FeedCall => ({ tries }) as unknown as FeedCall;

const summaryOf = (...tries: readonly FeedAttempt[]) => targetSummaries([callWith(tries)]).get('a/x');

const repeated = (count: number, repeatedAttempt: FeedAttempt): readonly FeedAttempt[] =>
  Array<FeedAttempt>(count).fill(repeatedAttempt);

describe('the summary of a target', () => {
  it('counts finished and failed attempts', () => {
    const summary = summaryOf(attempt('finished'), attempt('failed', 'server'), attempt('skipped'));
    expect(summary).toEqual({ attempts: 2, failed: 1, p50Ms: 10 });
  });

  it.each(['invalid-request', 'unsupported', 'context-overflow', 'content-filter', 'denied', 'aborted'])(
    'does not count a failure that the client caused: %s',
    (kind) => {
      expect(summaryOf(attempt('finished'), attempt('failed', kind))).toMatchObject({
        attempts: 1,
        failed: 0,
      });
    },
  );

  it.each([
    [2, 3, true],
    [9, 1, true],
    [10, 1, false],
    [0, 1, true],
    [4, 0, false],
  ])('with %i finished and %i failed attempts is failing: %s', (finished, failed, failing) => {
    const summary = summaryOf(
      ...repeated(finished, attempt('finished')),
      ...repeated(failed, attempt('failed', 'server')),
    );
    expect(isFailing(summary)).toBe(failing);
  });

  it('is not failing before its first attempt', () => {
    expect(isFailing(undefined)).toBe(false);
  });
});
