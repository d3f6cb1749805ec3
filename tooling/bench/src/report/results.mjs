import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

const OUT = new URL('../../out/', import.meta.url);
const fileOf = (name) => new URL(`${name}.json`, OUT);

export function save(name, result) {
  mkdirSync(OUT, { recursive: true });
  writeFileSync(fileOf(name), `${JSON.stringify(result, null, 1)}\n`);
}

export const load = (name) =>
  existsSync(fileOf(name)) ? JSON.parse(readFileSync(fileOf(name), 'utf8')) : undefined;

/** Describes the measurement and the machine. */
export function machine(binary) {
  const node = execFileSync(binary, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
  return {
    at: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim(),
    node,
    line: node.split('.')[0],
    cpu: cpus()[0].model,
    cores: cpus().length,
    /** Load average of the last minute. The benchmark itself causes up to two. */
    load: Math.round(loadavg()[0]),
    memoryGB: Math.round(totalmem() / 1e9),
  };
}
