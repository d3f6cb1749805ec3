import { expect, it } from 'vitest';
import { nanoUsdOf } from './money.ts';

it.each([
  ['0', 0n],
  ['7', 7_000_000_000n],
  ['0.05', 50_000_000n],
  ['999999999999.999999999', 999_999_999_999_999_999_999n],
  ['1000000000000', undefined],
  ['0.0000000001', undefined],
  ['.5', undefined],
  ['5.', undefined],
  ['1e3', undefined],
  ['', undefined],
  [5, undefined],
  [undefined, undefined],
])('%j is %s nano-USD', (usd, nanoUsd) => {
  expect(nanoUsdOf(usd)).toBe(nanoUsd);
});
