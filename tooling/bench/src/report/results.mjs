import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
