/** Part of the `Headers` interface that this file needs. */
export interface HeaderReader {
  /** Returns the value of a header, or `null`. The name is not case-sensitive. */
  get(name: string): string | null;
}

/** Maximum wait: 31 days, in milliseconds. A longer wait is ignored, because the server's clock is probably wrong. */
const MAX_WAIT_MS = 31 * 24 * 3_600_000;

/**
 * Returns the wait that the response headers request, in milliseconds; `undefined` for none. Reads `retry-after-ms`, otherwise
 * `retry-after` or `x-ratelimit-reset` in the forms that `resetMs` accepts.
 */
export function retryAfterMs(headers: HeaderReader | undefined, now: number): number | undefined {
  if (headers === undefined) return undefined;
  return (
    plausibleWait(parseNumber(headers.get('retry-after-ms'))) ??
    resetMs(headers.get('retry-after'), now) ??
    resetMs(headers.get('x-ratelimit-reset'), now)
  );
}

/** Returns the milliseconds until a reset. Accepts seconds, `6m0s`, `120ms`, a date, and seconds or milliseconds since 1970. */
export function resetMs(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const seconds = parseNumber(value);
  if (seconds === undefined) return plausibleWait(parseDuration(value) ?? Date.parse(value) - now);
  if (seconds > EPOCH_MS) return plausibleWait(seconds - now);
  return plausibleWait(seconds > EPOCH_SECONDS ? seconds * 1000 - now : seconds * 1000);
}

/** Numbers above these are a time since 1970, in milliseconds or seconds. They are a time of the year 2001. */
const EPOCH_MS = 1e12;
const EPOCH_SECONDS = 1e9;

const parseNumber = (value: string | null): number | undefined =>
  value !== null && /^\s*-?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : undefined;

const plausibleWait = (ms: number | undefined): number | undefined =>
  ms !== undefined && ms >= 0 && ms <= MAX_WAIT_MS ? ms : undefined;

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function parseDuration(value: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+$/.test(value)) return undefined;
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|d|h|m|s)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return total;
}

const WAIT_TEXT =
  /(?:try again|retry) (?:in|after) ((?:\d+(?:\.\d+)? ?(?:milliseconds?|ms|seconds?|minutes?|hours?|days?|[dhms])[ ,]{0,2})+)/i;

/** Returns the wait that a message states, in milliseconds: "try again in 11.054s", "retry after 26 seconds" (OpenAI, Azure). */
export function retryAfterInMessage(message: string | undefined): number | undefined {
  const [, wait = ''] = WAIT_TEXT.exec(message ?? '') ?? [];
  // Shorten the units: `1 minute, 30 seconds` becomes `1m30s`.
  const short = wait
    .toLowerCase()
    .replace(/[ ,]/g, '')
    .replace(/milliseconds?/g, 'ms')
    .replace(/(?:second|minute|hour|day)s?/g, (unit) => unit.charAt(0));
  return plausibleWait(parseDuration(short));
}
