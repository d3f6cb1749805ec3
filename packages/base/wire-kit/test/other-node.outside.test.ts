import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const modules = join(import.meta.dirname, '../../../../tooling/runtimes/node_modules');

it.for([22, 26])('patientFetch switches off the timeouts of Node %s', (line) => {
  const [binary = ''] = globSync(join(modules, `node-${line}-*/bin/node`));
  const program = join(import.meta.dirname, 'support/timeouts-process.ts');
  const { stdout, stderr } = spawnSync(binary, [program], { encoding: 'utf8', timeout: 30_000 });
  expect(stdout, stderr).not.toBe('');
  const { line: actual, platform, patient } = JSON.parse(stdout) as Record<string, unknown>;
  expect([actual, patient]).toEqual([line, { headersTimeout: 0, bodyTimeout: 0 }]);
  expect(platform).not.toEqual(patient);
});
