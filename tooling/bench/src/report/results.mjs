import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

const OUT = new URL('../../out/', import.meta.url);
const fileOf = (name) => new URL(`${name}.json`, OUT);

export function save(name, result) {
  mkdirSync(OUT, { recursive: true });
  writeFileSync(fileOf(name), `${JSON.stringify(result, null, 1)}\n`);
}

/** Runs of the gate's size stand beside the full ones, which the documents are made from. */
export const fileNameOf = (scenario, size) => (size === 'gate' ? `gate-${scenario}` : scenario);

export const load = (name) => JSON.parse(readFileSync(fileOf(name), 'utf8'));

/** Runs of the gate at one commit stand together, those of a line of Node in a file. */
export function addRun(result) {
  const name = `gate-of-${lineOf(result)}`;
  const earlier = runsOf(name).filter(({ commit }) => commit === result.commit);
  save(name, [...earlier, result]);
}

/** All runs of the gate, those of each line of Node together, the newest line first. */
export const gateRuns = (lines = [24, 22]) =>
  lines.map((line) => runsOf(`gate-of-${line}`)).filter(({ length }) => length > 0);

const runsOf = (name) => (existsSync(fileOf(name)) ? load(name) : []);
const lineOf = ({ node }) => /\d+/.exec(node)[0];

/** What was measured, and on what. */
export const machine = () => ({
  at: new Date().toISOString(),
  commit: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim(),
  node: process.version,
  cpu: cpus()[0].model,
  cores: cpus().length,
  /** Processes that wanted to run, over the last minute; the bench itself is up to two of them. */
  load: Math.round(loadavg()[0]),
  memoryGB: Math.round(totalmem() / 1e9),
});
