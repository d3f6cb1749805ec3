import type { Clock } from '@majordomo/core';
import { hold, MAX_RECORDS, type Hold, type RecordStore } from '@majordomo/records';

const SPACE = 'mcp-gateway';
/** Time after which the place of a stopped process is free, in milliseconds. */
const LEASE_MS = 30_000;
/** Maximum number of attempts to take a place, if other processes take the same ones at the same time. */
const MAX_TRIES = 10;

/** Takes one of `count` places for a call of a server in all processes. Returns `undefined` if all are taken. */
export async function takePlace(
  records: RecordStore,
  server: string,
  count: number,
  clock: Clock,
): Promise<Hold | undefined> {
  const prefix = `place/${server}/`;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const limit = Math.min(count, MAX_RECORDS);
    const known = await records.list(SPACE, { prefix, values: false, limit });
    const taken = new Set(known.filter(({ dueMs = 0 }) => dueMs > 0).map(({ key }) => key));
    const free = Array.from({ length: count }, (_, at) => prefix + at).filter((key) => !taken.has(key));
    const key = free[Math.floor(Math.random() * free.length)];
    if (key === undefined) return undefined;
    const result = await hold(records, SPACE, key, LEASE_MS, { initial: { value: '' }, clock });
    if (result.state === 'held') return result.hold;
  }
  return undefined;
}
