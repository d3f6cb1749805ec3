import { begin } from '@majordomo/agent/steps';
import { memoryCache } from '@majordomo/cache';
import { user } from '@majordomo/core';
import { expect, it } from 'vitest';
import { RunRecords } from './run-records.ts';

const memory = () => memoryCache();

/** Store that does not report whether it deleted a value. */
function silentStore() {
  const store = memoryCache();
  return {
    get: (key: string) => store.get(key),
    set: (key: string, value: unknown, ttlMs: number) => store.set(key, value, ttlMs),
    delete: async (key: string) => void (await store.delete(key)),
  };
}

it.each([
  ['a store that reports deletions', memory],
  ['a store that does not report deletions', silentStore],
])('gives a waiting run to one of several replies, with %s', async (_, storeOf) => {
  const records = new RunRecords(storeOf());
  await records.saveWaiting('t', { state: begin('hi'), replies: [], earlier: 0 });
  const taken = await Promise.all([1, 2, 3].map(() => records.takeWaiting('t')));
  expect(taken.filter((one) => one !== undefined)).toHaveLength(1);
});

it('appends the messages of tasks that end at the same time', async () => {
  const records = new RunRecords(memory());
  await Promise.all(['a', 'b', 'c'].map((text) => records.append('s', 'c', [user(text)])));
  expect(await records.conversation('s', 'c')).toEqual([user('a'), user('b'), user('c')]);
});
