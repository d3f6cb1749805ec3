// pnpm bench [suite ...] [--wires a,b] [--rounds 15] [--seed 1] [--node 22]: measures, prints the rows with their bounds, and
// exits with 1 if a ratio exceeds its bound. A complete run is stored in out/node-<line>.json. pnpm bench document writes the stored
// runs to the documents.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installRuntimes } from '../../runtimes/install.mjs';
import { judge } from './judge.mjs';
import { startChild } from './measure/child.mjs';
import { slowness } from './measure/machine-speed.mjs';
import { machine, save } from './report/results.mjs';
import { peersTable, verdictTable } from './report/table.mjs';
import { SUITES } from './rows.mjs';

if (process.argv[2] === 'document') {
  await import('./document.mjs');
  process.exit();
}

const CHILD = join(import.meta.dirname, 'run-suite.mjs');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    wires: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    seed: { type: 'string', default: '1' },
    node: { type: 'string' },
  },
});
const binary = values.node === undefined ? process.execPath : await nodeOf(values.node);
const began = performance.now();
const names =
  positionals.length > 0 ? positionals : Object.keys(SUITES).filter((name) => !SUITES[name].isExtra);

// Measured at both ends, because other programs can slow the machine down for a time.
const slowAtStart = await slowness();
const measured = {};
const failed = [];
for (const name of names) {
  if (SUITES[name] === undefined)
    throw new Error(`no suite "${name}"; expected ${Object.keys(SUITES).join(', ')}`);
  const wires = SUITES[name].wires.filter((wire) => values.wires?.split(',').includes(wire) ?? true);
  measured[name] = {};
  for (const wire of wires) {
    try {
      measured[name][wire] = await measuresOf(name, wire);
      console.error(`${name}, ${wire}: measured after ${seconds()} s`);
    } catch (error) {
      // The other suites are measured and printed, but the run is not stored.
      failed.push(error.message);
    }
  }
}
const slow = Math.sqrt(slowAtStart * (await slowness()));
const verdicts = judge(measured, slow);
const result = { ...machine(binary), slowness: slow, seconds: seconds(), verdicts, peers: measured.peers };
const isComplete = positionals.length === 0 && values.wires === undefined && failed.length === 0;
if (isComplete) save(`node-${result.line}`, result);
if (measured.peers !== undefined) save('peers', result);
if (verdicts.length > 0) console.log(verdictTable(verdicts));
for (const [wire, measures] of Object.entries(measured.peers ?? {})) console.log(peersTable(wire, measures));
const missed = verdicts.filter(({ ok }) => !ok);
const gates = missed.filter(({ isGate }) => isGate);
console.log(
  `Node ${result.node}: ${missed.length} of ${verdicts.length} rows missed, of which ${gates.length} are ratios; ${result.seconds} s; the machine needs ${slow.toFixed(2)} × the time of the reference machine`,
);
for (const message of failed) console.log(message);
process.exitCode = gates.length + failed.length === 0 ? 0 : 1;

async function measuresOf(suite, wire) {
  const args = [suite, wire, values.rounds, values.seed];
  const { message } = await startChild(`the suite ${suite} on ${wire}`, CHILD, args, { execPath: binary });
  return message;
}

async function nodeOf(line) {
  const problem = installRuntimes();
  // Import it here, because the module searches for the binaries when it is loaded.
  const { RUNTIMES } = await import('../../runtimes/runtimes.mjs');
  const found = RUNTIMES.find(({ name }) => name === `Node ${line}`)?.binary;
  if (found === undefined) throw new Error(`Node ${line} is not installed: ${problem ?? 'unknown line'}`);
  return found;
}

function seconds() {
  return Math.round((performance.now() - began) / 1000);
}
