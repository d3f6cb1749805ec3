import type { Row, Sql } from './platform.ts';
import type { RecordLine, RecordPage } from './wire.ts';

/** Maximum number of records in a page. A full page has several hundred kilobytes. */
export const PAGE = 500;
/** Maximum number of old records that each new record deletes. */
const DELETE_BATCH = 10;

/** Creates the table if it does not exist. */
export function makeRecords(sql: Sql): void {
  sql.exec(
    `CREATE TABLE IF NOT EXISTS records
       (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, at TEXT, call TEXT, tenant TEXT, target TEXT, text TEXT)`,
  );
  sql.exec('CREATE INDEX IF NOT EXISTS by_time ON records (at, seq)');
}

export function append(
  sql: Sql,
  now: number,
  { id, at, call, tenant, target, text }: RecordLine,
  keepMs: number,
): void {
  const insert =
    'INSERT OR IGNORE INTO records (id, at, call, tenant, target, text) VALUES (?, ?, ?, ?, ?, ?)';
  sql.exec(insert, id, at, call, tenant ?? null, target, text);
  const old = new Date(Math.max(0, now - keepMs)).toISOString();
  sql.exec(
    `DELETE FROM records WHERE seq IN (SELECT seq FROM records WHERE at < ? ORDER BY at LIMIT ${DELETE_BATCH})`,
    old,
  );
}

export function page(sql: Sql, query: RecordPage): readonly RecordLine[] {
  const { from, to, call, tenant, target, after } = query;
  const conditions = [
    ['at >= ?', from],
    ['at < ?', to],
    ['call = ?', call],
    ['tenant = ?', tenant],
    ['target = ?', target],
    ['(at, seq) > (?, ?)', after?.at, after?.seq],
  ].filter(([, value]) => value !== undefined);
  const where =
    conditions.length === 0 ? '' : `WHERE ${conditions.map(([condition]) => condition).join(' AND ')}`;
  const values = conditions.flatMap(([, ...rest]) => rest.filter((value) => value !== undefined));
  const rows = sql.exec(`SELECT * FROM records ${where} ORDER BY at, seq LIMIT ${PAGE}`, ...values);
  return rows.toArray().map(lineOf);
}

const lineOf = (row: Row): RecordLine => ({
  id: String(row['id']),
  at: String(row['at']),
  call: String(row['call']),
  tenant: row['tenant'] === null ? undefined : String(row['tenant']),
  target: String(row['target']),
  text: String(row['text']),
  seq: Number(row['seq']),
});
