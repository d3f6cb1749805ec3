import { type HeaderReader, resetMs } from './retry-after.ts';

/** Rate limit from the last response headers of a vendor. */
export interface RateLimitBucket {
  /** Counted unit, with its window if the vendor names one: `requests`, `tokens-minute`, `input-tokens`. */
  readonly name: string;
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Milliseconds from `at` until the limit is available in full again. */
  readonly resetMs: number | undefined;
}

/** Rate limits of a target. */
export interface RateLimits {
  readonly target: string;
  /** Time of the headers, which can be older than the reported response. Milliseconds since the epoch. */
  readonly at: number;
  readonly buckets: readonly RateLimitBucket[];
  /**
   * Reason of a 429: `quota` if a limit is used up for a minute or longer, `capacity` if none is used up (the vendor lacks
   * capacity), `unknown` if no response had headers about limits.
   */
  readonly refusal: 'quota' | 'capacity' | 'unknown' | undefined;
}

/** Stores the limits of targets from their response headers. */
export interface RateLimitWatch {
  /** Reads the headers of a response. Returns `undefined` if they contain no limits and the status is not 429. */
  observe(
    target: string,
    status: number,
    headers: HeaderReader | undefined,
    now: number,
  ): RateLimits | undefined;
}

const MAX_TARGETS = 256;

/** Creates a watch for at most 256 targets. A 429 without headers is classified by the last stored limits. */
export function rateLimitWatch(): RateLimitWatch {
  const known = new Map<string, Pick<RateLimits, 'at' | 'buckets'>>();
  return {
    observe(target, status, headers, now) {
      const buckets = headers === undefined ? [] : bucketsIn(headers, now);
      if (buckets.length > 0) {
        known.delete(target);
        known.set(target, { at: now, buckets });
        const oldest = known.keys().next().value;
        if (known.size > MAX_TARGETS && oldest !== undefined) known.delete(oldest);
      } else if (status !== 429) {
        return undefined;
      }
      const { at = now, buckets: last = [] } = known.get(target) ?? {};
      const refusal = status === 429 ? refusalOf(last, now - at) : undefined;
      return { target, at, buckets: last, refusal };
    },
  };
}

const COUNTED_UNITS: readonly string[] = ['requests', 'tokens'];
const WINDOWS: readonly string[] = ['', '-1h', '-minute', '-day'];
const PORTIONS: readonly string[] = ['requests', 'tokens', 'input-tokens', 'output-tokens'];

type Names = readonly [name: string, of: (what: 'limit' | 'remaining' | 'reset') => string];

/** Header names of the vendors: `x-ratelimit-limit-requests-1h`, `x-ratelimit-limit` alone, `anthropic-ratelimit-requests-limit`. */
const NAMES: readonly Names[] = [
  ...COUNTED_UNITS.flatMap((counted) =>
    WINDOWS.map((window): Names => [counted + window, (what) => `x-ratelimit-${what}-${counted}${window}`]),
  ),
  ['requests', (what) => `x-ratelimit-${what}`],
  ...PORTIONS.map((portion): Names => [portion, (what) => `anthropic-ratelimit-${portion}-${what}`]),
];

function bucketsIn(headers: HeaderReader, now: number): readonly RateLimitBucket[] {
  return NAMES.flatMap(([name, of]) => {
    const limit = parseAmount(headers.get(of('limit')));
    const remaining = parseAmount(headers.get(of('remaining')));
    if (limit === undefined && remaining === undefined) return [];
    return [{ name, limit, remaining, resetMs: resetMs(headers.get(of('reset')), now) }];
  });
}

function parseAmount(value: string | null): number | undefined {
  const found = value === null || value.trim() === '' ? NaN : Number(value);
  return Number.isFinite(found) ? found : undefined;
}

/** Returns the time until the last exhausted limit is reset, in milliseconds; `undefined` if no limit is exhausted. */
export function exhaustedResetMs(headers: HeaderReader | undefined, now: number): number | undefined {
  const resets = (headers === undefined ? [] : bucketsIn(headers, now)).flatMap(
    ({ remaining, resetMs: reset }) =>
      remaining !== undefined && remaining <= 0 && reset !== undefined ? [reset] : [],
  );
  return resets.length === 0 ? undefined : Math.max(...resets);
}

const A_MINUTE = 60_000;

/** `age` is the age of the limits in milliseconds. A limit that has been reset since is not evidence. */
function refusalOf(buckets: readonly RateLimitBucket[], age: number): RateLimits['refusal'] {
  if (buckets.length === 0) return 'unknown';
  const isUsedUp = buckets.some(
    ({ remaining, resetMs: reset }) =>
      remaining !== undefined && remaining <= 0 && (reset ?? 0) - age >= A_MINUTE,
  );
  return isUsedUp ? 'quota' : 'capacity';
}
