import { expect, it } from 'vitest';
import { formatOf, labelAt, offsetAt } from './calendar.ts';

it.each([
  ['UTC', '2026-11-20T12:34:56.789Z', 0],
  ['Europe/Berlin', '2026-11-20T12:34:56.789Z', 60],
  ['Europe/Berlin', '2026-07-20T23:34:56.789Z', 120],
  ['Asia/Kathmandu', '2026-12-31T23:59:59.999Z', 345],
  ['America/St_Johns', '2026-01-01T00:00:00.001Z', -210],
])('the offset of %s at %s is %d minutes', (zone, at, minutes) => {
  expect(offsetAt(Date.parse(at), zone)).toBe(minutes * 60_000);
});

it.each([
  ['hour', '2027-01-01T05'],
  ['day', '2027-01-01'],
  ['month', '2027-01'],
] as const)('the label of a time by %s is that of the zone', (unit, label) => {
  expect(labelAt(Date.parse('2026-12-31T23:59:59.999Z'), unit, 'Asia/Kathmandu')).toBe(label);
});

it('a zone that the platform does not know is an error', () => {
  expect(() => offsetAt(0, 'Mars/Base')).toThrow(RangeError);
});

it('the formatter of a zone is created once', () => {
  expect(formatOf('Asia/Tokyo')).toBe(formatOf('Asia/Tokyo'));
  expect(formatOf('Asia/Tokyo')).not.toBe(formatOf('Europe/Berlin'));
});
