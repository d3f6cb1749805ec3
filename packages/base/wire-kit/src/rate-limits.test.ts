import fc from 'fast-check';
import { retryAfterMs } from './retry-after.ts';
import { describe, expect, it } from 'vitest';
import { type RateLimits, rateLimitWatch } from './rate-limits.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');
const observe = (headers: Record<string, string>, status = 200): RateLimits | undefined =>
  rateLimitWatch().observe('p/m', status, new Headers(headers), NOW);
const bucket = (name: string, limit?: number, remaining?: number, resetMs?: number): object => ({
  name,
  limit,
  remaining,
  resetMs,
});

describe('limits in headers', () => {
  it.each<[string, Record<string, string>, readonly object[]]>([
    [
      'OpenAI',
      {
        'x-ratelimit-limit-requests': '5000',
        'x-ratelimit-remaining-requests': '4999',
        'x-ratelimit-reset-requests': '12ms',
        'x-ratelimit-limit-tokens': '800000',
        'x-ratelimit-remaining-tokens': '799000',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      [bucket('requests', 5000, 4999, 12), bucket('tokens', 800000, 799000, 360_000)],
    ],
    [
      'Azure',
      { 'x-ratelimit-remaining-requests': '99', 'x-ratelimit-remaining-tokens': '99000' },
      [bucket('requests', undefined, 99), bucket('tokens', undefined, 99000)],
    ],
    [
      'Groq',
      {
        'x-ratelimit-limit-requests': '14400',
        'x-ratelimit-remaining-requests': '14370',
        'x-ratelimit-reset-requests': '2m59.56s',
      },
      [bucket('requests', 14400, 14370, 179_560)],
    ],
    [
      'OpenRouter',
      {
        'x-ratelimit-limit': '20',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(NOW + 30_000),
      },
      [bucket('requests', 20, 0, 30_000)],
    ],
    [
      'Anthropic',
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-11-20T10:01:00Z',
        'anthropic-ratelimit-output-tokens-limit': '8000',
        'anthropic-ratelimit-output-tokens-remaining': '8000',
        'anthropic-ratelimit-output-tokens-reset': '2026-11-20T10:00:00Z',
      },
      [bucket('requests', 50, 49, 60_000), bucket('output-tokens', 8000, 8000, 0)],
    ],
    [
      'a server with windows',
      { 'x-ratelimit-limit-requests-1h': '100', 'x-ratelimit-remaining-tokens-minute': '7' },
      [bucket('requests-1h', 100), bucket('tokens-minute', undefined, 7)],
    ],
  ])('%s', (_vendor, headers, buckets) => {
    expect(observe(headers)).toEqual({ target: 'p/m', at: NOW, buckets, refusal: undefined });
  });

  it('are absent without a header with a number', () => {
    expect(observe({})).toBeUndefined();
    expect(
      observe({ 'x-ratelimit-limit-requests': 'many', 'x-ratelimit-remaining-requests': '' }),
    ).toBeUndefined();
  });
});

describe('a 429', () => {
  const remainingHeaders = (remaining: string, reset?: string): Record<string, string> => ({
    'x-ratelimit-remaining-requests': remaining,
    ...(reset === undefined ? {} : { 'x-ratelimit-reset-requests': reset }),
  });
  it.each<[Record<string, string>, RateLimits['refusal']]>([
    [{}, 'unknown'],
    [{ 'retry-after': '5' }, 'unknown'],
    [remainingHeaders('0', '6m0s'), 'quota'],
    [remainingHeaders('0', '60s'), 'quota'],
    [remainingHeaders('-1', '1h'), 'quota'],
    [remainingHeaders('0', '59s'), 'capacity'],
    [remainingHeaders('0'), 'capacity'],
    [remainingHeaders('5', '6m0s'), 'capacity'],
    [remainingHeaders('5'), 'capacity'],
    [
      {
        ...remainingHeaders('5', '1h'),
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '1h',
      },
      'quota',
    ],
    [{ ...remainingHeaders('5', '1h'), 'x-ratelimit-remaining-tokens': '9' }, 'capacity'],
    [{ 'x-ratelimit-limit-requests': '5' }, 'capacity'],
  ])('with %j is classified as %s', (headers, refusal) => {
    expect(observe(headers, 429)?.refusal).toBe(refusal);
  });

  it('without headers is classified by the last headers and their age', () => {
    const watch = rateLimitWatch();
    watch.observe('p/m', 200, new Headers(remainingHeaders('0', '2m')), NOW);
    const observeWithoutHeaders = (after: number, target = 'p/m'): unknown => {
      const limits = watch.observe(target, 429, undefined, NOW + after);
      return [limits?.at, limits?.refusal];
    };
    expect(observeWithoutHeaders(30_000)).toEqual([NOW, 'quota']);
    expect(observeWithoutHeaders(90_000)).toEqual([NOW, 'capacity']);
    expect(observeWithoutHeaders(30_000, 'p/other')).toEqual([NOW + 30_000, 'unknown']);
  });

  it('stores 256 targets', () => {
    const watch = rateLimitWatch();
    for (let n = 0; n <= 256; n++)
      watch.observe(`p/${n}`, 200, new Headers(remainingHeaders('0', '1h')), NOW);
    expect(watch.observe('p/0', 429, undefined, NOW)?.refusal).toBe('unknown');
    expect(watch.observe('p/1', 429, undefined, NOW)?.refusal).toBe('quota');
  });
});

describe('arbitrary header values', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary-ascii', maxLength: 30 }),
    fc.string({
      unit: fc.constantFrom(...['0', '1', '9', '.', '-', '+', 'e', 'd', 'h', 'm', 's', ' ', ':', 'T', 'Z']),
      maxLength: 30,
    }),
    fc.double().map(String),
    fc.date({ noInvalidDate: false }).map(String),
  );
  const MONTH_MS = 31 * 24 * 3_600_000;
  const isWait = (ms: number | undefined): boolean => ms === undefined || (ms >= 0 && ms <= MONTH_MS);

  it('result in a wait of at most a month, or in none', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('retry-after', 'retry-after-ms', 'x-ratelimit-reset'),
        text,
        (name, value) => {
          expect(isWait(retryAfterMs({ get: (header) => (header === name ? value : null) }, NOW))).toBe(true);
        },
      ),
      { numRuns: process.env['SOAK'] === undefined ? 200 : 2000, seed: 20_261_120 },
    );
  });

  it('result in numbers, or in none', () => {
    const name = fc.constantFrom(
      ...['x-ratelimit-limit-requests', 'x-ratelimit-remaining-__proto__', 'x-ratelimit-reset-constructor'],
      ...['anthropic-ratelimit-__proto__-limit', 'x-ratelimit-limit', 'anthropic-ratelimit-requests-reset'],
    );
    const headers = fc.array(fc.tuple(name, text), { maxLength: 5 });
    fc.assert(
      fc.property(headers, (pairs) => {
        const values = new Map(pairs);
        const reader = { get: (headerName: string) => values.get(headerName) ?? null };
        const limits = rateLimitWatch().observe('p/m', 429, reader, NOW);
        for (const { limit, remaining, resetMs } of limits?.buckets ?? []) {
          for (const value of [limit, remaining, resetMs]) expect(value ?? 0).not.toBeNaN();
        }
      }),
      { numRuns: process.env['SOAK'] === undefined ? 100 : 1000, seed: 20_261_120 },
    );
  });

  it.each(['1', '1m', '.', '-', ' ', '1h1', '00:'])('take linear time: many of %j', (part) => {
    const value = part.repeat(100_000);
    const began = process.cpuUsage();
    retryAfterMs({ get: () => value }, NOW);
    observe({ 'x-ratelimit-reset-requests': value, 'x-ratelimit-remaining-requests': value });
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(500);
  });
});
