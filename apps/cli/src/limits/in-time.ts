const UNITS = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** Formats a time such as `in 5 h (2026-11-22 00:00)` in the local time zone. */
export function inTime(at: Date, now: Date): string {
  const ms = Math.max(0, at.getTime() - now.getTime());
  const found = UNITS.find(([, length]) => ms >= length);
  if (found === undefined) return 'within a minute';
  const [unit, length] = found;
  const count = Math.floor(ms / length);
  return `in ${count} ${unit}${unit === 'day' && count > 1 ? 's' : ''} (${localTime(at)})`;
}

export function localTime(at: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Returns a time in ISO format, or `undefined` for `undefined`. */
export const isoTime = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();
