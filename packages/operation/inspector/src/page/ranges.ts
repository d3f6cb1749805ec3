const HOUR_MS = 3_600_000;
/** Granularity of the start of a range, in milliseconds, so that requests change once a minute. */
const MINUTE_MS = 60_000;

const LENGTHS: Readonly<Record<string, number>> = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
  '30d': 30 * 24 * HOUR_MS,
};

/** Ranges that end now, with their labels. */
export const RANGES = [
  ['1h', 'last hour'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
] as const;

/** Returns the start of a range in epoch milliseconds. Unknown ranges, such as `''`, have no start. */
export function startOf(range: string): number | undefined {
  const ms = LENGTHS[range];
  return ms === undefined ? undefined : Math.floor((Date.now() - ms) / MINUTE_MS) * MINUTE_MS;
}

/** Returns the start of a range as a query parameter. */
export function fromOf(range: string): { readonly from?: string } {
  const start = startOf(range);
  return start === undefined ? {} : { from: new Date(start).toISOString() };
}
