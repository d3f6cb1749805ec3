import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { patientFetch } from './http.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('patientFetch', () => {
  const modules = join(import.meta.dirname, '../../../../tooling/runtimes/node_modules');

  it.for([22, 24, 26])('switches off the timeouts of Node %s', (line, { skip }) => {
    const isCurrent = Number.parseInt(process.versions.node) === line;
    const binary = isCurrent ? process.execPath : globSync(join(modules, `node-${line}-*/bin/node`))[0];
    if (binary === undefined)
      return skip(`Node ${line} is not installed; \`node tooling/runtimes/run.mjs\` installs it`);
    const program = join(import.meta.dirname, '../test/support/timeouts-process.ts');
    const { stdout, stderr } = spawnSync(binary, [program], { encoding: 'utf8', timeout: 30_000 });
    expect(stdout, stderr).not.toBe('');
    const { line: nodeLine, platform, patient } = JSON.parse(stdout) as Record<string, unknown>;
    expect([nodeLine, patient]).toEqual([line, { headersTimeout: 0, bodyTimeout: 0 }]);
    expect(platform).not.toEqual(patient);
  });

  it('passes the request unchanged to a fetch that the application has replaced', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response('replaced')));
    vi.stubGlobal('fetch', fetch);
    const { signal } = new AbortController();
    const init = { method: 'POST', body: '{}', redirect: 'manual', signal } as const;
    expect(await (await patientFetch('http://127.0.0.1:9', init)).text()).toBe('replaced');
    expect(fetch.mock.calls).toMatchObject([['http://127.0.0.1:9', init]]);
  });
});
