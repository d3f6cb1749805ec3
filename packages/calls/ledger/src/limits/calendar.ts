type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns a formatter of dates in a time zone. Throws a `RangeError` for a zone that the platform does not support. */
export function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, format);
  return format;
}

/** Returns the zone's offset from UTC at a time, in milliseconds. */
export function offsetAt(at: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const parts = formatOf(zone).formatToParts(at);
  const fields = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  const { year, month, day, hour, minute, second } = fields as Record<Field, number>;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** Returns the label of the day, hour or month that contains a time, such as `2026-11-20T12` for an hour. */
export function labelAt(at: number, unit: 'day' | 'hour' | 'month', zone: string): string {
  const time = new Date(at + offsetAt(at, zone)).toISOString();
  return time.slice(0, unit === 'month' ? 7 : unit === 'day' ? 10 : 13);
}
