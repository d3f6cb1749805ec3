import { createMajordomo, type ChainOptions, type Gate, type StreamEvent } from '@majordomo/core';
import { fakeClock, fakeProvider, type FakeClock, type FakeProvider, type Turn } from '@majordomo/testing';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { createBackground, type Background, type JobEvent, type JobStream } from '../src/index.ts';

/** Background jobs of one or more processes over fake models `a/m` and `b/m`. */
export interface World {
  readonly clock: FakeClock;
  readonly store: RecordStore;
  readonly providers: readonly [a: FakeProvider, b: FakeProvider];
  readonly events: JobEvent[];
  /** Returns the jobs of another process with the same store and the same providers. */
  process(): Background;
}

interface WorldOptions {
  readonly a?: readonly Turn[];
  readonly b?: readonly Turn[];
  readonly store?: RecordStore;
  /** Clock of the store. `@default` a new clock */
  readonly clock?: FakeClock;
  readonly keepMs?: number;
  readonly gates?: readonly Gate[];
  readonly chain?: ChainOptions;
}

export function world(options: WorldOptions = {}): World {
  const { a = [], b = [], store, clock = fakeClock(1_000_000), keepMs, gates = [], chain = {} } = options;
  const shared = store ?? memoryRecords({ clock });
  const providers = [
    fakeProvider({ id: 'a', models: { m: a }, clock }),
    fakeProvider({ id: 'b', models: { m: b }, clock }),
  ] as const;
  const events: JobEvent[] = [];
  return {
    clock,
    store: shared,
    providers,
    events,
    process() {
      const majordomo = createMajordomo({ providers, clock, gates, chain: { attempts: 1, ...chain } });
      return createBackground({
        majordomo,
        records: shared,
        clock,
        keepMs,
        onEvent: (event) => events.push(event),
      });
    },
  };
}

/** Advances the clock by a second at a time until the promise has settled. */
export async function settle<T>(promise: Promise<T>, { clock }: World, seconds = 120): Promise<T> {
  const over = promise.then(
    () => true,
    () => true,
  );
  for (let passed = 0; passed < seconds; passed++) {
    if (await Promise.race([over, clock.advance(0).then(() => false)])) return promise;
    await clock.advance(1000);
  }
  throw new Error(`not settled within ${seconds} s`);
}

/** Returns a view of a store that calls `check` before each call. */
export const checked = (store: RecordStore, check: () => void): RecordStore => ({
  get: async (...args) => (check(), store.get(...args)),
  write: async (...args) => (check(), store.write(...args)),
  list: async (...args) => (check(), store.list(...args)),
  counts: async (...args) => (check(), store.counts(...args)),
});

/** Returns a view of a store that counts its calls. A write counts as the type of its first change. */
export function counted(store: RecordStore): {
  readonly store: RecordStore;
  readonly counts: Map<'get' | 'list' | 'put' | 'touch' | 'check' | 'remove', number>;
} {
  const counts: ReturnType<typeof counted>['counts'] = new Map();
  const count = (name: Parameters<typeof counts.get>[0]): void => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  return {
    counts,
    store: {
      ...store,
      get: (...args) => (count('get'), store.get(...args)),
      list: (...args) => (count('list'), store.list(...args)),
      write: (space, changes) => (count(changes[0]?.type ?? 'check'), store.write(space, changes)),
    },
  };
}

/** Stores a value as the record of a job. */
export const storeValue = async (
  store: RecordStore,
  key: string,
  value: string,
  times: { readonly dueMs?: number; readonly keepMs?: number },
): Promise<unknown> => store.write('background', [{ type: 'put', key, value, ...times }]);

/** Returns the keys of the jobs with a due time, earliest first. */
export const dueKeys = async (store: RecordStore): Promise<readonly string[]> =>
  (await store.list('background', { order: 'due', limit: 100 })).map(({ key }) => key);

/** Returns the store, and a view of it that fails after `stop`, like the store of a process that was killed. */
export function killable(store: RecordStore): {
  readonly store: RecordStore;
  stop: () => void;
  start: () => void;
} {
  let isStopped = false;
  return {
    stop: () => {
      isStopped = true;
    },
    start: () => {
      isStopped = false;
    },
    store: checked(store, () => {
      if (isStopped) throw new Error('the process was stopped');
    }),
  };
}

/** Returns the events of a stream without warnings. */
export async function eventsOf(stream: JobStream): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) if (event.type !== 'warning') events.push(event);
  return events;
}

export const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
