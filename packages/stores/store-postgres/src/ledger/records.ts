import { recordFromText, recordToText, toStoredText } from '@majordomo/core/toolkit';
import type { RecordQuery, SpendRecord } from '@majordomo/ledger';
import type { Connection } from '../client/connection.ts';
import { StatementQueue } from '../client/statement-queue.ts';
import { toIndexedText } from './indexed-text.ts';

/** Number of records per page. */
const PAGE = 500;

/** Row of a record to insert. */
interface NewRow {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly call: string;
  readonly tenant: string | undefined;
  readonly target: string;
  /** JSON of the record. */
  readonly record: string;
}

/** Records of attempts, stored for the retention time. */
export class Records {
  private readonly connection: Connection;
  private readonly queue: StatementQueue<NewRow, undefined>;

  constructor(connection: Connection) {
    this.connection = connection;
    this.queue = new StatementQueue((rows) => this.insert(rows));
  }

  async append(record: SpendRecord): Promise<void> {
    await this.queue.addWithin((work) => this.connection.withTimeout(work), rowOf(record));
  }

  /** Inserts records. Ignores a repeated record, as the contract of `append` requires. */
  private async insert(rows: readonly NewRow[]): Promise<readonly undefined[]> {
    await this.connection.unlimitedQuery(
      `INSERT INTO ${this.connection.schema}.records (id, at, call, tenant, target, record)
       SELECT * FROM json_to_recordset($1::text::json) AS given (id text, at bigint, call text, tenant text, target text, record text)
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(rows)],
    );
    // A record has no answer, so the queue resolves each item with `undefined`.
    return [];
  }

  /** Yields records. Reads them in pages, so that a slow caller does not occupy a connection. */
  async *read({ from, to, call, tenant, target }: RecordQuery): AsyncGenerator<SpendRecord> {
    const conditions = ['true'];
    const values: string[] = [];
    const where = (condition: (value: string) => string, value: string): void => {
      values.push(value);
      conditions.push(condition(`$${values.length}::text`));
    };
    if (from !== undefined) where((value) => `at >= ${value}::bigint`, `${from.getTime()}`);
    if (to !== undefined) where((value) => `at < ${value}::bigint`, `${to.getTime()}`);
    if (call !== undefined) where((value) => `call = ${value}`, toStoredText(call));
    if (tenant !== undefined) where((value) => `tenant = ${value}`, toStoredText(tenant));
    if (target !== undefined) where((value) => `target = ${value}`, toStoredText(target));
    const afterLast = `(row.at, row.seq) > ($${values.length + 1}::text::bigint, $${values.length + 2}::text::bigint)`;
    let last: readonly string[] = [`${Number.MIN_SAFE_INTEGER}`, '0'];
    for (;;) {
      const rows = await this.connection.query(
        `SELECT row.at::text AS time, row.seq::text AS place, row.record FROM ${this.connection.schema}.records AS row
         WHERE ${conditions.join(' AND ')} AND ${afterLast}
         ORDER BY row.at, row.seq LIMIT ${PAGE}`,
        [...values, ...last],
      );
      for (const row of rows) {
        last = [row['time'] ?? '', row['place'] ?? ''];
        yield recordFromText<SpendRecord>(row['record'] ?? '');
      }
      if (rows.length < PAGE) return;
    }
  }
}

/** Returns the row of a record. Rejects what would fail the shared statement, and with it the records of other calls. */
function rowOf(record: SpendRecord): NewRow {
  const { id, call, tenant, target } = record;
  const { at, text } = recordToText(record);
  return {
    id: toIndexedText(id, 'the id of a record'),
    call: toIndexedText(call, 'the id of a call'),
    tenant: tenant === undefined ? undefined : toStoredText(tenant),
    target: toStoredText(target),
    at,
    record: text,
  };
}
