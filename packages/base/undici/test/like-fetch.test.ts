import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { undiciFetch } from '@majordomo/undici';
import { BEHAVIORS } from './support/behaviors.ts';

describe('undiciFetch is like the platform’s fetch: it', () => {
  const send = undiciFetch();

  it.each(BEHAVIORS)('$name', async ({ run }) => {
    expect(await run(send)).toEqual(await run(globalThis.fetch));
  });
});

describe('undiciFetch is like fetch on other lines of Node:', () => {
  const modules = join(import.meta.dirname, '../../../../tooling/runtimes/node_modules');

  it.for([22, 26])('Node %s', (line, { skip }) => {
    const [binary] = globSync(join(modules, `node-${line}-*/bin/node`));
    if (binary === undefined)
      return skip(`Node ${line} is not installed; \`node tooling/runtimes/run.mjs\` installs it`);
    const program = join(import.meta.dirname, 'support/compare-process.ts');
    const { stdout, stderr } = spawnSync(binary, [program], { encoding: 'utf8', timeout: 60_000 });
    expect(stdout, stderr).not.toBe('');
    expect(JSON.parse(stdout)).toEqual({ line, different: [] });
  });
});
