import { describe, expect, it } from 'vitest';
import { type Attempt, LlmError, type PartialResponse } from '../types/llm-error.ts';
import { exhaustedError } from './no-target-left.ts';

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
