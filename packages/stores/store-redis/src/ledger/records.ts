import { recordFromText, recordToText } from '@majordomo/core/toolkit';
import type { RecordQuery, SpendRecord } from '@majordomo/ledger';
import type { Connection } from '../connection/connection.ts';
import { script } from '../connection/script.ts';
import { RECORDS_LUA } from './records-lua.ts';

const RECORDING = script(RECORDS_LUA);
/** Number of records that one command reads. Redis runs no other command during a read. */
const PAGE = 200;

/** Records of attempts, stored for the retention time. */
export class Records {
  private readonly connection: Connection;
  private readonly keys: readonly string[];
  private readonly keepMs: number;

  constructor(connection: Connection, base: string, keepMs: number) {
    this.connection = connection;
    this.keys = [base];
    this.keepMs = keepMs;
  }

  async append(record: SpendRecord): Promise<void> {
    const { id, call } = record;
    const { at, text } = recordToText(record);
    const values = ['append', id, `${at}`, call, text, `${Math.ceil(this.keepMs)}`];
    await this.connection.run(RECORDING, this.keys, values);
  }

  /** Yields records. Reads them in pages, so that a slow reader does not block other processes. */
  async *read(query: RecordQuery): AsyncGenerator<SpendRecord> {
    const { from, to, call, tenant, target } = query;
    // The colon distinguishes a call with an empty id from all calls.
    const range = [call === undefined ? '' : `:${call}`, timeOf(from), timeOf(to)];
    let last: readonly string[] = ['', ''];
    for (;;) {
      const values = ['page', ...range, ...last, `${PAGE}`];
      const page = (await this.connection.run(RECORDING, this.keys, values)) as string[];
      for (let at = 0; at < page.length; at += 3) {
        const [member = '', time = '', json = ''] = page.slice(at, at + 3);
        last = [member, time];
        if (json === '') continue;
        const record = recordFromText<SpendRecord>(json);
        const fits =
          (tenant === undefined || tenant === record.tenant) &&
          (target === undefined || target === record.target);
        if (fits) yield record;
      }
      if (page.length < PAGE * 3) return;
    }
  }
}

const timeOf = (date: Date | undefined): string => (date === undefined ? '' : `${date.getTime()}`);
