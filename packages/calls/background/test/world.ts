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
  readonly keepMs?: number;
  readonly gates?: readonly Gate[];
  readonly chain?: ChainOptions;
}

export function world({ a = [], b = [], store, keepMs, gates = [], chain = {} }: WorldOptions = {}): World {
  const clock = fakeClock(1_000_000);
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
