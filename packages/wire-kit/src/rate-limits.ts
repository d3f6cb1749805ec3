import { type HeaderReader, resetMs } from '@majordomo/core/toolkit';

/** One of a vendor's limits, as its headers told it last. */
export interface RateLimitBucket {
  /** What is counted, with its window where the vendor names one: `requests`, `tokens-minute`, `input-tokens`. */
  readonly name: string;
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Milliseconds from `at` until it is full again. */
  readonly resetMs: number | undefined;
}

/** What is known of a target's limits. */
export interface RateLimits {
  readonly target: string;
  /** When the headers came; they may be older than the answer that this is told with. Epoch, milliseconds. */
  readonly at: number;
  readonly buckets: readonly RateLimitBucket[];
  /**
   * Of a 429: `quota` when a bucket is used up for a minute or longer, `capacity` when none is (the vendor is short, not
   * the caller), `unknown` when no headers ever came.
   */
  readonly refusal: 'quota' | 'capacity' | 'unknown' | undefined;
}

/** Remembers the limits of targets from the headers of their answers. */
export interface RateLimitWatch {
  /** Reads one answer's headers; `undefined` when they tell nothing and nothing is refused. */
  observe(
    target: string,
    status: number,
    headers: HeaderReader | undefined,
    now: number,
  ): RateLimits | undefined;
}

const MAX_TARGETS = 256;

/** Limits of at most 256 targets: a refusal without headers is judged by the last ones that came. */
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

/** The dialects: `x-ratelimit-limit-requests-1h`, `x-ratelimit-limit` alone, `anthropic-ratelimit-requests-limit`. */
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

const A_MINUTE = 60_000;

/** `age`: milliseconds since the buckets were told; what would be full again by now is not evidence. */
function refusalOf(buckets: readonly RateLimitBucket[], age: number): RateLimits['refusal'] {
  if (buckets.length === 0) return 'unknown';
  const isUsedUp = buckets.some(
    ({ remaining, resetMs: reset }) =>
      remaining !== undefined && remaining <= 0 && (reset ?? 0) - age >= A_MINUTE,
  );
  return isUsedUp ? 'quota' : 'capacity';
}
