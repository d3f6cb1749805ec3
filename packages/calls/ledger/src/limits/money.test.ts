import { expect, it } from 'vitest';
import { parseUsd } from './money.ts';

it.each([
  ['20.00', 20_000_000_000n],
  ['0.000000001', 1n],
  ['7', 7_000_000_000n],
  ['9223372036.854775807', 2n ** 63n - 1n],
  ['9223372036.854775808', undefined],
  ['.5', undefined],
  ['5.', undefined],
  [' 5', undefined],
  ['５', undefined],
  ['', undefined],
  [5, undefined],
])('%j is %s nano-USD', (text, nano) => {
  expect(parseUsd(text)).toBe(nano);
});
