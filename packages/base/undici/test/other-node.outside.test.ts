import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const modules = join(import.meta.dirname, '../../../../tooling/runtimes/node_modules');

it.for([22, 26])('undiciFetch is like fetch of Node %s', (line) => {
  const [binary = ''] = globSync(join(modules, `node-${line}-*/bin/node`));
  const program = join(import.meta.dirname, 'support/compare-process.ts');
  const { stdout, stderr } = spawnSync(binary, [program], { encoding: 'utf8', timeout: 60_000 });
  expect(stdout, stderr).not.toBe('');
  expect(JSON.parse(stdout)).toEqual({ line, different: [] });
});
