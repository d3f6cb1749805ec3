import { LlmError } from '@majordomo/core';
import { formatOf, labelAt } from '../limits/calendar.ts';
import type { ReportKey, ReportQuery, ReportRow } from '../contract/report.ts';
import type { LedgerStore } from '../contract/store.ts';
import { emptyRow, sumRecords } from './sum-records.ts';

const TIMES = ['hour', 'day', 'month'] as const;
const VALUES = ['tenant', 'vendor', 'provider', 'model', 'target', 'name', 'outcome', 'tag'] as const;
const KEYS: readonly ReportKey[] = [...TIMES, ...VALUES];
/** Interval between times whose labels are computed, in milliseconds. Hours of every zone begin at a multiple of it. */
const STEP_MS = 900_000;

/** Returns the rows of a report in the order of their keys. The store computes the rows if it has `report`. */
export async function report(store: LedgerStore, query: ReportQuery): Promise<readonly ReportRow[]> {
  check(query);
  const { empty = false, ...storeQuery } = query;
  const rows =
    (await store.report?.(storeQuery)) ?? (await sumRecords(store.records(storeQuery), storeQuery));
  return sortRows(empty ? addEmptyRows(rows, query) : rows, query.by);
}

function check({ by, tag, zone, from, to, empty }: ReportQuery): void {
  const fail = (path: string, why: string, cause?: unknown): never => {
    throw new LlmError('config', `report: ${path}: ${why}`, { path }, { cause });
  };
  const odd = by.find((key) => !KEYS.includes(key));
  if (odd !== undefined) fail('by', `unknown dimension "${odd}"; use ${KEYS.join(', ')}`);
  if (by.includes('tag') !== (tag !== undefined))
    fail('tag', "must be the name of a tag, set together with `by: ['tag']`");
  for (const [path, date] of Object.entries({ from, to }))
    if (date !== undefined && Number.isNaN(date.getTime())) fail(path, 'must be a valid date');
  if (empty === true && !TIMES.some((time) => by.includes(time)))
    fail('empty', 'must be combined with day, hour or month in `by`');
  if (zone === undefined) return;
  try {
    formatOf(zone);
  } catch (cause) {
    fail('zone', `'${zone}' is not a known time zone; use an IANA name such as 'Europe/Berlin'`, cause);
  }
}

function addEmptyRows(rows: readonly ReportRow[], query: ReportQuery): readonly ReportRow[] {
  const times = timesOf(rows, query);
  const others = new Map(rows.map(({ key }) => [idOf(withoutTime(key)), withoutTime(key)]));
  // If no row exists, the values of other dimensions are unknown, so only a report by times alone has empty rows.
  if (others.size === 0 && query.by.length === Object.keys(times[0] ?? {}).length) others.set('', {});
  const known = new Set(rows.map(({ key }) => idOf(inKeyOrder(key, query.by))));
  const missing = [...others.values()]
    .flatMap((other) => times.map((time) => inKeyOrder({ ...other, ...time }, query.by)))
    .filter((key) => !known.has(idOf(key)));
  return [...rows, ...missing.map(emptyRow)];
}

/** Returns every time label of the range. If `from` or `to` is missing, the records determine that end of the range. */
function timesOf(rows: readonly ReportRow[], { by, from, to, zone = 'UTC' }: ReportQuery): Labels[] {
  const units = TIMES.filter((unit) => by.includes(unit));
  const labels = rows.map(({ key }) => key[units[0] ?? 'day'] ?? '').sort();
  const found = new Map<string, Labels>();
  const begin = from?.getTime() ?? instantOf(labels[0], zone);
  const end = to?.getTime() ?? instantOf(labels.at(-1), zone) + 1;
  for (let at = begin; at < end; at = (Math.floor(at / STEP_MS) + 1) * STEP_MS) {
    const label = Object.fromEntries(units.map((unit) => [unit, labelAt(at, unit, zone)]));
    found.set(idOf(label), label);
  }
  return [...found.values()];
}

type Labels = Readonly<Record<string, string>>;

/** Maximum difference between a time zone and UTC in milliseconds, with a margin of two hours. */
const MAX_OFFSET_MS = 57_600_000;

/** Returns a time with this label. */
function instantOf(label: string | undefined, zone: string): number {
  // Without a row, a missing bound makes the range of `timesOf` empty, because a comparison with NaN is false.
  if (label === undefined) return NaN;
  const unit = label.length === 7 ? 'month' : label.length === 10 ? 'day' : 'hour';
  const guess = Date.parse(unit === 'month' ? `${label}-01` : unit === 'day' ? label : `${label}:00Z`);
  for (let at = guess - MAX_OFFSET_MS; at < guess + MAX_OFFSET_MS; at += STEP_MS)
    if (labelAt(at, unit, zone) === label) return at;
  return guess;
}

function withoutTime(key: Labels): Labels {
  return Object.fromEntries(
    Object.entries(key).filter(([name]) => !(TIMES as readonly string[]).includes(name)),
  );
}

const inKeyOrder = (key: Labels, by: readonly string[]): Labels =>
  Object.fromEntries(by.map((name) => [name, key[name] ?? '']));

const idOf = (key: Labels): string => JSON.stringify(Object.values(key));

function sortRows(rows: readonly ReportRow[], by: readonly string[]): readonly ReportRow[] {
  const textOf = ({ key }: ReportRow): string => by.map((name) => key[name] ?? '').join('\0');
  return [...rows].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}
