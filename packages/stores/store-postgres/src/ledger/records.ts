import { LlmError, messageOf } from '@majordomo/core';
import { toStoredText, UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import type { RecordQuery, SpendRecord } from '@majordomo/ledger';
import type { Connection } from '../client/connection.ts';
import { toIndexedText } from './indexed-text.ts';

/** Number of records per page. */
const PAGE = 500;

/** Records of attempts, stored for the retention time. */
export class Records {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  async append(record: SpendRecord): Promise<void> {
    const { at, json } = serialize(record);
    const { id, call, tenant, target } = record;
    await this.connection.query(
      `INSERT INTO ${this.connection.schema}.records (id, at, call, tenant, target, record)
       VALUES ($1::text, $2::text::bigint, $3::text, $4::text, $5::text, $6::text) ON CONFLICT DO NOTHING`,
      [
        toIndexedText(id, 'the id of a record'),
        `${at}`,
        toIndexedText(call, 'the id of a call'),
        tenant === undefined ? null : toStoredText(tenant),
        toStoredText(target),
        json,
      ],
    );
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
    const at = values.length + 1;
    const seq = values.length + 2;
    let last: readonly string[] = [`${Number.MIN_SAFE_INTEGER}`, '0'];
    for (;;) {
      const rows = await this.connection.query(
        `SELECT row.at::text AS time, row.seq::text AS place, row.record FROM ${this.connection.schema}.records AS row
         WHERE ${conditions.join(' AND ')} AND (row.at, row.seq) > ($${at}::text::bigint, $${seq}::text::bigint)
         ORDER BY row.at, row.seq LIMIT ${PAGE}`,
        [...values, ...last],
      );
      for (const row of rows) {
        last = [row['time'] ?? '', row['place'] ?? ''];
        yield restoreUndefined(JSON.parse(row['record'] ?? '') as SpendRecord);
      }
      if (rows.length < PAGE) return;
    }
  }
}

/** Returns the time of a record in epoch milliseconds, and its JSON. */
function serialize(record: SpendRecord): { readonly at: number; readonly json: string } {
  try {
    const at = Date.parse(record.at);
    if (Number.isNaN(at)) throw new RangeError(`at must be an ISO date, not "${record.at}"`);
    return { at, json: JSON.stringify(record) };
  } catch (cause) {
    const why = `record "${record.id}": cannot be stored: ${messageOf(cause)}; records and reports do not contain it`;
    throw new LlmError('invalid-request', why, {}, { cause });
  }
}

const UNDEFINED_FIELDS = {
  vendor: undefined,
  model: undefined,
  name: undefined,
  tenant: undefined,
  usage: undefined,
  nanoUsd: undefined,
};

/** Restores members with the value `undefined`, which JSON omits. */
function restoreUndefined(record: SpendRecord): SpendRecord {
  const { usage } = record;
  return { ...UNDEFINED_FIELDS, ...record, usage: usage && { ...UNKNOWN_USAGE, ...usage } };
}
