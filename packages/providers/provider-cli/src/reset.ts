const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const UNIT_MS: Readonly<Record<string, number>> = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS, s: 1000 };

/**
 * Returns the time until a usage limit ends, in milliseconds, from a message such as `…|1777936568` (seconds since the epoch),
 * `try again in 3 hours 12 minutes`, `resets after 1h5m`, `resets 2:10pm (America/Sao_Paulo)`, `try again at 12:16 PM`. A time
 * without a time zone is local. Returns `undefined` if the message contains no time. `now`: current time in epoch ms.
 */
export function resetIn(text: string, now: number): number | undefined {
  const epoch = /\|(\d{10})\b/.exec(text)?.[1];
  if (epoch !== undefined) return Math.max(0, Number(epoch) * 1000 - now);
  return duration(text) ?? timeOfDay(text, now);
}

const AMOUNT = String.raw`\d+(?:\.\d+)?\s*(?:d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)\b`;
/** Amounts in words, such as `3 hours 12 minutes`. */
const IN_WORDS = new RegExp(String.raw`\b(?:in|after)\s+(${AMOUNT}(?:[\s,]*(?:and\s+)?${AMOUNT})*)`, 'i');
/** Amounts without spaces, such as `1h5m`, in which a digit follows the first unit. */
const COMPACT = /\b(?:in|after)\s+((?:\d+(?:\.\d+)?[dhms])+)\b/i;

function duration(text: string): number | undefined {
  const [, amounts] = IN_WORDS.exec(text) ?? COMPACT.exec(text) ?? [];
  if (amounts === undefined) return undefined;
  let total = 0;
  // A search that also started within a number would not be linear.
  for (const [, amount, unit = ''] of amounts.matchAll(/(?<![\d.])(\d+(?:\.\d+)?)\s*([dhms])/gi)) {
    total += Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  }
  return total;
}

const TIME =
  /\b(?:resets?(?:\s+at)?|again at|until)\s+(\d{1,2})(?::(\d{2}))?\s*([ap]m)?(?:\s*\(([\w/+-]+)\))?/i;

function timeOfDay(text: string, now: number): number | undefined {
  const [, hours, minutes, half, zone] = TIME.exec(text) ?? [];
  // A number alone, such as "until 5", is not a time.
  const isTime = hours !== undefined && (minutes !== undefined || half !== undefined);
  if (!isTime) return undefined;
  const hour =
    half === undefined ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  const wanted = hour * HOUR_MS + Number(minutes ?? 0) * MINUTE_MS;
  // A time that has passed today is a time of tomorrow.
  return (wanted - sinceMidnight(now, zone) + DAY_MS) % DAY_MS;
}

function sinceMidnight(now: number, zone: string | undefined): number {
  const clock = (timeZone: string | undefined): string =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hour12: false,
    }).format(now);
  let text: string;
  try {
    text = clock(zone);
  } catch {
    // The runtime does not support this time zone.
    text = clock(undefined);
  }
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  // Some runtimes format midnight as 24:00.
  return (hours % 24) * HOUR_MS + minutes * MINUTE_MS + seconds * 1000;
}
