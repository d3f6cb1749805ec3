import { describe, expect, it, vi } from 'vitest';
import { withKnownHeaders } from './http.ts';

describe('withKnownHeaders', () => {
  it('removes the headers that neither the SDK nor the provider sets', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response('ok')));
    const headers = {
      Accept: 'application/json',
      'X-Stainless-OS': 'Linux',
      'X-Stainless-Secret': '1',
      Authorization: 'Bearer k',
      'X-Team': 'a',
      Cookie: 'c=1',
    };
    const init = { method: 'POST', body: '{}', headers };
    await withKnownHeaders(fetch, ['authorization', 'x-team'])('http://127.0.0.1:9', init);
    const [, sent] = fetch.mock.calls[0] ?? [];
    expect(sent).toMatchObject({ method: 'POST', body: '{}' });
    expect([...new Headers(sent?.headers).keys()]).toEqual([
      'accept',
      'authorization',
      'x-stainless-os',
      'x-team',
    ]);
  });
});
