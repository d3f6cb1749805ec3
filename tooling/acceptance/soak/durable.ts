/**
 * Makes 80 runs on an engine and kills their worker 35 times. Runs every night, or manually: `node
 * tooling/acceptance/soak/durable.ts restate|dbos [seed]`
 */
import { chaosOnDbos } from './chaos-on-dbos.ts';
import { chaosOnRestate } from './chaos-on-restate.ts';

const ENGINES = new Map([
  ['restate', chaosOnRestate],
  ['dbos', chaosOnDbos],
]);
const [name = 'restate', seedText] = process.argv.slice(2);
const engine = ENGINES.get(name);
if (engine === undefined) throw new Error(`unknown engine "${name}"; use restate or dbos`);
const seed = Number(seedText ?? Date.now() % 100_000);
const outcome = await engine({ runs: 80, kills: 35, seed });
console.log({ engine: name, seed, ...outcome });
const { finished, storedOnce, paidTwice } = outcome;
if (finished !== 80 || storedOnce !== 80 || paidTwice !== 0) process.exitCode = 1;
