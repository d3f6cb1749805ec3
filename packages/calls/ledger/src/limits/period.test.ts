import { describe, expect, it } from 'vitest';
import type { Limit } from '../contract/limit.ts';
import { periodAt } from './period.ts';

const HOUR = 3_600_000;
const iso = (per: Limit['per'], zone: string, at: string) => {
  const period = periodAt(per, zone, Date.parse(at));
  return period && [period.from, period.to].map((end) => new Date(end).toISOString().slice(0, 16));
};

describe('a period', () => {
  it.each([
    ['day', 'UTC', '2026-11-20T12:00Z', '2026-11-20T00:00', '2026-11-21T00:00'],
    ['day', 'UTC', '2026-11-20T00:00Z', '2026-11-20T00:00', '2026-11-21T00:00'],
    ['day', 'UTC', '2026-11-20T23:59:59.999Z', '2026-11-20T00:00', '2026-11-21T00:00'],
    ['day', 'Asia/Kathmandu', '2026-11-20T18:15Z', '2026-11-20T18:15', '2026-11-21T18:15'],
    ['month', 'UTC', '2026-12-31T23:59Z', '2026-12-01T00:00', '2027-01-01T00:00'],
    ['month', 'UTC', '2028-02-29T12:00Z', '2028-02-01T00:00', '2028-03-01T00:00'],
    ['month', 'Europe/Berlin', '2026-10-31T23:30Z', '2026-10-31T23:00', '2026-11-30T23:00'],
    // The clocks go forward on 29 March and back on 25 October 2026: days of 23 and of 25 hours.
    ['day', 'Europe/Berlin', '2026-03-29T12:00Z', '2026-03-28T23:00', '2026-03-29T22:00'],
    ['day', 'Europe/Berlin', '2026-10-25T12:00Z', '2026-10-24T22:00', '2026-10-25T23:00'],
    ['month', 'Europe/Berlin', '2026-10-12T12:00Z', '2026-09-30T22:00', '2026-10-31T23:00'],
    // In Cairo midnight does not exist on 24 April 2026: the day begins at 01:00.
    ['day', 'Africa/Cairo', '2026-04-24T12:00Z', '2026-04-23T22:00', '2026-04-24T21:00'],
    // In Havana the clock returns from 01:00 to midnight on 1 November 2026.
    ['day', 'America/Havana', '2026-11-01T12:00Z', '2026-11-01T04:00', '2026-11-02T05:00'],
    // In Sao Paulo midnight did not exist on 4 November 2018: the day begins at 01:00, two hours behind UTC.
    ['day', 'America/Sao_Paulo', '2018-11-04T12:00Z', '2018-11-04T03:00', '2018-11-05T02:00'],
    // Samoa skipped 30 December 2011.
    ['day', 'Pacific/Apia', '2011-12-31T00:00Z', '2011-12-30T10:00', '2011-12-31T10:00'],
    ['hour', 'UTC', '2026-11-20T12:34Z', '2026-11-20T12:00', '2026-11-20T13:00'],
    ['hour', 'Asia/Kathmandu', '2026-11-20T12:34Z', '2026-11-20T12:15', '2026-11-20T13:15'],
    // The hour from 02:00 to 03:00 occurs twice and counts as two periods.
    ['hour', 'Europe/Berlin', '2026-10-25T00:30Z', '2026-10-25T00:00', '2026-10-25T01:00'],
    ['hour', 'Europe/Berlin', '2026-10-25T01:30Z', '2026-10-25T01:00', '2026-10-25T02:00'],
    ['minute', 'Asia/Kathmandu', '2026-11-20T12:34:56Z', '2026-11-20T12:34', '2026-11-20T12:35'],
  ] as const)('of a %s in %s at %s begins at %s and ends at %s', (per, zone, at, from, to) => {
    expect(iso(per, zone, at)).toEqual([from, to]);
  });

  it('of a number of milliseconds is one of consecutive windows since the epoch', () => {
    expect(periodAt({ ms: 90_000 }, 'Europe/Berlin', 100_000)).toEqual({ from: 90_000, to: 180_000 });
  });

  it("'ever' has no end", () => {
    expect(periodAt('ever', 'UTC', 0)).toBeUndefined();
  });

  it.each([
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Africa/Cairo',
  ])('follows the previous one without a gap and contains its own times, in %s', (zone) => {
    for (const per of ['day', 'month'] as const) {
      let at = Date.UTC(2026, 0, 1, 12);
      let before = periodAt(per, zone, at)!;
      const end = Date.UTC(2027, 2, 1);
      while (before.to < end) {
        const next = periodAt(per, zone, before.to)!;
        expect(next.from).toBe(before.to);
        for (const inside of [next.from, next.from + 1, next.to - 1])
          expect(periodAt(per, zone, inside)).toEqual(next);
        at = before.to;
        before = next;
      }
      expect(at).toBeGreaterThan(Date.UTC(2027, 0, 1) - 31 * 24 * HOUR);
    }
  });
});
