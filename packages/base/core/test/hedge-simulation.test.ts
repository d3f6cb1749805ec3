import { expect, test } from 'vitest';
import { user } from '../src/index.ts';
import { world } from './support/world.ts';

const CALLS = 1000;

/** Returns a seeded generator of numbers in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Returns the time to the first content: 200 to 600 ms, and 5 s in 3 of 100 calls. */
const latency = (random: () => number): number => (random() < 0.03 ? 5000 : 200 + 400 * random());

async function simulateCalls(
  hedgeAfterMs: number,
): Promise<{ readonly times: readonly number[]; readonly requestCounts: number }> {
  const random = seeded(7);
  const script = [(): { text: string; waitMs: number } => ({ text: 'hi', waitMs: latency(random) })];
  const { majordomo, clock, requestCounts } = world({ 'a/x': script, 'b/y': script });
  const model = majordomo.model('a/x,b/y');
  const times: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    const from = clock.now();
    let until: number | undefined;
    const answer = model
      .generate({ messages: [user('hi')] }, { hedgeAfterMs })
      .then(() => (until = clock.now()));
    while (until === undefined) await clock.advance(50);
    await answer;
    times.push(until - from);
  }
  const requests = [...requestCounts.values()].reduce((sum, count) => sum + count, 0);
  return { times: times.sort((a, b) => a - b), requestCounts: requests };
}

const at = (times: readonly number[], share: number): number =>
  times[Math.floor(times.length * share)] ?? NaN;

test('hedging after a second ends the tail of 3 % slow calls for at most 5 % more requests', async () => {
  const [plain, hedged] = [await simulateCalls(0), await simulateCalls(1000)];
  expect(at(plain.times, 0.99)).toBeGreaterThanOrEqual(5000);
  expect(at(hedged.times, 0.99)).toBeLessThanOrEqual(1000 + 1.3 * at(plain.times, 0.95));
  expect(hedged.requestCounts).toBeLessThanOrEqual(1.05 * plain.requestCounts);
});
