import type { RecordQuery, SpendRecord } from '@majordomo/ledger';
import { recordFromText, recordToText, stepOf, unstorableRecord } from '@majordomo/core/toolkit';
import type { Database } from '../file/database.ts';
import { isUnstorable } from '../file/sqlite-error.ts';
import { hourOf } from './hours.ts';
import type { Retention } from './retention.ts';
import type { SeriesTable } from './series.ts';
import { withStep } from './stored-histogram.ts';

/** Number of records per query. */
const PAGE = 1000;

/** Figures of a record that a report sums. */
export interface Figures {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly nanoUsd: bigint;
  readonly cacheSaved: bigint;
  readonly cacheExtra: bigint;
  readonly unpriced: number;
  readonly unknownUsage: number;
}

/** Records of attempts, and sums of the records per hour. */
export class Records {
  private readonly database: Database;
  private readonly series: SeriesTable;
  private readonly retention: Retention;
  private readonly sql: ReturnType<typeof statements>;

  constructor(database: Database, series: SeriesTable, retention: Retention) {
    this.database = database;
    this.series = series;
    this.retention = retention;
    this.sql = statements(database);
  }

  async append(record: SpendRecord): Promise<void> {
    try {
      await this.database.write(() => {
        this.add(record);
        this.retention.deleteOld();
      });
    } catch (error) {
      throw isUnstorable(error) ? unstorableRecord(record, error) : error;
    }
  }

  /** Yields records. Reads them in pages, so that a slow reader does not block other processes. */
  async *read(query: RecordQuery): AsyncGenerator<SpendRecord> {
    const { from, to, call, tenant, target } = query;
    const statement = call === undefined ? this.sql.byTime : this.sql.byCall;
    let at = from?.getTime() ?? Number.MIN_SAFE_INTEGER;
    let seq = -1;
    for (;;) {
      const begin = [at, at, seq, to?.getTime() ?? Number.MAX_SAFE_INTEGER] as const;
      const page = await this.database.read(() =>
        statement.all(...(call === undefined ? begin : [call, ...begin])),
      );
      for (const row of page) {
        const record = recordFromText<SpendRecord>(String(row['json']));
        const fits =
          (tenant === undefined || tenant === record.tenant) &&
          (target === undefined || target === record.target);
        if (fits) yield record;
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      at = Number(last['at']);
      seq = Number(last['seq']);
    }
  }

  private add(record: SpendRecord): void {
    const { at, text } = recordToText(record);
    const series = this.series.idOf(record);
    const { id, call, ms } = record;
    const { changes, lastInsertRowid } = this.sql.insert.run(id, at, call, series, Math.round(ms), text);
    if (changes === 0) return;
    const seq = Number(lastInsertRowid);
    // Two other records suffice, because only the second record of a call changes the first one.
    const others = this.sql.sameCall.all(call, seq);
    this.addToHour(record, at, series, others.length === 0);
    if (others.length === 0) return;
    this.sql.share.run(at, seq, series, call);
    const [first] = others;
    // This is the second record of the call, so the first one is no longer counted as the only record of its call.
    if (others.length === 1 && first !== undefined) {
      const firstAt = Number(first['at']);
      this.sql.share.run(firstAt, Number(first['seq']), Number(first['series']), call);
      this.sql.notSingle.run(hourOf(firstAt), Number(first['series']));
    }
  }

  private addToHour(record: SpendRecord, at: number, series: number, isSingle: boolean): void {
    const hour = hourOf(at);
    const { input, output, cacheRead, nanoUsd, unpriced, unknownUsage, ...cache } = figuresOf(record);
    const durations = this.sql.durations.get(hour, series)?.['durations'] as Uint8Array | undefined;
    const figures = [1, isSingle ? 1 : 0, input, output, cacheRead, nanoUsd, unpriced];
    const steps = withStep(durations, stepOf(record.ms));
    const { cacheWrite, cacheSaved, cacheExtra } = cache;
    const added = [unknownUsage, cacheWrite, cacheSaved, cacheExtra];
    this.sql.addToHour.run(hour, series, ...figures, steps, ...added);
  }
}

/** Returns the figures of a record that a report sums. A missing count is 0. */
export function figuresOf(record: SpendRecord): Figures {
  const { usage, nanoUsd, basis, operation } = record;
  // The usage of a batch with an estimate omits some requests.
  const isCounted = basis !== 'estimate' && usage?.input !== undefined && usage.output !== undefined;
  return {
    input: usage?.input ?? 0,
    output: usage?.output ?? 0,
    cacheRead: usage?.cacheRead ?? 0,
    cacheWrite: usage?.cacheWrite ?? 0,
    nanoUsd: BigInt(nanoUsd ?? 0),
    cacheSaved: BigInt(record.cacheSavedNanoUsd ?? 0),
    cacheExtra: BigInt(record.cacheExtraNanoUsd ?? 0),
    unpriced: nanoUsd === undefined && basis !== 'included' ? 1 : 0,
    unknownUsage: isCounted || operation === 'booked' || usage?.details?.units !== undefined ? 0 : 1,
  };
}

/** Returns SQL for a sum that is limited to SQLite's maximum INTEGER. A larger sum would become an inexact REAL. */
const saturatingSum = (column: string): string =>
  `${column} = min(${column}, 9223372036854775807 - excluded.${column}) + excluded.${column}`;

function statements(database: Database) {
  const pageOf = (where: string): string =>
    `SELECT at, seq, json FROM records WHERE ${where} (at > ? OR (at = ? AND seq > ?)) AND at < ?
     ORDER BY at, seq LIMIT ${PAGE}`;
  return {
    insert: database.prepare(
      'INSERT INTO records (id, at, call, series, ms, json) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
    ),
    sameCall: database.prepare('SELECT at, seq, series FROM records WHERE call = ? AND seq <> ? LIMIT 2'),
    share: database.prepare('INSERT INTO shared_calls (at, seq, series, call) VALUES (?, ?, ?, ?)'),
    notSingle: database.prepare('UPDATE hours SET single = single - 1 WHERE hour = ? AND series = ?'),
    durations: database.prepare('SELECT durations FROM hours WHERE hour = ? AND series = ?'),
    addToHour: database.prepare(
      `INSERT INTO hours (hour, series, attempts, single, input, output, cache_read, nano_usd, unpriced, durations, unknown_usage,
         cache_write, cache_saved, cache_extra)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         attempts = attempts + excluded.attempts, single = single + excluded.single,
         ${['input', 'output', 'cache_read', 'nano_usd', 'cache_write', 'cache_saved', 'cache_extra'].map(saturatingSum).join(', ')},
         unpriced = unpriced + excluded.unpriced, durations = excluded.durations,
         unknown_usage = unknown_usage + excluded.unknown_usage`,
    ),
    byTime: database.prepare(pageOf('')),
    byCall: database.prepare(pageOf('call = ? AND')),
  };
}
