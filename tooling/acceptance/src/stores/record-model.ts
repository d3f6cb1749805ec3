import type { RecordChange, RecordStore } from '@majordomo/records';
import { seededRandom, type FakeClock } from '@majordomo/testing';
import { expect } from 'vitest';

/** Record as a store must return it, with absolute times in milliseconds. */
interface Modeled {
  readonly value: string;
  readonly version: number;
  readonly dueAt: number | undefined;
  /** Time at which the record expires. */
  readonly until: number;
}

const SPACE = 'random';
const KEYS = ['a', 'A', '["c","d"]', 'ü\0\uD800'];

const HOUR_MS = 3_600_000;
const roundToHours = (ms: number | undefined): number | undefined => ms && Math.round(ms / HOUR_MS);

/** Model of a space of records, with which each operation of a store is compared. */
class Model {
  readonly records = new Map<string, Modeled>();
  /** All versions of each key, including those of removed and expired records. */
  readonly versions = new Map(KEYS.map((key): [string, number[]] => [key, [0]]));
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  find(key: string): Modeled | undefined {
    const found = this.records.get(key);
    return found !== undefined && found.until > this.now() ? found : undefined;
  }

  /** Checks the version that a store returned for a change of this key, and stores the change. */
  accept(
    key: string,
    returned: number | undefined,
    isExpected: boolean,
    change: Omit<Modeled, 'version'>,
  ): void {
    if (!isExpected) {
      expect(returned).toBeUndefined();
      return;
    }
    const known = this.versions.get(key) ?? [];
    expect(returned).toBeGreaterThan(Math.max(...known));
    known.push(Number(returned));
    this.records.set(key, { ...change, version: Number(returned) });
  }

  /** Keys with a time, earliest first. */
  due(limit: number): readonly string[] {
    const dueAt = (key: string): number => this.find(key)?.dueAt ?? 0;
    const found = KEYS.filter((key) => this.find(key)?.dueAt !== undefined);
    return found.toSorted((a, b) => dueAt(a) - dueAt(b)).slice(0, limit);
  }
}

/** Makes a change. Returns the new version, or `undefined` if another one is stored. */
async function write(store: RecordStore, change: RecordChange): Promise<number | undefined> {
  const [version] = (await store.write(SPACE, [change])) ?? [];
  return version;
}

/**
 * Makes random changes to two open stores with the same initially empty data, and compares each result with the model. With a clock,
 * records also expire.
 */
export async function compareWithModel(
  seed: number,
  stores: readonly RecordStore[],
  { steps, clock }: { readonly steps: number; readonly clock?: FakeClock },
): Promise<void> {
  const random = seededRandom(seed);
  // With few keys, versions of removed records would be used again soon.
  const keys = KEYS.slice(0, 1 + (seed % KEYS.length));
  const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const model = new Model(() => clock?.now() ?? 0);
  // Hours, so that the clock of a server does not change the order.
  const dueTime = (): number => Math.floor(random() * 1_000_000) * HOUR_MS;
  const now = (): number => clock?.now() ?? 0;
  for (let step = 0; step < steps; step++) {
    const store = oneOf(stores);
    const key = oneOf(keys);
    const found = model.find(key);
    // Version 0 means that no record exists.
    const current = found?.version ?? 0;
    const version = random() < 0.7 ? current : oneOf([0, ...(model.versions.get(key) ?? []), current + 1]);
    const isCurrent = version === current;
    const action = random();
    if (action < 0.45) {
      const value = JSON.stringify({ step, key, text: 'x'.repeat(Math.floor(random() * 3000)) });
      const dueMs = random() < 0.5 ? dueTime() : undefined;
      const keepMs = random() < 0.5 ? undefined : oneOf(clock === undefined ? [3_600_000] : [1, 500, 5000]);
      const saved = await write(store, { type: 'put', key, value, version, dueMs, keepMs });
      const until = keepMs === undefined || clock === undefined ? Infinity : clock.now() + keepMs;
      const dueAt = dueMs === undefined ? undefined : now() + dueMs;
      model.accept(key, saved, isCurrent, { value, dueAt, until });
    } else if (action < 0.75) {
      const dueMs = dueTime();
      const touched = await write(store, { type: 'touch', key, version, dueMs });
      const { value = '', until = 0 } = found ?? {};
      model.accept(key, touched, isCurrent && found !== undefined, { value, until, dueAt: now() + dueMs });
    } else if (action < 0.9) {
      expect(await write(store, { type: 'remove', key, version })).toBe(isCurrent ? 0 : undefined);
      if (isCurrent) model.records.delete(key);
    } else {
      await clock?.advance(oneOf([1, 499, 10_000]));
    }
    const reader = oneOf(stores);
    for (const other of KEYS) {
      const expected = model.find(other);
      const loaded = await reader.get(SPACE, other);
      expect(loaded?.value).toBe(expected?.value);
      expect(loaded?.version).toBe(expected?.version);
      const dueAt = loaded?.dueMs === undefined ? undefined : loaded.dueMs + now();
      expect(roundToHours(dueAt)).toBe(roundToHours(expected?.dueAt));
    }
    const limit = 1 + Math.floor(random() * 5);
    const due = await reader.list(SPACE, { order: 'due', limit });
    expect(due.map((record) => record.key)).toEqual(model.due(limit));
  }
}
