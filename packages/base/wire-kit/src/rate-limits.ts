import { type RateLimitBucket, systemClock, type VendorFacts } from '@majordomo/core';
import { setNewest } from '@majordomo/core/toolkit';
import { type HeaderReader, resetMs } from './retry-after.ts';

export type { RateLimitBucket } from '@majordomo/core';

/** Rate limits of a target. */
export interface RateLimits {
  readonly target: string;
  /** Time at which the headers arrived, in epoch milliseconds. For a 429 without limits, the time of the target's last limits. */
  readonly at: number;
  readonly buckets: readonly RateLimitBucket[];
  /**
   * Reason for a 429: `quota` if a limit is exhausted for a minute or longer, `capacity` if no limit is exhausted for that long
   * (the vendor lacks capacity), `unknown` if no response had rate-limit headers. `undefined` for any other status.
   */
  readonly refusal: 'quota' | 'capacity' | 'unknown' | undefined;
}

/** Observer that stores the rate limits of each target from its response headers. */
export interface RateLimitWatch {
  /** Returns the rate limits at `now` (in epoch milliseconds); `undefined` if `status` is not 429 and no header has a limit. */
  observe(
    target: string,
    status: number,
    headers: HeaderReader | undefined,
    now: number,
  ): RateLimits | undefined;
}

const MAX_TARGETS = 256;

/** Creates a watch for at most 256 targets. A 429 without rate-limit headers gets its reason from the target's last limits. */
export function rateLimitWatch(): RateLimitWatch {
  const known = new Map<string, Pick<RateLimits, 'at' | 'buckets'>>();
  return {
    observe(target, status, headers, now) {
      const buckets = headers === undefined ? [] : bucketsIn(headers, now);
      if (buckets.length > 0) setNewest(known, target, { at: now, buckets }, MAX_TARGETS);
      else if (status !== 429) return undefined;
      const { at = now, buckets: last = [] } = known.get(target) ?? {};
      const refusal = status === 429 ? refusalOf(last, now - at) : undefined;
      return { target, at, buckets: last, refusal };
    },
  };
}

const COUNTED_UNITS: readonly string[] = ['requests', 'tokens'];
const WINDOWS: readonly string[] = ['', '-1h', '-minute', '-day'];
const PORTIONS: readonly string[] = ['requests', 'tokens', 'input-tokens', 'output-tokens'];

type Names = readonly [bucket: string, headerFor: (value: 'limit' | 'remaining' | 'reset') => string];

/**
 * Names of the buckets with the names of their headers, such as `x-ratelimit-limit-requests-1h`, `x-ratelimit-limit` and
 * `anthropic-ratelimit-requests-limit`.
 */
const NAMES: readonly Names[] = [
  ...COUNTED_UNITS.flatMap((counted) =>
    WINDOWS.map((window): Names => [counted + window, (value) => `x-ratelimit-${value}-${counted}${window}`]),
  ),
  ['requests', (value) => `x-ratelimit-${value}`],
  ...PORTIONS.map((portion): Names => [portion, (value) => `anthropic-ratelimit-${portion}-${value}`]),
];

function bucketsIn(headers: HeaderReader, now: number): readonly RateLimitBucket[] {
  return NAMES.flatMap(([name, headerFor]) => {
    const limit = parseAmount(headers.get(headerFor('limit')));
    const remaining = parseAmount(headers.get(headerFor('remaining')));
    if (limit === undefined && remaining === undefined) return [];
    return [{ name, limit, remaining, resetMs: resetMs(headers.get(headerFor('reset')), now) }];
  });
}

function parseAmount(value: string | null): number | undefined {
  const found = value === null || value.trim() === '' ? NaN : Number(value);
  return Number.isFinite(found) ? found : undefined;
}

/** Returns the milliseconds until all exhausted limits are reset; `undefined` if none of them has a known reset. */
export function exhaustedResetMs(headers: HeaderReader | undefined, now: number): number | undefined {
  const resets = (headers === undefined ? [] : bucketsIn(headers, now)).flatMap(
    ({ remaining, resetMs: reset }) =>
      remaining !== undefined && remaining <= 0 && reset !== undefined ? [reset] : [],
  );
  return resets.length === 0 ? undefined : Math.max(...resets);
}

/** Headers with the vendor's id of the request, in order of precedence. */
const REQUEST_IDS: readonly string[] = ['x-request-id', 'request-id', 'x-amzn-requestid', 'cf-ray'];

/** Returns the id of the request and the rate limits in the headers of a response. */
export function headerFacts(headers: Headers): Pick<VendorFacts, 'requestId' | 'rateLimits'> {
  let hasLimits = false;
  const ids = new Map<string, string>();
  // Iterate once, because a lookup of each possible name takes twenty times as long.
  for (const [name, value] of headers) {
    if (name.includes('ratelimit')) hasLimits = true;
    else if (REQUEST_IDS.includes(name)) ids.set(name, value);
  }
  const requestId = REQUEST_IDS.map((name) => ids.get(name)).find((id) => id !== undefined);
  const rateLimits = hasLimits ? bucketsIn(headers, systemClock.now()) : [];
  return {
    ...(requestId !== undefined && { requestId }),
    ...(rateLimits.length > 0 && { rateLimits }),
  };
}

const A_MINUTE = 60_000;

/** Returns the reason for a 429. Ignores a limit that is reset within a minute. `age`: age of the limits in milliseconds. */
function refusalOf(buckets: readonly RateLimitBucket[], age: number): RateLimits['refusal'] {
  if (buckets.length === 0) return 'unknown';
  const isUsedUp = buckets.some(
    ({ remaining, resetMs: reset }) =>
      remaining !== undefined && remaining <= 0 && (reset ?? 0) - age >= A_MINUTE,
  );
  return isUsedUp ? 'quota' : 'capacity';
}
