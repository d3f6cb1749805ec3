import type { Ledger, Limit, LimitState, ReportKey, ReportRow } from '@majordomo/ledger';
import { Refusal } from './answers.ts';
import type { FeedCost, FeedLimit, FeedSpending, FeedSpendingRow } from './feed-types.ts';

const HOUR = 3_600_000;
const RANGES = { '24h': 24 * HOUR, '7d': 7 * 24 * HOUR, '30d': 30 * 24 * HOUR } as const;
const KEYS = ['tenant', 'key', 'model', 'target'] as const;
const MAX_ROWS = 50;
const MAX_CALLS = 60;

/** Returns the states of at most 200 limits, smallest remaining share first. */
export async function limitsOf(ledger: Ledger): Promise<readonly FeedLimit[]> {
  const states = await ledger.state();
  return states
    .map(toFeedLimit)
    .toSorted((a, b) => shareLeft(a) - shareLeft(b))
    .slice(0, 200);
}

const shareLeft = ({ left, max }: FeedLimit): number => Number(left) / Math.max(1, Number(max));

function toFeedLimit({ limit, key, used, held, left, resetsAt, emptyAt }: LimitState): FeedLimit {
  return {
    name: limit.name,
    key,
    per: typeof limit.per === 'string' ? limit.per : `${limit.per.ms} ms`,
    unit: unitOf(limit),
    // Compute the maximum, because `limit.max` of a money limit is in USD and the other amounts are in nano-USD.
    max: String(used + held + left),
    used: String(used),
    held: String(held),
    left: String(left),
    resetsAt,
    emptyAt,
  };
}

const unitOf = ({ max }: Limit): FeedLimit['unit'] => Object.keys(max)[0] as FeedLimit['unit'];

/** Returns at most 50 rows of spending, highest cost first, with hourly sums for a day and daily sums for longer ranges. */
export async function spendingOf(query: URLSearchParams, ledger: Ledger, now: number): Promise<FeedSpending> {
  const dimension = oneOf(query.get('by') ?? 'model', KEYS, 'by');
  // The ledger records the id of the virtual key as a tag.
  const by: ReportKey = dimension === 'key' ? 'tag' : dimension;
  const range = oneOf(query.get('range') ?? '24h', ['24h', '7d', '30d'], 'range');
  const step: ReportKey = range === '24h' ? 'hour' : 'day';
  const zone = zoneOf(query.get('zone') ?? 'UTC');
  const tag = by === 'tag' ? 'key' : undefined;
  // The end of a range is exclusive.
  const span = { from: new Date(now - RANGES[range]), to: new Date(now + 1), zone, tag };
  const [total, over] = await Promise.all([
    ledger.report({ by: [by], ...span }),
    ledger.report({ by: [step, by], ...span }),
  ]);
  const times = [...new Set(over.map(({ key }) => key[step] ?? ''))].toSorted();
  const amounts = new Map(over.map((row) => [`${row.key[step] ?? ''} ${row.key[by] ?? ''}`, row.nanoUsd]));
  const toRow = (row: ReportRow): FeedSpendingRow => {
    const key = row.key[by] ?? '';
    return toFeedRow(
      row,
      key,
      times.map((at) => String(amounts.get(`${at} ${key}`) ?? 0n)),
    );
  };
  return { at: times.map(wallClock), rows: total.toSorted(byCost).slice(0, MAX_ROWS).map(toRow) };
}

/** Parses the label of a day (`2026-11-30`) or hour (`2026-11-30T21`) in local time as if it were in UTC, as the page expects. */
const wallClock = (time: string): number => Date.parse(time.length === 10 ? `${time}T00:00Z` : `${time}:00Z`);

const byCost = (a: ReportRow, b: ReportRow): number =>
  a.nanoUsd === b.nanoUsd ? b.input + b.output - a.input - a.output : a.nanoUsd < b.nanoUsd ? 1 : -1;

function toFeedRow(row: ReportRow, key: string, over: readonly string[]): FeedSpendingRow {
  const { nanoUsd, calls, attempts, failed, input, output, unpriced } = row;
  const { cacheSavedNanoUsd: saved, cacheExtraNanoUsd: extra } = row;
  return {
    key,
    nanoUsd: String(nanoUsd),
    calls,
    attempts,
    failed,
    input,
    output,
    unpriced,
    cacheSaved: String(saved),
    cacheExtra: String(extra),
    cacheNet: String(saved - extra),
    over,
  };
}

/** Returns the total cost of all attempts for each call. Omits calls without records, and calls that a plan includes. */
export async function costsOf(
  query: URLSearchParams,
  ledger: Ledger,
): Promise<Readonly<Record<string, FeedCost>>> {
  const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length > MAX_CALLS) throw new Refusal(400, `ids: at most ${MAX_CALLS} ids per request; send fewer`);
  const costs = await Promise.all(ids.map((id) => costOf(id, ledger)));
  const known = ids.flatMap((id, at) => (costs[at] === undefined ? [] : [[id, costs[at]] as const]));
  return Object.fromEntries(known);
}

async function costOf(call: string, ledger: Ledger): Promise<FeedCost | undefined> {
  let sum: bigint | undefined;
  let unpriced = 0;
  for await (const { nanoUsd, basis } of ledger.records({ call })) {
    if (nanoUsd !== undefined) sum = (sum ?? 0n) + BigInt(nanoUsd);
    else if (basis === 'unknown') unpriced++;
  }
  if (sum === undefined && unpriced === 0) return undefined;
  return { nanoUsd: sum?.toString(), unpriced };
}

function oneOf<Value extends string>(value: string, values: readonly Value[], name: string): Value {
  const known = values.find((each) => each === value);
  if (known === undefined) throw new Refusal(400, `${name}: must be one of ${values.join(', ')}`);
  return known;
}

function zoneOf(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new Refusal(400, 'zone: must be an IANA time zone, such as Europe/Berlin');
  }
}
