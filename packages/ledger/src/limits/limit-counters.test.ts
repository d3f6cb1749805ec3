import { describe, expect, it } from 'vitest';
import type { Limit } from '../contract/limit.ts';
import { LimitCounters } from './limit-counters.ts';

const leftAt = (per: Limit['per'], at: string, zone = 'UTC') => {
  const bound = new LimitCounters({ name: 'a', max: { requests: 1 }, per, zone }, 0);
  const { resetsInMs, nextResetsInMs } = bound.claim('a', 1n, { tenant: undefined }, Date.parse(at));
  return [resetsInMs, nextResetsInMs];
};
const DAY = 86_400_000;

describe('a claim', () => {
  it.each([
    ['minute', '2026-11-20T12:00:58.000Z', [2000, undefined]],
    ['minute', '2026-11-20T12:00:58.001Z', [1999, 61_999]],
    ['hour', '2026-11-20T12:59:59.999Z', [1, 3_600_001]],
    ['day', '2026-11-20T23:59:59.000Z', [1000, DAY + 1000]],
    ['month', '2026-01-31T23:59:59.000Z', [1000, 28 * DAY + 1000]],
    ['ever', '2026-01-31T23:59:59.000Z', [undefined, undefined]],
    [{ ms: 1000 }, '2026-11-20T12:00:00.950Z', [50, undefined]],
    [{ ms: 1000 }, '2026-11-20T12:00:00.951Z', [49, 1049]],
  ] as const)(
    'of a limit per %j at %s has the rest of the period, and shortly before its end that of the next',
    (per, at, left) => {
      expect(leftAt(per, at)).toEqual(left);
    },
  );

  it('takes the length of the next day for the day after', () => {
    // The clocks go forward on 29 March 2026 in Berlin.
    expect(leftAt('day', '2026-03-28T22:59:59.000Z', 'Europe/Berlin')).toEqual([1000, 23 * 3_600_000 + 1000]);
  });

  it.each([
    ['minute', 'UTC', { ms: 60_000, phaseMs: 0 }],
    ['hour', 'Asia/Kolkata', { ms: 3_600_000, phaseMs: 1_800_000 }],
    [{ ms: 7000 }, 'UTC', { ms: 7000, phaseMs: 0 }],
    ['day', 'UTC', undefined],
    ['month', 'UTC', undefined],
    ['ever', 'UTC', undefined],
  ] as const)('of a limit per %j in %s has the windows of its periods', (per, zone, window) => {
    const bound = new LimitCounters({ name: 'a', max: { requests: 1 }, per, zone }, 0);
    const at = Date.parse('2026-11-20T12:10:58.000Z');
    expect(bound.claim('a', 1n, { tenant: undefined }, at).window).toEqual(window);
  });
});
