import { counters, makeCounters, renew, reserve, settle } from './counters.ts';
import { checkFormat } from './format.ts';
import { answer } from './object-call.ts';
import type { ObjectState, Sql } from './platform.ts';
import { append, makeRecords, page } from './records.ts';
import { decode, encode, type LedgerReplies, type LedgerCommand } from './wire.ts';

/**
 * Ledger store as a Durable Object. The application exports the class and binds it with SQLite storage (`new_sqlite_classes`).
 * An object runs one request at a time, each as a transaction, so limits are exact.
 */
export class LedgerObject {
  private readonly storage: ObjectState['storage'];
  private hasTables = false;

  constructor(state: object, _env: object) {
    this.storage = (state as ObjectState).storage;
  }

  /** Handles a request of `cloudflareStores`. Only Workers with the binding can call an object. */
  async fetch(request: Request): Promise<Response> {
    return answer(request, (text) => {
      this.prepare();
      const { sql } = this.storage;
      return encode(
        this.storage.transactionSync(() => runCommand(sql, Date.now(), decode<LedgerCommand>(text))),
      );
    });
  }

  /** Checks the format and creates the tables, once. Called in requests, because callers receive no errors of the constructor. */
  private prepare(): void {
    if (this.hasTables) return;
    const { sql } = this.storage;
    this.storage.transactionSync(() => {
      checkFormat(sql, () => {
        makeCounters(sql);
        makeRecords(sql);
      });
    });
    this.hasTables = true;
  }
}

function runCommand(sql: Sql, now: number, question: LedgerCommand): LedgerReplies[keyof LedgerReplies] {
  switch (question.ask) {
    case 'reserve':
      return reserve(sql, now, question);
    case 'renew':
      renew(sql, now, question.id, question.leaseMs);
      return undefined;
    case 'settle':
      return settle(sql, now, question.id, question.uses);
    case 'counters':
      return counters(sql, now, question.prefix);
    case 'append':
      append(sql, now, question.record, question.keepMs);
      return undefined;
    case 'records':
      return page(sql, question.query);
  }
}
