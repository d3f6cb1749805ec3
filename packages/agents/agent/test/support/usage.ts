import { usageOf } from '@majordomo/test-support';
import type { Usage } from '@majordomo/core';
import type { CostOf } from '../../src/index.ts';

export const usage = (input: number, output = 1): Usage => usageOf({ input, output });

/** Returns the exact price of a model call: 3 nano-dollars per input token and 7 per output token. */
export const cost: CostOf = ({ attempts }) => {
  const usages = attempts.flatMap((attempt) => attempt.usage ?? []);
  const nanoUsd = usages.reduce(
    (sum, { input = 0, output = 0 }) => sum + BigInt(input) * 3n + BigInt(output) * 7n,
    0n,
  );
  return { nanoUsd, missing: [] };
};
