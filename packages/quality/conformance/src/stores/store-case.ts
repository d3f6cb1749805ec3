import { setTimeout } from 'node:timers/promises';

/** Test case for a store, for any test runner: `for (const { name, run } of cases) it(name, () => run(create))`. */
export interface StoreCase<Store> {
  /** Behavior that the case checks. */
  readonly name: string;
  /** Runs the case. Rejects with an `AssertionError` if the case fails. `create` must return an empty store each time. */
  run(create: () => Promise<Store>): Promise<void>;
}

/** Returns a case for two stores that share initially empty data. */
export const storeCase = <Store>(
  name: string,
  run: (mine: Store, theirs: Store) => Promise<void>,
): StoreCase<readonly [Store, Store]> => ({
  name,
  run: async (create) => run(...(await create())),
});

const LOOK_EVERY_MS = 5;
const LONGEST_WAIT_MS = 10_000;

/** Calls `holds` until it resolves to true, because tests cannot control a store's clock. Rejects after ten seconds. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const begin = performance.now();
  while (!(await holds())) {
    if (performance.now() - begin > LONGEST_WAIT_MS) throw new Error(`not true within 10 s: ${what}`);
    await setTimeout(LOOK_EVERY_MS);
  }
}

/** Waits at least two milliseconds, so that two saves get different times from the clock of a store. */
export async function nextMillisecond(): Promise<void> {
  const begin = Date.now();
  while (Date.now() < begin + 2) await setTimeout(1);
}
