import { describe, expect, it } from 'vitest';
import type { Usage } from '@majordomo/core';
import { ledgerFixture, PRICED } from './support/fixture.ts';

const CACHED = PRICED.with([
  {
    vendor: 'acme',
    id: 'x',
    prices: [
      {
        from: '2020-01-01',
        rates: { input: 1_000_000, output: 10_000_000, cacheRead: 100_000, cacheWrite: 1_250_000 },
        sources: ['contract'],
        trust: 'override',
      },
    ],
  },
]);

const usage: Usage = { input: 1000, output: 1, cacheRead: 600, cacheWrite: 300, reasoning: undefined };
const turn = { text: 'yes', usage };

describe('the effect of the prompt cache', () => {
  it('is in records and in the sums of a report', async () => {
    const { callModel, ledger, records } = ledgerFixture([turn, turn], { catalog: CACHED });
    await callModel();
    await callModel();
    expect(records).toMatchObject([
      { cacheSavedNanoUsd: '540000', cacheExtraNanoUsd: '75000' },
      { cacheSavedNanoUsd: '540000', cacheExtraNanoUsd: '75000' },
    ]);
    expect(await ledger.report({ by: [] })).toMatchObject([
      { cacheRead: 1200, cacheWrite: 600, cacheSavedNanoUsd: 1_080_000n, cacheExtraNanoUsd: 150_000n },
    ]);
  });

  it('is absent without rates for the cache', async () => {
    const { callModel, records } = ledgerFixture([turn]);
    await callModel();
    expect(records[0]).not.toHaveProperty('cacheSavedNanoUsd');
    expect(records[0]).not.toHaveProperty('cacheExtraNanoUsd');
  });

  it('is absent in an attempt that a plan includes', async () => {
    const { callModel, records } = ledgerFixture([turn], { catalog: CACHED }, { billing: 'included' });
    await callModel();
    expect(records[0]).toMatchObject({ basis: 'included' });
    expect(records[0]).not.toHaveProperty('cacheSavedNanoUsd');
  });
});
