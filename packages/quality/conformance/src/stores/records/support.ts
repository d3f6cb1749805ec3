import { ok } from 'node:assert/strict';
import type { RecordChange, RecordQuery, RecordStore } from '@majordomo/records';

/** Two stores that share initially empty data, like stores of two processes. For a store in memory, both are the same store. */
export type RecordStores = readonly [mine: RecordStore, theirs: RecordStore];

/** Space of the cases. */
export const SPACE = 'a';
export const HOUR_MS = 3_600_000;

export type Put = Extract<RecordChange, { type: 'put' }>;
export type Touch = Extract<RecordChange, { type: 'touch' }>;

/** Returns a change for `write`. `put` and `touch` write a change to a store. */
export const putChange = (key: string, value: string, version?: number): Put => ({
  type: 'put',
  key,
  value,
  version,
});

export const firstOf = async (written: Promise<readonly number[] | undefined>): Promise<number | undefined> =>
  (await written)?.[0];

export const put = (
  store: RecordStore,
  key: string,
  value: string,
  members: Partial<Put> = {},
): Promise<number | undefined> => firstOf(store.write(SPACE, [{ ...members, type: 'put', key, value }]));

export const touch = (
  store: RecordStore,
  key: string,
  members: Partial<Touch>,
): Promise<number | undefined> => firstOf(store.write(SPACE, [{ ...members, type: 'touch', key }]));

export const keysOf = async (store: RecordStore, query: RecordQuery): Promise<readonly string[]> =>
  (await store.list(SPACE, query)).map(({ key }) => key);

export const valuesOf = async (store: RecordStore, query: RecordQuery): Promise<readonly string[]> =>
  (await store.list(SPACE, query)).map(({ value }) => value);

/** Returns the keys of all pages. */
export async function pagesOf(store: RecordStore, query: RecordQuery): Promise<readonly string[]> {
  const keys: string[] = [];
  let after: RecordQuery['after'];
  for (;;) {
    const page = await store.list(SPACE, { ...query, after });
    // Otherwise the pages of a wrong store would not end.
    ok(
      !page.some(({ key }) => key === after?.key),
      `the page after ${after?.key} contains that record again`,
    );
    keys.push(...page.map(({ key }) => key));
    after = page.at(-1);
    if (after === undefined) return keys;
  }
}

/**
 * Asserts that a time from now is the stored one, less the time since then. It may be 1 ms more, because stores round times. Half
 * an hour is more than any run takes.
 */
export function isAbout(dueMs: number | undefined, stored: number): void {
  ok(dueMs !== undefined && dueMs <= stored + 1 && dueMs > stored - HOUR_MS / 2, `${dueMs} is not ${stored}`);
}
