import { isIsoDay } from '@majordomo/core/toolkit';
import type { LimitState, ReportRow } from '@majordomo/ledger';
import { fail } from '../check-value.ts';
import { decimal, NANO_DIGITS } from '../decimal.ts';

/** Converts a row of a spending report to JSON for a response, without the effects of the cache. The tag of a row is the id of its key. */
export function spendRow({
  key,
  nanoUsd,
  cacheSavedNanoUsd: _saved,
  cacheExtraNanoUsd: _extra,
  ...row
}: ReportRow): object {
  const { tag, ...others } = key;
  return {
    ...row,
    key: tag === undefined ? others : { ...others, key: tag },
    usd: decimal(nanoUsd, NANO_DIGITS),
  };
}

/** Converts the state of a limit to JSON for a response. */
export function limitState({ limit, key, used, held, left, resetsAt }: LimitState): object {
  const { name, max, per, zone } = limit;
  const amount = (value: bigint): string => decimal(value, 'usd' in max ? NANO_DIGITS : 0);
  const reset = resetsAt === undefined ? undefined : new Date(resetsAt).toISOString();
  return {
    name,
    key,
    max,
    per,
    zone,
    used: amount(used),
    held: amount(held),
    left: amount(left),
    resetsAt: reset,
  };
}

const ISO_TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Returns the names in a query parameter `by`, separated by commas. Throws `config` for an unknown name. */
export function dimensionsOf(by: string | undefined, known: readonly string[]): readonly string[] {
  const names = by === undefined || by === '' ? [] : by.split(',');
  for (const name of names)
    if (!known.includes(name))
      fail('the query', 'by', `must be a comma-separated list of ${known.join(', ')}`, name);
  return names;
}

/** Parses an ISO time. Throws `config` for any other string. */
export function dateOf(value: string | undefined, path: string): Date | undefined {
  if (value === undefined) return undefined;
  const date = new Date(value);
  if (!ISO_TIME.test(value) || Number.isNaN(date.getTime()) || !isIsoDay(value.slice(0, 10)))
    fail('the request', path, 'must be a time such as 2026-12-31T23:59:59Z', value);
  return date;
}
