import { memoryRecords } from '@majordomo/records';
import { describe, expect, test } from 'vitest';
import { recordStoreConformance, type RecordStores } from '../src/index.ts';

const memory = (): Promise<RecordStores> => {
  const records = memoryRecords();
  return Promise.resolve([records, records]);
};

describe('records in memory', () => {
  for (const { name, run } of recordStoreConformance) test(name, () => run(memory));
});

/** Wrong stores, each with the case that detects it. */
const WRONG: Readonly<Record<string, (right: RecordStores) => RecordStores>> = {
  'writes a record only over the stored version': ([right]) => {
    const store = { ...right, write: right.write.bind(right) };
    store.write = (space, changes) =>
      right.write(
        space,
        changes.map((change) => (change.type === 'put' ? { ...change, version: undefined } : change)),
      );
    return [store, store];
  },
  'makes all changes of a write or none': ([right]) => {
    const store = { ...right };
    store.write = async (space, changes) => {
      const written = await Promise.all(changes.map((change) => right.write(space, [change])));
      return written.some((versions) => versions === undefined)
        ? undefined
        : written.flatMap((one) => one ?? []);
    };
    return [store, store];
  },
  'lists due records with the earliest first, by its own clock': ([right]) => {
    const store = { ...right };
    store.write = async (space, changes) => {
      const found = await right.list(space, { keys: changes.map(({ key }) => key), limit: 1000 });
      const dueOf = (key: string) => found.find((record) => record.key === key)?.dueMs;
      const filled = changes.map((change) =>
        change.type === 'put' ? { dueMs: dueOf(change.key), ...change } : change,
      );
      return right.write(space, filled);
    };
    return [store, store];
  },
  'lists records by the start of their keys': ([right]) => {
    const store = { ...right };
    store.list = (space, query) =>
      right.list(space, query.keys === undefined ? query : { ...query, label: undefined });
    return [store, store];
  },
  'lists pages by key, label and time of the last put': ([right]) => {
    const store = { ...right };
    store.list = (space, query) => right.list(space, { ...query, label: undefined });
    return [store, store];
  },
  'accepts names and counts up to their limits, and refuses larger ones with config': ([right]) => {
    const store = { ...right, get: () => Promise.resolve(undefined) };
    return [store, store];
  },
};

test.each(Object.entries(WRONG))('the case "%s" detects a wrong store', async (name, spoil) => {
  const found = recordStoreConformance.find((one) => one.name === name);
  await expect(found?.run(async () => spoil(await memory()))).rejects.toThrow();
});
