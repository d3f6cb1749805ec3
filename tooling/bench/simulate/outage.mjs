// Simulates a vendor that is down for a minute. Counts the failing requests, and measures when all processes have recovered.
import { createMajordomo, user } from '@majordomo/core';
import { redisStores } from '@majordomo/store-redis';
import { simulatedRedis } from './redis.mjs';
import { played, vendor } from './world.mjs';

const DOWN_MS = 60_000;
const AFTER_MS = 120_000;
const LATENCY_MS = 50;
const JOINING_MS = 2000;
const CUT = { from: 20_000, to: 40_000 };

/**
 * @param plan `hasSecond`: whether the chain has a healthy second target; `isShared`: whether the processes share health;
 *   `everyMs`: time between two calls of a process, in milliseconds; `cut`: share of the processes that are cut off from Redis in
 *   the second third of the outage
 */
export const outage = ({
  processes,
  seed = 1,
  isShared = true,
  hasSecond = true,
  everyMs = 1000,
  cut = 0,
  ...network
}) =>
  played(seed, async ({ clock, random, start }) => {
    const down = { from: start + JOINING_MS, to: start + JOINING_MS + DOWN_MS };
    const seen = { failing: 0, calls: 0, refused: 0, backAt: down.to };
    const redis = simulatedRedis({ clock, random, ...network });
    const isDown = () => clock.now() >= down.from && clock.now() < down.to;
    const onRequest = (fails) => (seen.failing += fails ? 1 : 0);
    const providers = [
      vendor('a', { clock, ms: LATENCY_MS, isDown, onRequest }),
      vendor('b', { clock, ms: LATENCY_MS }),
    ];

    for (let number = 0; number < processes; number++) {
      const majordomo = createMajordomo({ providers, clock, random });
      const link = redis.join();
      if (isShared) void redisStores({ ...link, clock }).shareHealth(majordomo);
      if (number < processes * cut) {
        clock.timer(down.from - start + CUT.from, link.cut);
        clock.timer(down.from - start + CUT.to, link.heal);
      }
      const ask = async () => {
        seen.calls++;
        const target = await majordomo
          .model(hasSecond ? 'a/x,b/y' : 'a/x')
          .generate({ messages: [user('hi')] })
          .then(
            (answer) => answer.target,
            () => undefined,
          );
        if (target === undefined) seen.refused++;
        const isOver = clock.now() >= down.to;
        if (target === 'a/x' && isOver) return;
        clock.timer(everyMs, ask);
        if (target !== 'a/x' && isOver) seen.backAt = clock.now();
      };
      clock.timer(JOINING_MS / 2 + random() * everyMs, ask);
    }
    await clock.runUntil(down.to + AFTER_MS + 5000);
    const { operations, messages } = redis.counted;
    return { ...seen, backMs: seen.backAt - down.to, operations, messages };
  });
