import { setTimeout } from 'node:timers/promises';

/** What a store has to do, for any test runner: `for (const { name, run } of cases) it(name, () => run(create))`. */
export interface StoreCase<Store> {
  /** A sentence on what it checks. */
  readonly name: string;
  /** Rejects with an `AssertionError`; `create` gives an empty store each time. */
  run(create: () => Promise<Store>): Promise<void>;
}

const LOOK_EVERY_MS = 5;
const LONGEST_WAIT_MS = 10_000;

/** Until it holds: a store's time is its own, and cannot be put forward. Rejects after ten seconds. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const begin = performance.now();
  while (!(await holds())) {
    if (performance.now() - begin > LONGEST_WAIT_MS) throw new Error(`not so within 10 s: ${what}`);
    await setTimeout(LOOK_EVERY_MS);
  }
}
