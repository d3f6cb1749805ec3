import type { Rates } from '../contract.ts';

/** Number of significant digits. Sources calculate with doubles, so `0.09999999999999999` means 0.1. */
const DIGITS = 12;

/**
 * Converts USD per million units to micro-USD. Returns `undefined` for a quotient such as 0.08333333333333333, which is not a
 * real price.
 */
export function rateOfMillion(usd: number): number | undefined {
  const micros = Number((usd * 1e6).toPrecision(DIGITS));
  return Number.isSafeInteger(micros) ? micros : undefined;
}

/** Converts USD per unit to micro-USD per million units. */
export const rateOfUnit = (usd: number): number | undefined =>
  rateOfMillion(Number((usd * 1e6).toPrecision(DIGITS)));

/** Converts USD for one use to micro-USD with six decimals. */
export const feeOf = (usd: number): number => Number((usd * 1e6).toFixed(6));

/** Returns the stated rates. The keys of `names` are the source's names of rates. `usdOf` reads an amount in USD. */
export function readRates(
  names: Readonly<Record<string, keyof Rates>>,
  usdOf: (name: string) => number | undefined,
  convert: (usd: number) => number | undefined,
): Partial<Rates> {
  const rates = Object.entries(names).flatMap(([name, rate]) => {
    const usd = usdOf(name);
    const micros = usd === undefined ? undefined : convert(usd);
    return micros === undefined ? [] : [[rate, micros] as const];
  });
  const { reasoning, ...rest }: Partial<Rates> = Object.fromEntries(rates);
  // Reasoning that costs as much as output has no separate rate.
  return reasoning === undefined || reasoning === rest.output ? rest : { ...rest, reasoning };
}

/** Returns the rates if they contain input and output, which a price requires; otherwise `undefined`. */
export function completeRates({ input, output, ...rest }: Partial<Rates>): Rates | undefined {
  return input === undefined || output === undefined ? undefined : { input, output, ...rest };
}

/** Returns the rates without cache rates of 0. In formats of other projects, 0 means that the cache rate is unknown. */
export function withoutZeros({ cacheRead, cacheWrite, ...rates }: Rates): Rates {
  return { ...rates, ...(cacheRead && { cacheRead }), ...(cacheWrite && { cacheWrite }) };
}
