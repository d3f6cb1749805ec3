const PARTS = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/;
const MINUTE = 60_000;

/** The instant as a wall clock in the zone shows it. Throws a `RangeError` for a zone that does not exist. */
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
 * The instant of a time. With an offset or `Z` it says so itself; else it is that of a wall clock in the zone. A time
 * that a change of clocks skips is read as if the clocks had not changed; of one that comes twice it is the first.
 */
export function instantOf(time: string, zone: string): number {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = PARTS.exec(time.trim()) ?? [];
  if (year === undefined || month === undefined || day === undefined) return absolute(time);
  const wall = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // The thirtieth of February is not a day, although the parser takes it.
  if (Number.isNaN(wall) || new Date(wall).getUTCDate() !== Number(day))
    throw new RangeError(`"${time}" is not a time`);
  const before = offsetAt(wall - 24 * 60 * MINUTE, zone);
  const after = offsetAt(wall + 24 * 60 * MINUTE, zone);
  const early = wall - before;
  // Right before a change the old offset holds, and in the hour that is skipped as well.
  return offsetAt(early, zone) === before || offsetAt(wall - after, zone) !== after ? early : wall - after;
}

function absolute(time: string): number {
  const isPlain = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})$/i.test(
    time.trim(),
  );
  const instant = isPlain ? Date.parse(time.trim().replace(' ', 'T')) : NaN;
  if (Number.isNaN(instant))
    throw new RangeError(`"${time}" is not a time such as 2026-11-20T09:30 or 2026-11-20T09:30:00+01:00`);
  return instant;
}

/** Milliseconds that the zone is ahead of UTC at the instant. */
function offsetAt(epochMs: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(new Date(epochMs));
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    value('year'),
    value('month') - 1,
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
      ...{
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: two,
        day: two,
        hour: two,
        minute: two,
        second: two,
      },
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
