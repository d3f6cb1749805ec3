// What both simulations stand on: one clock for everything, seeded chance, and providers that answer when they may.
import { LlmError } from '@majordomo/core';
import { EventWriter } from '@majordomo/core/toolkit';
import { seededRandom } from '@majordomo/testing';
import { simulatedClock } from './clock.mjs';

const START = 1_700_000_000_000;
const USAGE = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

/** Plays `story` with a clock and chance of its own; `performance.now` goes by the same clock meanwhile. */
export async function played(seed, story) {
  const clock = simulatedClock(START);
  Object.defineProperty(performance, 'now', { value: () => clock.now() - START, configurable: true });
  try {
    return await story({ clock, random: seededRandom(seed), start: START });
  } finally {
    delete performance.now;
  }
}

/** Answers after `ms`, or fails then, as `isDown` says at the time. Tells of each request. */
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
