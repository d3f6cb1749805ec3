import { createMajordomo } from '@majordomo/core';
import { createGateway, type Gateway } from '@majordomo/gateway';
import { seededRandom } from '@majordomo/testing';
import { CHAIN } from './script.ts';

/** Creates a gateway with a chain of the three vendors at these addresses. */
export function gatewayBefore(baseURLs: readonly string[]): Gateway {
  const majordomo = createMajordomo({
    providers: CHAIN.map((side, at) => side.provider(`p${at}`, baseURLs[at] ?? '')),
    chain: {
      backoff: { baseMs: 20, capMs: 200 },
      timeouts: { connectMs: 5000, firstContentMs: 8000, idleMs: 8000 },
      whenAllBenched: 'try-soonest',
    },
    health: { threshold: 8, cooldownMs: 300, cooldownCapMs: 2000 },
    random: seededRandom(503),
  });
  const spec = CHAIN.map(({ model }, at) => `p${at}/${model}`).join();
  return createGateway({ majordomo, models: { m: spec }, authorize: () => ({ tenant: 'soak' }) });
}
