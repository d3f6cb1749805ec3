import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('nothing of the SDK is loaded before the first connection', async () => {
  const script = new URL('support/loads.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  expect(JSON.parse(stdout)).toEqual({ afterImport: 0, afterServe: 0, afterConnect: true });
}, 120_000);
