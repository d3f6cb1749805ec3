import type { RecordQuery, SpendRecord } from '../contract/record.ts';

/** Maximum number of records. They are trimmed when a tenth more have arrived. */
const MAX_RECORDS = 100_000;

/** Records in the order of their time. */
export class MemoryRecords {
  private readonly records: SpendRecord[] = [];
  private readonly ids = new Set<string>();

  append(record: SpendRecord): void {
    if (this.ids.has(record.id)) return;
    this.ids.add(record.id);
    const last = this.records.at(-1);
    if (last === undefined || last.at <= record.at) this.records.push(record);
    else this.records.splice(this.records.findLastIndex(({ at }) => at <= record.at) + 1, 0, record);
    // Removes many at once, since each removal moves all others.
    if (this.records.length <= MAX_RECORDS * 1.1) return;
    for (const { id } of this.records.splice(0, this.records.length - MAX_RECORDS)) this.ids.delete(id);
  }

  /** Returns the records that existed when reading began. */
  async *read(query: RecordQuery): AsyncGenerator<SpendRecord> {
    // Asynchronous as in every other store, so that a reader does not run in the caller's stack.
    await Promise.resolve();
    yield* this.records.filter(matches(query));
  }
}

/** Returns a predicate for the records of a query. */
function matches(query: RecordQuery): (record: SpendRecord) => boolean {
  const from = query.from?.toISOString() ?? '';
  const to = query.to?.toISOString();
  return ({ at, call, tenant, target }) =>
    at >= from &&
    (to === undefined || at < to) &&
    (query.call === undefined || query.call === call) &&
    (query.tenant === undefined || query.tenant === tenant) &&
    (query.target === undefined || query.target === target);
}
