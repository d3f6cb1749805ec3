import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatUsd } from '@majordomo/catalog';
import { createMajordomo, file, user, type UserPart } from '@majordomo/core';
import { createLedger, type LedgerOptions } from '../src/index.ts';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';

const MONEY = readFileSync(join(import.meta.dirname, '../../../../apps/docs/money.md'), 'utf8');
const BUDGET = 20_000_000_000n;

/** Returns the amounts that a running call without `maxTokens` holds on limits of money and tokens. */
async function heldBy(spec: string, parts: readonly (string | UserPart)[], options: LedgerOptions = {}) {
  const [vendor = '', model = ''] = spec.split('/');
  const provider = fakeProvider({ id: vendor, vendor, models: { [model]: [{ hang: true }] } });
  const ledger = createLedger({
    limits: [
      { name: 'money', max: { usd: '1000' }, per: 'ever' },
      { name: 'tokens', max: { tokens: 1e9 }, per: 'ever' },
    ],
    ...options,
  });
  const caller = new AbortController();
  const majordomo = createMajordomo({ providers: [provider], gates: [ledger.gate] });
  const response = majordomo
    .model(spec)
    .generate({ messages: [user(...parts)] }, { signal: caller.signal })
    .catch(() => undefined);
  while (provider.requests.length === 0) await new Promise(setImmediate);
  const [money, tokens] = await ledger.state();
  caller.abort();
  await response;
  return { usd: money!.held, tokens: Number(tokens!.held) };
}

it.each([
  'openai/gpt-5.4',
  'openai/gpt-4o',
  'anthropic/claude-opus-4-5',
  'anthropic/claude-sonnet-5',
  'google/gemini-2.5-pro',
])('the documents state what a call of %s reserves without maxTokens', async (spec) => {
  const { usd, tokens } = await heldBy(spec, ['hi']);
  const output = Math.floor(tokens / 100) * 100;
  const row = new RegExp(`\\| \`${spec}\` \\| ([\\d,]+) \\| (\\$[\\d.]+) \\| (\\d+) \\|`).exec(MONEY);
  expect(row?.slice(1)).toEqual([expect.any(String), formatUsd(usd, { digits: 2 }), `${BUDGET / usd}`]);
  expect(Math.abs(Number(row?.[1]?.replaceAll(',', '')) - output)).toBeLessThan(500);
});

it('a call reserves a token for each byte of text, up to the context of its model', async () => {
  const row = '0 1 0 0 1 1 0 1 0 1\n';
  const few = await heldBy('openai/gpt-5.4', [row]);
  const many = await heldBy('openai/gpt-5.4', [row.repeat(500)]);
  expect(many.tokens - few.tokens).toBe(499 * row.length);
  const endless = await heldBy('openai/gpt-4o', [row.repeat(50_000)]);
  expect(endless.tokens).toBeLessThan(200_000);
});

it('a call reserves PDFs by the pages that a media fitter counts, otherwise up to the maximum', async () => {
  const pdf = file(new TextEncoder().encode(`%PDF-1.7 /ObjStm ${'x'.repeat(2000)}`), 'application/pdf');
  const spec = 'google/gemini-2.5-pro';
  const none = await heldBy(spec, ['hi']);
  const counted = await heldBy(spec, ['hi', pdf], { media: { pages: () => Promise.resolve(40) } });
  expect(counted.tokens - none.tokens).toBeGreaterThanOrEqual(40 * 258);
  expect(counted.tokens - none.tokens).toBeLessThan(41 * 258);
  const bySize = await heldBy(spec, ['hi', pdf]);
  expect(bySize.tokens - none.tokens).toBeGreaterThanOrEqual(200 * 258);
  const broken = await heldBy(spec, ['hi', pdf], { media: { pages: () => Promise.reject(new Error('no')) } });
  expect(broken).toEqual(bySize);
});
