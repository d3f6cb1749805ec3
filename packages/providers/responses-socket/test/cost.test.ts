import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

interface Cost {
  readonly cpu: number;
  readonly empty: number;
  readonly perItem: number;
}

/** Maximum CPU time relative to HTTP. Other work on the machine slows hashing down more than copying, so only ALONE=1 is exact. */
const MAX_CPU = process.env['ALONE'] === undefined ? 2.5 : 1.5;

it(`a turn with 1 MB costs at most ${MAX_CPU} times the CPU of HTTP, and an idle socket 100 kB and 64 bytes per item`, async () => {
  const file = join(import.meta.dirname, 'support/cost-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--expose-gc', file]);
  const { cpu, empty, perItem } = JSON.parse(stdout) as Cost;
  expect(cpu).toBeLessThan(MAX_CPU);
  expect(empty).toBeLessThan(100_000);
  expect(perItem).toBeGreaterThan(0);
  expect(perItem).toBeLessThan(64);
}, 60_000);
