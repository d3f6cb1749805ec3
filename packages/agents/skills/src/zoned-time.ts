/** Matches a date, or a date with a local time, without an offset. */
const PARTS = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/;
const MINUTE = 60_000;

/** Returns an instant as local time and weekday of a zone. Throws a `RangeError` for an unknown zone. */
export function zonedTime(
  epochMs: number,
  zone: string,
): { readonly time: string; readonly weekday: string } {
  const at = new Date(epochMs);
  const offset = offsetAt(epochMs, zone);
  const local = new Date(Math.floor(epochMs / 1000) * 1000 + offset).toISOString().slice(0, 19);
  const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: zone }).format(at);
  return { time: `${local}${offsetText(offset)}`, weekday };
}

/**
 * Returns the instant of a time with an offset, or of a local time in `zone`, in epoch milliseconds. A local time that a clock
 * change skips is interpreted as if the clock had not changed. If a local time occurs twice, returns the first occurrence.
 */
export function instantOf(time: string, zone: string): number {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = PARTS.exec(time.trim()) ?? [];
  if (year === undefined || month === undefined || day === undefined) return absolute(time);
  const wall = wallTime(time, [year, month, day, hour, minute, second].map(Number));
  const before = offsetAt(wall - 24 * 60 * MINUTE, zone);
  const after = offsetAt(wall + 24 * 60 * MINUTE, zone);
  const early = wall - before;
  const late = wall - after;
  const isBeforeChange = offsetAt(early, zone) === before;
  const isAfterChange = offsetAt(late, zone) === after;
  // A time that occurs twice is both. A time that the change skips is neither.
  return isAfterChange && !isBeforeChange ? late : early;
}

/** Matches a date and a time with an offset. The last two groups are the offset, which `Z` leaves empty. */
const ABSOLUTE =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s?(?:Z|([+-]\d{2}):?(\d{2}))$/i;

function absolute(time: string): number {
  const [match, ...pieces] = ABSOLUTE.exec(time.trim()) ?? [];
  if (match === undefined)
    throw new RangeError(`"${time}" is not a time such as 2026-11-20T09:30 or 2026-11-20T09:30:00+01:00`);
  // Removes the two groups of the offset from `pieces`.
  const [hours = '+00', minutes = '00'] = pieces.splice(6);
  const offset = (Number(hours.slice(1)) * 60 + Number(minutes)) * MINUTE;
  // Historical local times differ from UTC by up to sixteen hours.
  if (Number(minutes) > 59 || offset > 16 * 60 * MINUTE)
    throw new RangeError(`"${time}" has an invalid offset; use -16:00 to +16:00`);
  return (
    wallTime(
      time,
      pieces.map((piece) => Number(piece || '00')),
    ) - (hours.startsWith('-') ? -offset : offset)
  );
}

/** Returns the instant of a local time as if its offset were 0. Throws a `RangeError` for an invalid date or time. */
function wallTime(
  time: string,
  [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: readonly number[],
): number {
  const wall = utc(year, month, day, hour, minute, second);
  const at = new Date(wall);
  const isSame = at.getUTCMonth() + 1 === month && at.getUTCDate() === day && at.getUTCHours() === hour;
  if (year < 1 || !isSame || minute > 59 || second > 59) throw new RangeError(`"${time}" is not a time`);
  return wall;
}

/** Returns the instant of a time in UTC. Unlike `Date.UTC`, this function does not interpret the year 26 as 1926. */
function utc(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) + ((hour * 60 + minute) * 60 + second) * 1000;
}

function offsetAt(epochMs: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(new Date(epochMs));
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = utc(
    value('year'),
    value('month'),
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  );
  return wall - Math.floor(epochMs / 1000) * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const two = '2-digit';
  try {
    return new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
  } catch (cause) {
    throw new RangeError(`"${zone}" is not a time zone such as Europe/Oslo`, { cause });
  }
}

function offsetText(offset: number): string {
  const minutes = Math.abs(Math.round(offset / MINUTE));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
