import { expect, it } from 'vitest';
import { formatUsd } from './format-usd.ts';

it.each([
  [0n, '$0.00'],
  [4_200_000n, '$0.0042'],
  [12_300_000_000n, '$12.30'],
  [1_000_000_000n, '$1.00'],
  [999_999_999n, '$1.00'],
  [500_000_000n, '$0.50'],
  [42_000_000n, '$0.042'],
  [9_960_000n, '$0.0100'],
  [1n, '$0.000000001'],
  [123n, '$0.00000012'],
  [-4_200_000n, '-$0.0042'],
  [1_234_567_890_123_456_789n, '$1234567890.12'],
])('formats %d nano-USD as %s', (nanoUsd, text) => {
  expect(formatUsd(nanoUsd)).toBe(text);
});

it.each([
  [4_200_001n, 9, '$0.004200001'],
  [4_200_001n, 2, '$0.00'],
  [1_500_000_000n, 0, '$2'],
  [-1n, 2, '$0.00'],
  [12_345_678_901n, 4, '$12.3457'],
])('formats %d nano-USD with %d digits as %s', (nanoUsd, digits, text) => {
  expect(formatUsd(nanoUsd, { digits })).toBe(text);
});

it.each([-1, 10, 1.5, Number.NaN])('rejects %d digits', (digits) => {
  expect(() => formatUsd(1n, { digits })).toThrow('use an integer from 0 to 9');
});
