import { setTimeout } from 'node:timers/promises';

const LONGEST_MS = 30_000;

/** Waits until the condition holds. Returns the duration of the wait in milliseconds. */
export async function until(holds: () => unknown): Promise<number> {
  const begin = performance.now();
  while ((await holds()) !== true) {
    if (performance.now() - begin > LONGEST_MS) throw new Error(`never came true: ${holds.toString()}`);
    await setTimeout(2);
  }
  return performance.now() - begin;
}
