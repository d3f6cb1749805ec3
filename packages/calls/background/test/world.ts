import { createMajordomo, type ChainOptions, type Gate } from '@majordomo/core';
import { fakeClock, fakeProvider, type FakeClock, type FakeProvider, type Turn } from '@majordomo/testing';
import {
  createBackground,
  memoryJobStore,
  type Background,
  type JobEvent,
  type JobStore,
} from '../src/index.ts';

/** Background jobs of one or more processes over fake models `a/m` and `b/m`. */
export interface World {
  readonly clock: FakeClock;
  readonly store: JobStore;
  readonly providers: readonly [a: FakeProvider, b: FakeProvider];
  readonly events: JobEvent[];
  /** Returns the jobs of another process with the same store and the same providers. */
  process(): Background;
}

interface WorldOptions {
  readonly a?: readonly Turn[];
  readonly b?: readonly Turn[];
  readonly store?: JobStore;
  /** Clock of the store. `@default` a new clock */
  readonly clock?: FakeClock;
  readonly keepMs?: number;
  readonly gates?: readonly Gate[];
  readonly chain?: ChainOptions;
}

export function world(options: WorldOptions = {}): World {
  const { a = [], b = [], store, clock = fakeClock(1_000_000), keepMs, gates = [], chain = {} } = options;
  const shared = store ?? memoryJobStore({ clock });
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
        store: shared,
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

/** Returns the store, and a view of it that fails after `stop`, like the store of a process that was killed. */
export function killable(store: JobStore): { readonly store: JobStore; stop: () => void; start: () => void } {
  let isStopped = false;
  const check = (): void => {
    if (isStopped) throw new Error('the process was stopped');
  };
  return {
    stop: () => {
      isStopped = true;
    },
    start: () => {
      isStopped = false;
    },
    store: {
      load: async (key) => (check(), store.load(key)),
      save: async (key, record, version, times) => (check(), store.save(key, record, version, times)),
      postpone: async (key, version, dueMs) => (check(), store.postpone(key, version, dueMs)),
      due: async (limit) => (check(), store.due(limit)),
      remove: async (key, version) => (check(), store.remove(key, version)),
    },
  };
}
