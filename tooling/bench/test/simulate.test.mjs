import { beforeAll, describe, expect, test } from 'vitest';
import { outage } from '../simulate/outage.mjs';

const LONG_MS = 120_000;

// What is made once for a process takes time that no clock here knows of.
beforeAll(async () => {
  await outage({ processes: 1 });
}, LONG_MS);

/** Numbers of processes. With SOAK=1, as in the nightly run, also a hundred. */
const PROCESSES = process.env.SOAK === undefined ? [10] : [10, 100];

describe.each(PROCESSES)('%d processes', (processes) => {
  test(
    'alone send a vendor that is down for a minute five failing requests each',
    async () => {
      const { failing, messages } = await outage({ processes, isShared: false });
      expect([failing, messages]).toEqual([5 * processes, 0]);
    },
    LONG_MS,
  );

  test.each([
    ['a network that works', { delayMs: 3 }, 0.1],
    ['a network that loses one in twenty', { delayMs: 20, loss: 0.05 }, 0.3],
    ['a third of them cut off for a while', { delayMs: 3, cut: 1 / 3 }, 0.2],
  ])(
    'together send it a few, over %s, and all come back',
    async (_, network, share) => {
      const { failing, backMs } = await outage({ processes, ...network });
      expect(failing).toBeLessThanOrEqual(Math.max(10, 5 * processes * share));
      // The last bench is 40 s at most, and half of it more for what was heard.
      expect(backMs).toBeLessThan(60_000);
    },
    LONG_MS,
  );
});

test(
  'the same seed is the same story, and another is another',
  async () => {
    const told = (seed) => outage({ processes: 10, seed, loss: 0.05, delayMs: 20 });
    const [one, again, other] = [await told(1), await told(1), await told(2)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  },
  LONG_MS,
);
