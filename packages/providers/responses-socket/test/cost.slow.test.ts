import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

interface Cost {
  readonly empty: number;
  readonly perItem: number;
}

it('an idle socket uses at most 100 kB, and 64 bytes per item', async () => {
  const file = join(import.meta.dirname, 'support/cost-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--expose-gc', file]);
  const { empty, perItem } = JSON.parse(stdout) as Cost;
  expect(empty).toBeLessThan(100_000);
  expect(perItem).toBeGreaterThan(0);
  expect(perItem).toBeLessThan(64);
}, 60_000);
