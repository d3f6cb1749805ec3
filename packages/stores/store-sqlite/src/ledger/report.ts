import { addStep, quantile, stepOf, type Histogram } from '@majordomo/core/toolkit';
import type { RecordQuery, ReportQuery, ReportRow, SpendRecord } from '@majordomo/ledger';
import type { Database } from '../file/database.ts';
import { HOUR_MS } from './hours.ts';
import { figuresOf, type Figures } from './records.ts';
import { addBytes } from './stored-histogram.ts';
import { stretches, type Stretch } from './stretches.ts';
import type { Series, SeriesTable } from './series.ts';

type Key = Readonly<Record<string, string>>;

interface ReportSum {
  readonly key: Key;
  readonly durations: Histogram;
  attempts: number;
  /** Number of calls in hourly sums that have a single record. */
  singleCalls: number;
  /** Ids of all other calls, which can have several records. */
  readonly otherCalls: Set<string>;
  failed: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  nanoUsd: bigint;
  cacheSavedNanoUsd: bigint;
  cacheExtraNanoUsd: bigint;
  unpriced: number;
  unknownUsage: number;
}

/** Computes reports from the stored hourly sums. Reads single records where a day or the range does not begin at a full hour. */
export class Report {
  private readonly database: Database;
  private readonly series: SeriesTable;
  private readonly records: (query: RecordQuery) => AsyncIterable<SpendRecord>;
  private readonly sql: ReturnType<typeof statements>;

  constructor(
    database: Database,
    series: SeriesTable,
    records: (query: RecordQuery) => AsyncIterable<SpendRecord>,
  ) {
    this.database = database;
    this.series = series;
    this.records = records;
    this.sql = statements(database);
  }

  async rows(query: ReportQuery): Promise<readonly ReportRow[]> {
    const sums = new ReportSums(query);
    const range = await this.rangeOf(query);
    if (range === undefined) return [];
    // Hourly sums contain no tags and no call ids, so a query for a tag or a call reads single records.
    const isFromHours = query.call === undefined && query.tag === undefined;
    for (const stretch of stretches(range, query, isFromHours)) {
      if (stretch.isHours) await this.addHours(sums, stretch);
      else await this.addRecords(sums, stretch, query);
    }
    return sums.rows();
  }

  private rangeOf({ from, to }: ReportQuery): Promise<{ from: number; to: number } | undefined> {
    return this.database.read(() => {
      const { first, last } = this.sql.ends.get() ?? {};
      if (typeof first !== 'number' || typeof last !== 'number') return undefined;
      const range = {
        from: Math.max(from?.getTime() ?? -Infinity, first),
        to: Math.min(to?.getTime() ?? Infinity, last + 1),
      };
      return range.from < range.to ? range : undefined;
    });
  }

  private addHours(sums: ReportSums, { from, to, times }: Stretch): Promise<void> {
    return this.database.read(() => {
      for (const row of this.sql.hours.all(from / HOUR_MS, to / HOUR_MS)) {
        const series = this.series.get(Number(row['series']));
        const sum = sums.of(series, times, '');
        if (sum === undefined) continue;
        const attempts = Number(row['attempts']);
        sum.attempts += attempts;
        sum.singleCalls += Number(row['single']);
        if (series.outcome === 'failed') sum.failed += attempts;
        sum.input += Number(row['input']);
        sum.output += Number(row['output']);
        sum.cacheRead += Number(row['cache_read']);
        sum.cacheWrite += Number(row['cache_write']);
        sum.nanoUsd += BigInt(String(row['nano_usd']));
        sum.cacheSavedNanoUsd += BigInt(String(row['cache_saved']));
        sum.cacheExtraNanoUsd += BigInt(String(row['cache_extra']));
        sum.unpriced += Number(row['unpriced']);
        sum.unknownUsage += Number(row['unknown_usage']);
        addBytes(sum.durations, row['durations'] as Uint8Array);
      }
      for (const row of this.sql.shared.all(from, to))
        sums.of(this.series.get(Number(row['series'])), times, '')?.otherCalls.add(String(row['call']));
    });
  }

  private async addRecords(
    sums: ReportSums,
    { from, to, times }: Stretch,
    query: ReportQuery,
  ): Promise<void> {
    const { call, tenant, target, tag } = query;
    const records = this.records({ from: new Date(from), to: new Date(to), call, tenant, target });
    for await (const record of records) {
      const sum = sums.of(record, times, (tag === undefined ? undefined : record.tags[tag]) ?? '');
      if (sum !== undefined) add(sum, record, figuresOf(record));
    }
  }
}

function add(sum: ReportSum, { call, outcome, ms }: SpendRecord, figures: Figures): void {
  sum.attempts++;
  sum.otherCalls.add(call);
  if (outcome === 'failed') sum.failed++;
  sum.input += figures.input;
  sum.output += figures.output;
  sum.cacheRead += figures.cacheRead;
  sum.cacheWrite += figures.cacheWrite;
  sum.nanoUsd += figures.nanoUsd;
  sum.cacheSavedNanoUsd += figures.cacheSaved;
  sum.cacheExtraNanoUsd += figures.cacheExtra;
  sum.unpriced += figures.unpriced;
  sum.unknownUsage += figures.unknownUsage;
  addStep(sum.durations, stepOf(ms));
}

/** Sums of the rows of a report. */
class ReportSums {
  private readonly query: ReportQuery;
  private readonly sums = new Map<string, ReportSum>();

  constructor(query: ReportQuery) {
    this.query = query;
  }

  /** Returns the sum to which records of this series belong, or `undefined` if the query excludes them. */
  of(series: Series, times: Key, tag: string): ReportSum | undefined {
    const { by, tenant, target } = this.query;
    if (tenant !== undefined && tenant !== series.tenant) return undefined;
    if (target !== undefined && target !== series.target) return undefined;
    const values = by.map((name) => {
      if (name === 'day' || name === 'hour' || name === 'month') return times[name] ?? '';
      if (name === 'provider') return series.target.split('/', 1)[0] ?? '';
      return name === 'tag' ? tag : (series[name] ?? '');
    });
    const id = JSON.stringify(values);
    const known = this.sums.get(id);
    if (known !== undefined) return known;
    const sum = emptySum(Object.fromEntries(by.map((name, place) => [name, values[place] ?? ''])));
    this.sums.set(id, sum);
    return sum;
  }

  rows(): readonly ReportRow[] {
    return [...this.sums.values()].map(({ singleCalls, otherCalls, durations, ...sum }) => ({
      ...sum,
      calls: singleCalls + otherCalls.size,
      p50Ms: quantile(durations, 0.5) ?? 0,
      p95Ms: quantile(durations, 0.95) ?? 0,
    }));
  }
}

const emptySum = (key: Key): ReportSum => ({
  key,
  durations: new Map(),
  attempts: 0,
  singleCalls: 0,
  otherCalls: new Set(),
  failed: 0,
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  nanoUsd: 0n,
  cacheSavedNanoUsd: 0n,
  cacheExtraNanoUsd: 0n,
  unpriced: 0,
  unknownUsage: 0,
});

function statements(database: Database) {
  return {
    ends: database.prepare('SELECT min(at) AS first, max(at) AS last FROM records'),
    hours: database.prepare(
      // Sums may exceed the exact range of a number. Only amounts of money must be exact.
      `SELECT series, attempts, single, unpriced, unknown_usage, durations,
         CAST(input AS REAL) AS input, CAST(output AS REAL) AS output,
         CAST(cache_read AS REAL) AS cache_read, CAST(cache_write AS REAL) AS cache_write,
         CAST(nano_usd AS TEXT) AS nano_usd, CAST(cache_saved AS TEXT) AS cache_saved, CAST(cache_extra AS TEXT) AS cache_extra
       FROM hours WHERE hour >= ? AND hour < ?`,
    ),
    shared: database.prepare('SELECT series, call FROM shared_calls WHERE at >= ? AND at < ?'),
  };
}
