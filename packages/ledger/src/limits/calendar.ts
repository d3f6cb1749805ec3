/** Calendar fields of a time in a zone. */
interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws a `RangeError` for a zone that the platform does not know. */
export function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
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

function wallTime(at: number, zone: string): WallTime {
  const fields: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) fields[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = fields;
  return { year, month, day, hour, minute, second };
}

/** Returns the offset of the zone from UTC at a time, in milliseconds. */
export function offsetAt(at: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const { year, month, day, hour, minute, second } = wallTime(at, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** Returns `YYYY-MM-DDTHH` in the zone. The labels of days and months are prefixes of it. */
export function hourLabel(at: number, zone: string): string {
  return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 13);
}

/** Returns the label of a day, an hour or a month in reports. */
export function labelAt(at: number, unit: 'day' | 'hour' | 'month', zone: string): string {
  return hourLabel(at, zone).slice(0, unit === 'month' ? 7 : unit === 'day' ? 10 : 13);
}
