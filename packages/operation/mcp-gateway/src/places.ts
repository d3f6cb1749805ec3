import type { Clock } from '@majordomo/core';
import { allRecords, hold, type Hold, type RecordStore, type StoredRecord } from '@majordomo/records';

const SPACE = 'mcp-gateway';
/** Time after which the place of a stopped process is free, in milliseconds. */
const LEASE_MS = 30_000;

/** Takes one of `count` places for a call of a server in all processes. Returns `undefined` if all are taken. */
export async function takePlace(
  records: RecordStore,
  server: string,
  count: number,
  clock: Clock,
): Promise<Hold | undefined> {
  const prefix = `place/${server}/`;
  const places = Math.min(Math.floor(count), Number.MAX_SAFE_INTEGER);
  const taken = new Set<string>();
  /** Places of stopped processes. */
  const left: StoredRecord[] = [];
  for await (const record of allRecords(records, SPACE, { prefix, values: false }))
    // The place of a running call is due in the future, when its lease ends.
    if ((record.dueMs ?? 0) > 0) taken.add(record.key);
    else if (Number(record.key.slice(prefix.length)) < places) left.push(record);
  while (taken.size < places) {
    // `null`: no record exists, so `hold` creates one.
    const known = left.pop() ?? null;
    const key = known?.key ?? freeKey(prefix, places, taken);
    const result = await hold(records, SPACE, key, LEASE_MS, { initial: { value: '' }, known, clock });
    if (result.state === 'held') return result.hold;
    // Another call was faster.
    taken.add(key);
  }
  return undefined;
}

/** Returns a random key that is not taken, so that processes seldom choose the same one. */
function freeKey(prefix: string, places: number, taken: ReadonlySet<string>): string {
  let at = Math.floor(Math.random() * places);
  while (taken.has(prefix + at)) at = (at + 1) % places;
  return prefix + at;
}
