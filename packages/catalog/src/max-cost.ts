import { LlmError } from '@majordomo/core';
import type { Price, Rates } from './contract.ts';
import { ceilToNano, picosOf, picosOfFee } from './picos.ts';
import { mergeRates } from './rates.ts';

/**
 * Returns the maximum cost of these tokens at a price, in nano-USD: the tokens at the highest rate of all context steps that this input can
 * reach, plus the fee for a request. The rates are those of `tier`, or of the most expensive tier if `tier` is omitted. Throws `config` for an
 * invalid count.
 */
export function maxCost(
  tokens: { readonly input: number; readonly output: number },
  price: Price,
  { tier }: { readonly tier?: string | undefined } = {},
): bigint {
  const { input, output } = checkCounts(tokens);
  const all = tier === undefined ? reachableRates(price, input) : ratesOfTier(price, input, tier);
  const read = input * maxRate(all, INPUT_RATES);
  const written = output * maxRate(all, OUTPUT_RATES);
  const fee = picosOfFee(1, price.fees?.['request'] ?? 0, 'request');
  return ceilToNano(read + written + fee);
}

const INPUT_RATES = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWriteLong',
  'inputAudio',
  'inputImage',
] as const;
const OUTPUT_RATES = ['output', 'reasoning', 'outputAudio', 'outputImage'] as const;

function checkCounts({ input, output }: { readonly input: number; readonly output: number }): {
  input: bigint;
  output: bigint;
} {
  for (const [path, count] of Object.entries({ input, output }))
    if (!Number.isSafeInteger(count) || count < 0)
      throw new LlmError('config', `${path} is ${count}; use a non-negative integer number of tokens`, {
        path,
      });
  return { input: BigInt(input), output: BigInt(output) };
}

/** Returns every set of rates that may apply to a request with this number of input tokens. */
function reachableRates({ rates, above = [], tiers = {} }: Price, input: bigint): readonly Rates[] {
  const steps = above.filter(({ inputTokens }) => input > BigInt(inputTokens));
  return Object.entries(tiers).reduce<readonly Rates[]>(
    (tables, [word, tier]) => {
      const [, tokens] = word.split('>');
      const step = steps.find(({ inputTokens }) => String(inputTokens) === tokens);
      if (tokens !== undefined && step === undefined) return tables;
      return [...tables, mergeRates(step?.rates ?? rates, tier)];
    },
    [rates, ...steps.map((step) => step.rates)],
  );
}

/** Returns every set of rates of a tier that may apply. A tier without rates has the rates of the standard tier. */
function ratesOfTier(
  { rates, above = [], tiers = {} }: Price,
  input: bigint,
  tier: string,
): readonly Rates[] {
  const steps = above.filter(({ inputTokens }) => input > BigInt(inputTokens));
  return [
    mergeRates(rates, tiers[tier] ?? {}),
    ...steps.map((step) => mergeRates(step.rates, tiers[`${tier}>${step.inputTokens}`] ?? {})),
  ];
}

function maxRate(tables: readonly Rates[], names: readonly (keyof Rates)[]): bigint {
  const rates = tables.flatMap((table) => names.map((name) => picosOf(1, table[name] ?? 0, name)));
  return rates.reduce((most, rate) => (rate > most ? rate : most), 0n);
}
