import { didYouMean } from '@majordomo/core/toolkit';
import type { ReportKey, ReportQuery, ReportRow } from '@majordomo/ledger';
import { openForReading } from '../ledger/open-ledger.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { writeJson } from '../terminal/write-json.ts';
import { since } from './since.ts';
import { table } from './table.ts';

/** Options of `majordomo usage`. */
interface UsageFlags {
  readonly by: string;
  readonly since: string;
  readonly json?: true;
}

const TIMES: readonly ReportKey[] = ['day', 'hour', 'month'];
const KEYS: readonly ReportKey[] = [
  ...TIMES,
  'target',
  'provider',
  'vendor',
  'model',
  'name',
  'tenant',
  'outcome',
];

/** Implements `majordomo usage`. Prints calls and their cost from the ledger. */
export async function usage(flags: UsageFlags, io: Io): Promise<ExitCode> {
  const by = keysOf(flags.by);
  const now = new Date();
  // `to` is exclusive, so one millisecond is added to include this one.
  const range = { from: since(flags.since, now), to: new Date(now.getTime() + 1) };
  const settings = await loadSettings(io);
  await using books = await openForReading(settings, io, 'majordomo usage');
  const rows =
    books === undefined ? [] : sortRows(await books.ledger.report({ ...queryOf(by), ...range }), by);
  if (flags.json === true) writeJson(io.stdout, rows.map(inJson));
  else if (rows.every(({ attempts }) => attempts === 0))
    io.stdout.write(`No call was recorded in the period of --since ${flags.since}.\n`);
  else io.stdout.write(table(rows, by, io.stdout));
  return EXIT.ok;
}

function keysOf(text: string): readonly ReportKey[] {
  const words = text.split(',').map((word) => word.trim());
  const keys = words.map((word) => {
    const key = KEYS.find((known) => known === word);
    if (key === undefined)
      throw new Stop(`--by must be one of ${KEYS.join(', ')}, not "${word}"${didYouMean(word, KEYS)}`);
    return key;
  });
  return [...new Set(keys)];
}

/** Returns the query. If the only key is `day` or `month`, the report includes days or months without calls. */
function queryOf(by: readonly ReportKey[]): Pick<ReportQuery, 'by' | 'zone' | 'empty'> {
  const [first, ...others] = by;
  return {
    by,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    empty: others.length === 0 && (first === 'day' || first === 'month'),
  };
}

/** Sorts by cost, and rows of equal cost by tokens. A report whose first key is a time is already sorted by time. */
function sortRows(rows: readonly ReportRow[], [first]: readonly ReportKey[]): readonly ReportRow[] {
  if (first === undefined || TIMES.includes(first)) return rows;
  return rows.toSorted((a, b) => Number(b.nanoUsd - a.nanoUsd) || tokensOf(b) - tokensOf(a));
}

const tokensOf = ({ input, output }: ReportRow): number => input + output;

/** Converts money to decimal strings, because JSON has no integers of that size. */
const inJson = (row: ReportRow): object => ({
  ...row,
  nanoUsd: String(row.nanoUsd),
  cacheSavedNanoUsd: String(row.cacheSavedNanoUsd),
  cacheExtraNanoUsd: String(row.cacheExtraNanoUsd),
});
