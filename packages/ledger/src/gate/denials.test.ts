import type { AttemptInfo } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { LimitCounters } from '../limits/limit-counters.ts';
import { queuedDenial, unboundedDenial, unmeasuredDenial, unpricedDenial } from './denials.ts';

const limit = (whenSpent?: 'advance'): LimitCounters =>
  new LimitCounters({ name: 'day', max: { usd: '1' }, per: 'day', whenSpent }, 0);
const attempt: AttemptInfo = {
  call: { id: 'c', spec: 'a/x', operation: 'chat', tenant: undefined, metadata: {} },
  target: 'a/x',
  attempt: 1,
  request: { messages: [], tools: [], output: undefined, extra: {} },
  capabilities: {},
  signal: new AbortController().signal,
};

describe.each([
  ['an unknown number of units', unmeasuredDenial],
  ['an unknown price', unpricedDenial],
  ['an unknown output', unboundedDenial],
])('a denial because of %s', (_, denial) => {
  it('names the target and the limit', () => {
    expect(denial(attempt, limit()).deny).toMatch(/a\/x.*"day"/);
  });

  it.each([
    [undefined, false],
    ['advance', true],
  ] as const)('with whenSpent %s has advance %s', (whenSpent, advance) => {
    expect(denial(attempt, limit(whenSpent)).advance).toBe(advance);
  });
});

it('names the model of a vendor without a price, and the missing vendor otherwise', () => {
  expect(unpricedDenial({ ...attempt, vendor: 'acme', model: 'x' }, limit()).deny).toMatch(
    /^no price for acme\/x; add one with catalog\.with\(…\) \(limit/,
  );
  expect(unpricedDenial({ ...attempt, vendor: 'acme' }, limit()).deny).toMatch(/^no price for acme\/; /);
  expect(unpricedDenial(attempt, limit()).deny).toMatch(/^no price for a\/x; .*set `vendor` of its provider/);
});

it('suggests a measured duration for recordings', () => {
  const audio = { bytes: new Uint8Array(1), mediaType: 'audio/wav' };
  const payload = { audio } as unknown as NonNullable<AttemptInfo['payload']>;
  expect(unmeasuredDenial({ ...attempt, payload }, limit()).deny).toContain('pass durationMs');
  expect(unmeasuredDenial(attempt, limit()).deny).toContain("unknownPrice: 'admit'");
});

it('lets a call that would wait behind others advance, or retry in a second', () => {
  expect(queuedDenial(limit('advance'))).toEqual({
    deny: expect.stringContaining('"day"') as unknown,
    advance: true,
    retryAfterMs: 1000,
  });
});
