// `pnpm bench durable`: measures the rows of "The cost of a step" in apps/docs/stores.md. `--runs 20`, `--turns 20`.
import { parseArgs } from 'node:util';
import { median } from '../src/measure/statistics.mjs';
import { markdown } from '../src/report/table.mjs';
import { question } from './agent.mjs';
import { inMemory, onDbos, onRestate, onSqlite, toldOnRedis } from './places.mjs';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20' }, turns: { type: 'string', default: '20' } },
});
const runs = Number(values.runs);
const turns = Number(values.turns);
const SIZES = [200, 20_000];
const PLACES = {
  'in memory': inMemory,
  'SQLite: saved before each turn': onSqlite,
  'Redis: sent to one watcher': toldOnRedis,
  DBOS: onDbos,
  Restate: onRestate,
};

const ms = (time) => `${time.toFixed(2)} ms`;
const kib = (bytes) => (bytes === undefined ? '–' : `${(bytes / 1024).toFixed(1)} KiB`);

const HEAD = [
  'a turn: a model call and a tool',
  '200 B',
  '20 KB',
  'on disk, 200 B',
  '20 KB',
  'a run goes on after',
];
const rows = [];
for (const [name, open] of Object.entries(PLACES)) {
  const place = await open();
  const times = [];
  const sizes = [];
  for (const size of SIZES) {
    // The first runs warm up and create files, which have a minimum size.
    for (let n = 0; n < 10; n++) await place.run(`warm ${size} ${n}`, question(turns, size));
    const before = place.bytes();
    const taken = [];
    for (let n = 0; n < runs; n++) {
      const began = performance.now();
      const known = await place.run(`run ${size} ${n}`, question(turns, size));
      taken.push((typeof known === 'number' ? known : performance.now() - began) / turns);
    }
    times.push(ms(median(taken)));
    sizes.push(kib(before === undefined ? undefined : (place.bytes() - before) / runs / turns));
  }
  const resumed = [];
  for (let n = 0; place.resume !== undefined && n < 5; n++)
    resumed.push(await place.resume(`resume ${n}`, question(turns, SIZES[0])));
  const all = median(resumed.map((one) => one.all));
  const start = median(resumed.map((one) => one.start));
  const began = start > 0 ? `, of which ${Math.round(start)} ms the new process` : '';
  rows.push([name, ...times, ...sizes, resumed.length === 0 ? '–' : `${Math.round(all)} ms${began}`]);
  await place.close();
}
console.log(markdown(HEAD, rows));
process.exit(0);
