// Basis of both simulations: one clock, a seeded random source, and providers that respond at simulated times.
import { LlmError } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { seededRandom } from '@majordomo/testing';
import { simulatedClock } from './clock.mjs';

const START = 1_700_000_000_000;
const USAGE = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

/** Runs `story` with a separate clock and random source. `performance.now` uses the same clock during the run. */
export async function played(seed, story) {
  const clock = simulatedClock(START);
  Object.defineProperty(performance, 'now', { value: () => clock.now() - START, configurable: true });
  try {
    return await story({ clock, random: seededRandom(seed), start: START });
  } finally {
    delete performance.now;
  }
}

/** Responds after `ms`, or fails if `isDown` returns true at that time. Reports each request. */
export const vendor = (id, { clock, ms, isDown = () => false, onRequest = () => undefined }) => ({
  spi: 1,
  id,
  model: (modelId) => ({
    id: modelId,
    families: [],
    capabilities: {},
    async *stream(_request, { target, signal }) {
      const fails = isDown();
      onRequest(fails);
      await clock.sleep(ms, signal);
      if (fails) throw new LlmError('server', `${target} is down`);
      const scribe = new EventWriter(target);
      yield scribe.text('ok');
      yield scribe.finish('stop', 'stop', USAGE);
    },
  }),
});
