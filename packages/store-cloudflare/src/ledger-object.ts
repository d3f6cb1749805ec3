import { counters, makeCounters, renew, reserve, settle } from './counters.ts';
import type { ObjectState, Sql } from './platform.ts';
import { append, makeRecords, page } from './records.ts';
import { decode, encode, type LedgerReplies, type LedgerCommand } from './wire.ts';

/**
 * Ledger store as a Durable Object. The application exports the class and binds it with SQLite storage (`new_sqlite_classes`).
 * An object runs one request at a time, each as a transaction, so limits are exact.
 */
export class LedgerObject {
  private readonly storage: ObjectState['storage'];

  constructor(state: object, _env: object) {
    this.storage = (state as ObjectState).storage;
    makeCounters(this.storage.sql);
    makeRecords(this.storage.sql);
  }

  /** Handles a request of `cloudflareStores`. Only Workers with the binding can call an object. */
  async fetch(request: Request): Promise<Response> {
    const question = decode<LedgerCommand>(await request.text());
    try {
      const answer = this.storage.transactionSync(() => runCommand(this.storage.sql, Date.now(), question));
      return new Response(encode(answer));
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 400 });
    }
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
