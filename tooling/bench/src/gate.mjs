// pnpm bench:gate [--once] [--within 75]: raw fetch, the SDKs and majordomo against the goals. A scenario that misses one
// is run once more, unless `--once`; none begins later than `--within` seconds. Ends with 1 when a goal is missed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { better } from './report/goals.mjs';
import { addRun, fileNameOf, load, machine, save } from './report/results.mjs';
import { verdictTable } from './report/table.mjs';
import { SCENARIOS } from './scenarios/index.mjs';
import { MAIN_WIRES } from './wires/index.mjs';

const BENCH = fileURLToPath(new URL('bench.mjs', import.meta.url));
const { values } = parseArgs({
  options: { once: { type: 'boolean', default: false }, within: { type: 'string', default: 'Infinity' } },
});
const began = performance.now();

const verdicts = [];
const leftOut = [];
for (const scenario of SCENARIOS.filter(({ goals }) => goals.length > 0)) {
  if (seconds() > Number(values.within)) leftOut.push(scenario.name);
  else verdicts.push(...judged(scenario));
}
const result = { ...machine(), leftOut, verdicts };
save('gate', result);
addRun(result);
const missed = verdicts.filter(({ ok }) => !ok).length;
console.log(verdictTable(verdicts));
if (leftOut.length > 0) console.log(`left out for lack of time: ${leftOut.join(', ')}`);
console.log(`${verdicts.length - missed} of ${verdicts.length} met, with 15 % for noise; ${seconds()} s`);
process.exitCode = missed === 0 ? 0 : 1;

function judged(scenario) {
  const first = verdictsOf(scenario, 1);
  if (first.every(({ ok }) => ok) || values.once) return first;
  return better(first, verdictsOf(scenario, 2));
}

function verdictsOf({ name, gateWires = MAIN_WIRES }, seed) {
  const args = ['--wires', gateWires.join(), '--size', 'gate', '--quiet'];
  const { status } = spawnSync(process.execPath, [BENCH, name, '--seed', String(seed), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`the scenario "${name}" failed`);
  return load(fileNameOf(name, 'gate')).verdicts;
}

function seconds() {
  return Math.round((performance.now() - began) / 1000);
}
