import { describe, expect, it } from 'vitest';
import { resetMs, retryAfterMs } from './retry-after.ts';

describe('retryAfterMs', () => {
  const now = Date.parse('2026-11-20T10:00:00Z');
  it.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after-ms': '120', 'retry-after': '9' }, 120],
    [{ 'x-ratelimit-reset': '12' }, 12_000],
    [{ 'x-ratelimit-reset': '1m30s' }, 90_000],
    [{ 'x-ratelimit-reset': '6m0s' }, 360_000],
    [{ 'x-ratelimit-reset': '120ms' }, 120],
    [{ 'x-ratelimit-reset': String(now / 1000 + 7) }, 7000],
    [{ 'x-ratelimit-reset': String(now + 7000) }, 7000],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '99999999999' }, undefined],
    [{ 'retry-after': 'Fri, 20 Nov 2020 10:00:30 GMT' }, undefined],
    [{}, undefined],
  ])('of %o is %s ms', (headers, ms) => {
    expect(retryAfterMs(new Headers(headers), now)).toBe(ms);
  });

  it('reads RFC 3339 resets', () => {
    expect(resetMs('2026-11-20T10:01:00Z', now)).toBe(60_000);
  });
});
