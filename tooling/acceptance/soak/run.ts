/**
 * The soak test: load on a chain of three targets, four times as many streams through a gateway, then slow consumers. Prints a
 * report. The exit code is 1 if a limit is exceeded. SOAK_SECONDS (120) and SOAK_STREAMS (500) set the duration and the load.
 */
import { printed } from './check.ts';
import { flood } from './flood.ts';
import { gatewayLoad } from './gateway-load.ts';
import { load } from './load.ts';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 120);
const streams = Number(process.env['SOAK_STREAMS'] ?? 500);
const isGood = [
  printed(
    `${streams} streams at a time for ${seconds} s, every twentieth request a fault`,
    await load(seconds, streams),
  ),
  printed(
    `${4 * streams} streams at a time through a gateway for ${seconds} s, over the same vendors`,
    await gatewayLoad(seconds, 4 * streams),
  ),
  printed('slow consumers', await flood(seconds < 60 ? 8 : 32)),
];
const misses = isGood.filter((good) => !good).length;
console.log(`\nsoak: ${misses === 0 ? 'all limits met' : 'MISSED'}`);
process.exitCode = misses === 0 ? 0 : 1;
