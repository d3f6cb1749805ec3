import { setTimeout } from 'node:timers/promises';

const TIMEOUT_MS = 30_000;

/** Waits until the condition holds. Returns the duration of the wait in milliseconds. */
export async function until(condition: () => unknown): Promise<number> {
  const begin = performance.now();
  while ((await condition()) !== true) {
    if (performance.now() - begin > TIMEOUT_MS)
      throw new Error(`the condition never held: ${condition.toString()}`);
    await setTimeout(2);
  }
  return performance.now() - begin;
}
