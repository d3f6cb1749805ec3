// `pnpm bench simulate`: computes the tables of apps/docs/stores.md. Options: `--processes 10,100`, `--seed 2`.
import { parseArgs } from 'node:util';
import { markdown } from '../src/report/table.mjs';
import { outage } from './outage.mjs';

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '10,100,1000,10000' },
    seed: { type: 'string', default: '1' },
  },
});
const sizes = values.processes.split(',').map(Number);
const seed = Number(values.seed);

/** Health of all processes in one Redis, over a network without faults */
const NETWORKS = {
  well: { delayMs: 3 },
  'up to 200 ms each way': { delayMs: 200 },
  '5 % lost': { delayMs: 20, loss: 0.05 },
  'a third cut off for 20 s': { delayMs: 3, cut: 1 / 3 },
};

const OUTAGE_HEAD = [
  'processes',
  'health',
  'failing requests',
  'last one back after',
  'messages per call',
  'operations per call',
];
const per = (part, whole) => (part / whole).toFixed(part === 0 ? 0 : 3);

// Create the objects of a process first, such as names of scripts, because their creation takes real time.
await outage({ processes: 1 });

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
for (const hasSecond of [true, false]) {
  const which = hasSecond ? 'with' : 'without';
  console.log(`\nA vendor down for 60 s, a call a second from each process, ${which} a second target:\n`);
  const rows = [];
  for (const processes of sizes) {
    const plan = { processes, seed, hasSecond };
    const alone = await outage({ ...plan, isShared: false });
    rows.push([processes, 'alone', alone.failing, seconds(alone.backMs), 0, 0]);
    // Without a second target, every call is sent, so messages of other processes have little effect.
    for (const [name, network] of Object.entries(hasSecond ? NETWORKS : { well: NETWORKS.well })) {
      const { failing, backMs, messages, operations, calls } = await outage({ ...plan, ...network });
      rows.push([processes, name, failing, seconds(backMs), per(messages, calls), per(operations, calls)]);
    }
  }
  console.log(markdown(OUTAGE_HEAD, rows));
}
