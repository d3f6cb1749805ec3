// Runs one suite on one wire and sends its measures to the parent process.
import { seededRandom } from '@majordomo/core/toolkit';
import { SUITES } from './rows.mjs';
import { startServer } from './server/start.mjs';
import { dialectOf } from './wires/index.mjs';

const [, , suite, wire, rounds, seed] = process.argv;
const server = await startServer();
const measures = await SUITES[suite].measure({
  dialect: dialectOf(wire),
  place: server.place,
  plan: { rounds: Number(rounds), warmUp: 6, random: seededRandom(Number(seed)) },
});
server.stop();
process.send(measures, () => process.exit(0));
