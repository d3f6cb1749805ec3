import { describe, expect, it } from 'vitest';
import { type Attempt, LlmError, type PartialResponse } from '../types/llm-error.ts';
import { exhaustedError } from './no-target-left.ts';
import { benchedError } from './verdict.ts';

const record = (target: string, error: LlmError | undefined): Attempt => ({
  target,
  outcome: 'failed',
  error,
  usage: undefined,
  ms: 1,
});
const partial = (text: string): PartialResponse => ({
  id: 'r',
  target: 'a/x',
  parts: [],
  text,
  usage: undefined,
});
const down = new LlmError('server', 'a/x is down', { target: 'a/x', status: 500 });
const limited = new LlmError('rate-limit', 'slow down', {
  target: 'b/y',
  status: 429,
  code: 'rpm',
  requestId: 'req_1',
  body: '{}',
  retryAfterMs: 7,
});

describe('the error of a chain of several targets', () => {
  const targets = ['a/x', 'b/y'];

  it('lists the error of each target without repeating its name', () => {
    const attempts = [record('a/x', down), record('b/y', limited), record('b/y', undefined)];
    expect(exhaustedError('fast', targets, attempts, undefined).message).toBe(
      'no target of "fast" answered: a/x: server, is down; b/y: rate-limit, slow down; b/y: no answer',
    );
    expect(exhaustedError('fast', [], [], undefined).message).toBe(
      'no target of "fast" answered: the spec has no targets',
    );
  });

  it('has the last failure as its cause, with its details, and the time until the first bench ends', () => {
    const attempts = [record('a/x', down), record('b/y', limited), record('b/y', undefined)];
    const error = exhaustedError('fast', targets, attempts, 5);
    expect(error.cause).toBe(limited);
    expect(error).toMatchObject({
      kind: 'exhausted',
      details: { target: undefined, retryAfterMs: 5 },
    });
    expect(error.details).toMatchObject({ status: 429, code: 'rpm', requestId: 'req_1', body: '{}' });
  });

  it('has no retryAfterMs if no target is benched', () => {
    const error = exhaustedError('fast', targets, [record('b/y', limited)], undefined);
    expect(error.details.retryAfterMs).toBeUndefined();
  });
});

describe('the error of a chain of one target', () => {
  it('is the last error of the target', () => {
    const attempts = [record('b/y', down), record('b/y', limited), record('b/y', undefined)];
    const error = exhaustedError('b/y', ['b/y'], attempts, undefined);
    expect([error.kind, error.message]).toEqual(['rate-limit', 'slow down']);
    expect(error.details).toEqual({
      ...limited.details,
      retryAfterMs: 7,
    });
  });

  it('has the partial answer of that error, and the time until the bench ends', () => {
    const targetError = new LlmError('network', 'cut', { partial: partial('own'), retryAfterMs: 1 });
    const { details } = exhaustedError('b/y', ['b/y'], [record('b/y', targetError)], 9);
    expect([details.partial?.text, details.retryAfterMs]).toEqual(['own', 9]);
  });

  it('is exhausted if the target has no error', () => {
    const error = exhaustedError('b/y', ['b/y'], [record('b/y', undefined)], undefined);
    expect([error.kind, error.cause]).toEqual(['exhausted', undefined]);
  });
});

describe('the error of a benched target', () => {
  const until = Date.UTC(2026, 0, 2);

  it('has the kind of the failure that benched it, and the end of the bench', () => {
    const error = benchedError('b/y', { until, error: limited }, until - 1500);
    expect([error.kind, error.message]).toEqual([
      'rate-limit',
      'b/y is benched until 2026-01-02T00:00:00.000Z after: slow down',
    ]);
    const details = { target: 'b/y', status: 429, code: 'rpm', requestId: 'req_1', retryAfterMs: 1500 };
    expect(error.details).toEqual({ ...new LlmError('server', '').details, ...details });
    expect(error.cause).toBe(limited);
  });

  it('has no cause after a manual bench, which may have no end', () => {
    const error = benchedError('b/y', { until: 8.64e15, error: undefined }, 0);
    expect([error.kind, error.message]).toEqual([
      'overloaded',
      'b/y is benched indefinitely (manually or by another process)',
    ]);
    expect(benchedError('b/y', { until: 8.64e15 - 1, error: undefined }, 0).message).toContain('+275760');
  });

  it('has retryAfterMs 0 if the bench has ended', () => {
    expect(benchedError('b/y', { until, error: undefined }, until + 1).details.retryAfterMs).toBe(0);
    expect(benchedError('b/y', undefined, until)).toMatchObject({
      message: expect.stringContaining('2026-01-02'),
      details: { retryAfterMs: 0 },
    });
  });

  it('names the credential if only the credential is benched', () => {
    const error = benchedError('b/y', { until, error: limited }, until, 'own-code');
    expect([error.message, error.details.code]).toEqual([
      expect.stringContaining('b/y, with this credential, is benched until'),
      'own-code',
    ]);
  });
});
