import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { patientFetch } from './http.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('patientFetch', () => {
  it('switches off the timeouts of this Node', () => {
    const program = join(import.meta.dirname, '../test/support/timeouts-process.ts');
    const { stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 30_000 });
    expect(stdout, stderr).not.toBe('');
    const { platform, patient } = JSON.parse(stdout) as Record<string, unknown>;
    expect(patient).toEqual({ headersTimeout: 0, bodyTimeout: 0 });
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
