import { describe, expect, it } from 'vitest';
import { instantOf, zonedTime } from './zoned-time.ts';

describe('zonedTime', () => {
  it.each([
    ['2026-11-20T09:30:00Z', 'UTC', '2026-11-20T09:30:00+00:00', 'Friday'],
    ['2026-11-20T09:30:00Z', 'Europe/Oslo', '2026-11-20T10:30:00+01:00', 'Friday'],
    ['2026-07-01T09:30:00Z', 'Europe/Oslo', '2026-07-01T11:30:00+02:00', 'Wednesday'],
    ['2026-11-20T20:00:00Z', 'Asia/Kolkata', '2026-11-21T01:30:00+05:30', 'Saturday'],
    ['2026-11-20T01:00:00Z', 'America/St_Johns', '2026-11-19T21:30:00-03:30', 'Thursday'],
    ['0001-06-01T00:00:00Z', 'UTC', '0001-06-01T00:00:00+00:00', 'Friday'],
    ['2026-01-01T00:00:00.999Z', 'UTC', '2026-01-01T00:00:00+00:00', 'Thursday'],
  ])('of %s in %s is %s', (instant, zone, time, weekday) => {
    expect(zonedTime(Date.parse(instant), zone)).toEqual({ time, weekday });
  });

  it('rejects a zone that does not exist', () => {
    expect(() => zonedTime(0, 'Mars/Olympus')).toThrow(
      '"Mars/Olympus" is not a time zone such as Europe/Oslo',
    );
  });
});

describe('instantOf', () => {
  it.each([
    ['2026-11-20T09:30', 'Europe/Oslo', '2026-11-20T08:30:00Z'],
    ['2026-11-20 09:30:15', 'Asia/Tokyo', '2026-11-20T00:30:15Z'],
    ['2026-11-20', 'America/New_York', '2026-11-20T05:00:00Z'],
    ['2026-11-20T09:30:00Z', 'Asia/Tokyo', '2026-11-20T09:30:00Z'],
    ['2026-11-20T09:30+05:30', 'Asia/Tokyo', '2026-11-20T04:00:00Z'],
    ['0001-01-02T00:00Z', 'UTC', '0001-01-02T00:00:00Z'],
    ['0099-12-31T12:00', 'UTC', '0099-12-31T12:00:00Z'],
    ['2024-02-29T10:00-12:00', 'UTC', '2024-02-29T22:00:00Z'],
    // Skipped on 29 March. 02:30 is interpreted with the earlier offset, so clocks show 03:30.
    ['2026-03-29T02:30', 'Europe/Oslo', '2026-03-29T01:30:00Z'],
    ['2026-03-29T01:59', 'Europe/Oslo', '2026-03-29T00:59:00Z'],
    ['2026-03-29T03:00', 'Europe/Oslo', '2026-03-29T01:00:00Z'],
    // Occurs twice on 25 October. The first one is used.
    ['2026-10-25T02:30', 'Europe/Oslo', '2026-10-25T00:30:00Z'],
    ['2026-10-25T03:00', 'Europe/Oslo', '2026-10-25T02:00:00Z'],
    ['2026-10-25T01:59', 'Europe/Oslo', '2026-10-24T23:59:00Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00Z'],
    ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:30:00Z'],
  ])('of %s in %s is %s', (time, zone, instant) => {
    expect(new Date(instantOf(time, zone)).toISOString()).toBe(new Date(instant).toISOString());
  });

  it.each([
    'tomorrow',
    '2026-13-01T00:00',
    '2026-11-20T25:00',
    '2026-02-30',
    '',
    '9:30',
    '2026-11-20T09:30X',
    '2026-02-30T10:00Z',
    '2026-02-29T10:00+01:00',
    '2026-11-20T24:00Z',
    '2026-11-20T24:00',
    '2026-11-20T10:60Z',
    '2026-11-20T10:00:60Z',
    '2026-11-20T10:00+25:00',
    '2026-11-20T10:00+01:75',
    '0000-01-01T00:00Z',
  ])('rejects %j', (time) => {
    expect(() => instantOf(time, 'UTC')).toThrow(RangeError);
  });
});
