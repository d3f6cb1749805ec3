// Simulates three times as many calls as a limit allows, from many processes at once, and counts the admitted calls.
import { createMajordomo, user } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { redisStores } from '@majordomo/store-redis';
import { simulatedRedis } from './redis.mjs';
import { played, vendor } from './world.mjs';

const CALLS = 3;
const WITHIN_MS = 10_000;
const CUT = { from: 3000, to: 6000 };

/** @param plan as for an outage; the limit is one call per process */
export const limits = ({ processes, seed = 1, cut = 0, ...network }) =>
  played(seed, async ({ clock, random }) => {
    const seen = { calls: 0, reached: 0, answered: 0 };
    const redis = simulatedRedis({ clock, random, ...network });
    const providers = [vendor('a', { clock, ms: 400, onRequest: () => seen.reached++ })];
    const limit = { name: 'all', max: { requests: processes }, per: 'ever' };

    for (let number = 0; number < processes; number++) {
      const link = redis.join();
      const ledger = createLedger({ store: redisStores({ ...link, clock }).ledger, limits: [limit], clock });
      const majordomo = createMajordomo({ providers, gates: [ledger.gate], clock, random });
      if (number < processes * cut) {
        clock.timer(CUT.from, link.cut);
        clock.timer(CUT.to, link.heal);
      }
      const ask = async () => {
        seen.calls++;
        const isAnswered = await majordomo
          .model('a/x')
          .generate({ messages: [user('hi')] })
          .then(
            () => true,
            () => false,
          );
        if (isAnswered) seen.answered++;
      };
      for (let call = 0; call < CALLS; call++) clock.timer(random() * WITHIN_MS, ask);
    }
    // Let the leases of lost reservations expire, and failed records be written again.
    await clock.runUntil(clock.now() + WITHIN_MS + 180_000);
    const [counter] = await redis.counters();
    const { used, held } = counter ?? { used: 0n, held: 0n };
    const { operations } = redis.counted;
    return { ...seen, limit: processes, over: Math.max(0, seen.reached - processes), used, held, operations };
  });
