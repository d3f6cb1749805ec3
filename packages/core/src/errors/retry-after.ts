/** What the parser needs of `Headers`. */
export interface HeaderReader {
  /** Case does not matter; `null` when there is none. */
  get(name: string): string | null;
}

/** Longer than this is a mistake of the server's clock, not a wait: 31 days. */
const ABSURD_MS = 31 * 24 * 3_600_000;

/**
 * Milliseconds that a response's headers ask to wait, or `undefined`. Reads `retry-after-ms`, `retry-after` (seconds
 * or an HTTP date) and `x-ratelimit-reset` (seconds, `1m30s`, or epoch in s or ms).
 */
export function retryAfterMs(headers: HeaderReader | undefined, now: number): number | undefined {
  if (headers === undefined) return undefined;
  return (
    plausible(number(headers.get('retry-after-ms'))) ??
    fromRetryAfter(headers.get('retry-after'), now) ??
    resetMs(headers.get('x-ratelimit-reset'), now)
  );
}

/** A reset in any dialect, as milliseconds from `now`: `12`, `6m0s`, `120ms`, RFC 3339, epoch s or ms. */
export function resetMs(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const seconds = number(value);
  if (seconds !== undefined) {
    const isEpoch = seconds > 1e9;
    return plausible(isEpoch ? (seconds > 1e12 ? seconds : seconds * 1000) - now : seconds * 1000);
  }
  return plausible(duration(value) ?? Date.parse(value) - now);
}

function fromRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const seconds = number(value);
  return plausible(seconds === undefined ? Date.parse(value) - now : seconds * 1000);
}

const number = (value: string | null): number | undefined =>
  value !== null && /^\s*-?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : undefined;

const plausible = (ms: number | undefined): number | undefined =>
  ms !== undefined && ms >= 0 && ms <= ABSURD_MS ? ms : undefined;

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function duration(value: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+$/.test(value)) return undefined;
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(?<![\d.])(\d+(?:\.\d+)?)(ms|d|h|m|s)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return total;
}

const WORDS =
  /(?:try again|retry) (?:in|after) ((?:\d+(?:\.\d+)? ?(?:milliseconds?|ms|seconds?|minutes?|hours?|days?|[dhms])[ ,]{0,2})+)/i;

/** The wait that an error's words ask for: "try again in 11.054s", "retry after 26 seconds" (OpenAI, Groq, Azure; 2026). */
export function retryAfterInMessage(message: string | undefined): number | undefined {
  const [, said = ''] = WORDS.exec(message ?? '') ?? [];
  const short = said
    .toLowerCase()
    .replace(/[ ,]/g, '')
    .replace(/(\d)(?:milliseconds?|(second|minute|hour|day)s?)/g, (_all, digit: string, unit = 'ms') =>
      unit === 'ms' ? `${digit}ms` : `${digit}${String(unit).charAt(0)}`,
    );
  return plausible(duration(short));
}
