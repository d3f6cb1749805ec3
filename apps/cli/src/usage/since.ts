import { Stop } from '../program/exit.ts';

const HOUR = 3_600_000;
const MAX_COUNT = 9999;

/** Parses `--since`: hours before now, days or weeks that end today, or a date, in the local time zone. */
export function since(text: string, now: Date): Date {
  const [, count = '', unit = ''] = /^(\d+)([hdw])$/.exec(text) ?? [];
  const many = Number(count);
  if (unit !== '' && many >= 1 && many <= MAX_COUNT) {
    if (unit === 'h') return new Date(now.getTime() - many * HOUR);
    const days = unit === 'w' ? many * 7 : many;
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1);
  }
  const date = dateOf(text);
  if (date === undefined) throw new Stop('--since must be a value such as 24h, 7d, 4w or 2026-11-01');
  if (date > now) throw new Stop(`--since ${text} is in the future; use an earlier date`);
  return date;
}

function dateOf(text: string): Date | undefined {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === '') return undefined;
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  // `Date` converts an invalid date to a valid date, such as 2026-02-30 to 2026-03-02.
  return date.getMonth() === Number(month) - 1 && date.getDate() === Number(day) ? date : undefined;
}
