import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

interface Cost {
  readonly overSocket: number;
  readonly overHttp: number;
  readonly empty: number;
  readonly perItem: number;
}

it('a turn with 1 MB costs at most 1.5 times the CPU of HTTP, and an idle socket 100 kB and 60 bytes per item', async () => {
  const file = join(import.meta.dirname, 'support/cost-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--expose-gc', file]);
  const { overSocket, overHttp, empty, perItem } = JSON.parse(stdout) as Cost;
  expect(overSocket / overHttp).toBeLessThan(1.5);
  expect(empty).toBeLessThan(100_000);
  expect(perItem).toBeGreaterThan(0);
  expect(perItem).toBeLessThan(60);
}, 60_000);
