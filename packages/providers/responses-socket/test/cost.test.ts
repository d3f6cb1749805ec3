import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

interface Cost {
  readonly cpu: number;
  readonly empty: number;
  readonly perItem: number;
}

/** Maximum CPU time relative to HTTP. An idle machine needs 1.7 to 2.0 with Node 24; other work slows hashing down more than copying. */
const MAX_CPU = 2.5;

it(`a turn with 1 MB costs at most ${MAX_CPU} times the CPU of HTTP, and an idle socket 100 kB and 64 bytes per item`, async () => {
  const file = join(import.meta.dirname, 'support/cost-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--expose-gc', file]);
  const { cpu, empty, perItem } = JSON.parse(stdout) as Cost;
  expect(cpu).toBeLessThan(MAX_CPU);
  expect(empty).toBeLessThan(100_000);
  expect(perItem).toBeGreaterThan(0);
  expect(perItem).toBeLessThan(64);
}, 60_000);
