import type { Clock } from '@majordomo/core';
import { allRecords, hold, type Hold, type RecordStore, type StoredRecord } from '@majordomo/records';

const SPACE = 'mcp-gateway';
/** Time after which the place of a stopped process is free, in milliseconds. */
const LEASE_MS = 30_000;
/** Maximum number of attempts to take a place, if other processes take the same ones at the same time. */
const MAX_TRIES = 10;
/** Number of further places among which the next one is chosen, so that processes seldom choose the same one. */
const CHOICE = 16;

/** Takes one of `count` places for a call of a server in all processes. Returns `undefined` if all are taken. */
export async function takePlace(
  records: RecordStore,
  server: string,
  count: number,
  clock: Clock,
): Promise<Hold | undefined> {
  const prefix = `place/${server}/`;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const known = new Map<string, StoredRecord>();
    for await (const record of allRecords(records, SPACE, { prefix, values: false }))
      known.set(record.key, record);
    const isTaken = (key: string): boolean => (known.get(key)?.dueMs ?? 0) > 0;
    if ([...known.keys()].filter(isTaken).length >= count) return undefined;
    // The first places are preferred, so that the records of stopped processes are used again.
    let at = Math.floor(Math.random() * Math.min(count, 2 * known.size + CHOICE));
    while (isTaken(prefix + at)) at = (at + 1) % count;
    const key = prefix + at;
    const options = { initial: { value: '' }, known: known.get(key) ?? null, clock };
    const result = await hold(records, SPACE, key, LEASE_MS, options);
    if (result.state === 'held') return result.hold;
  }
  return undefined;
}
