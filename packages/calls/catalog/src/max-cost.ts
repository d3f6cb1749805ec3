import { LlmError } from '@majordomo/core';
import type { Price, Rates } from './contract.ts';
import { ceilToNano, picosOf, picosOfFee } from './picos.ts';
import { mergeRates } from './rates.ts';

/**
 * Returns the maximum cost of a request with these token counts, in nano-USD, including the fee for a request. Uses the highest
 * input rate and the highest output rate of `tier`, among its base rates and all context steps that the input exceeds, in the most
 * expensive region. If `tier` is omitted, uses the highest rates of all tiers. Throws `config` if a token count or an amount of the
 * price is invalid.
 */
export function maxCost(
  tokens: { readonly input: number; readonly output: number },
  price: Price,
  { tier }: { readonly tier?: string | undefined } = {},
): bigint {
  const { input, output } = checkCounts(tokens);
  const all = tier === undefined ? reachableRates(price, input) : ratesOfTier(price, input, tier);
  // The vendor reports the region only with its response.
  const factor = Math.max(1, ...Object.values(price.regions ?? {}));
  const read = input * maxRate(all, INPUT_RATES, factor);
  const written = output * maxRate(all, OUTPUT_RATES, factor);
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
      throw new LlmError('config', `maxCost: ${path} is ${count}; use a non-negative integer token count`, {
        path,
      });
  return { input: BigInt(input), output: BigInt(output) };
}

/** Returns every set of rates that may apply to a request with this number of input tokens. */
function reachableRates({ rates, above = [], tiers = {} }: Price, input: bigint): readonly Rates[] {
  const steps = above.filter(({ inputTokens }) => input > BigInt(inputTokens));
  return Object.entries(tiers).reduce<readonly Rates[]>(
    (tables, [name, tier]) => {
      // A name such as `priority>200000` contains the context step of the tier.
      const [, tokens] = name.split('>');
      const step = steps.find(({ inputTokens }) => String(inputTokens) === tokens);
      if (tokens !== undefined && step === undefined) return tables;
      return [...tables, mergeRates(step?.rates ?? rates, tier)];
    },
    [rates, ...steps.map((step) => step.rates)],
  );
}

/** Returns every set of rates that may apply in a tier. Rates that the tier omits are those of the standard tier. */
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

function maxRate(tables: readonly Rates[], names: readonly (keyof Rates)[], factor: number): bigint {
  const rates = tables.flatMap((table) =>
    names.map((name) => picosOf(1, Math.round((table[name] ?? 0) * factor), name)),
  );
  return rates.reduce((most, rate) => (rate > most ? rate : most), 0n);
}
