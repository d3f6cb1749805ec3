/** 80 runs on Restate, and 35 kills of their worker: nightly, by hand. `node tooling/acceptance/soak/durable.ts [seed]` */
import { chaosOnRestate } from '../src/durable/chaos-on-restate.ts';

const seed = Number(process.argv[2] ?? Date.now() % 100_000);
const outcome = await chaosOnRestate({ runs: 80, kills: 35, seed });
console.log({ seed, ...outcome });
const { finished, keptOnce, paidTwice } = outcome;
if (finished !== 80 || keptOnce !== 80 || paidTwice !== 0) process.exitCode = 1;
