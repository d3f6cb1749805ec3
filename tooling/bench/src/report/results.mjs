import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

const OUT = new URL('../../out/', import.meta.url);
const fileOf = (name) => new URL(`${name}.json`, OUT);

export function save(name, result) {
  mkdirSync(OUT, { recursive: true });
  writeFileSync(fileOf(name), `${JSON.stringify(result, null, 1)}\n`);
}

export const load = (name) => JSON.parse(readFileSync(fileOf(name), 'utf8'));

/** On what the figures were taken. */
export const machine = () => ({
  at: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0].model,
  cores: cpus().length,
  memoryGB: Math.round(totalmem() / 1e9),
});
