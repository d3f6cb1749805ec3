import type { RecordQuery, SpendRecord } from '../contract/record.ts';

/** How many are kept. */
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
    // The oldest tenth at once: one by one would move all the others each time.
    if (this.records.length <= MAX_RECORDS * 1.1) return;
    for (const { id } of this.records.splice(0, this.records.length - MAX_RECORDS)) this.ids.delete(id);
  }

  /** What was there when the reading began. */
  async *read(query: RecordQuery): AsyncGenerator<SpendRecord> {
    // Asynchronous as in every other store: a reader is never called back in the midst of its own step.
    await Promise.resolve();
    yield* this.records.filter(matches(query));
  }
}

/** Does a record belong to what is asked for? */
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
