import type { RecordQuery, SpendRecord } from '../contract/record.ts';

/** Maximum number of records. */
const MAX_RECORDS = 100_000;

/** Records in memory, in the order of their times. */
export class MemoryRecords {
  private readonly records: SpendRecord[] = [];
  private readonly ids = new Set<string>();

  append(record: SpendRecord): void {
    if (this.ids.has(record.id)) return;
    this.ids.add(record.id);
    const last = this.records.at(-1);
    if (last === undefined || last.at <= record.at) this.records.push(record);
    else this.records.splice(this.records.findLastIndex(({ at }) => at <= record.at) + 1, 0, record);
    const oldest = this.records.length > MAX_RECORDS ? this.records.shift() : undefined;
    if (oldest !== undefined) this.ids.delete(oldest.id);
  }

  /** Yields the matching records that existed when reading began. */
  async *read(query: RecordQuery): AsyncGenerator<SpendRecord> {
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
