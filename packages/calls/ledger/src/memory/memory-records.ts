import type { RecordQuery, SpendRecord } from '../contract/record.ts';

/** Number of records that are always retained. */
const MIN_RECORDS = 100_000;
/** Number of records that are removed together. Each removal moves all remaining records, so single removals are slow. */
const REMOVED_TOGETHER = 10_000;

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
    if (this.records.length < MIN_RECORDS + REMOVED_TOGETHER) return;
    for (const { id } of this.records.splice(0, REMOVED_TOGETHER)) this.ids.delete(id);
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
