import type { Rates } from '../src/contract.ts';

/** Rates as they are read, one after the other. */
export type ReadRates = { readonly [K in keyof Rates]?: number | undefined };

/** Those that were said; reasoning that costs what any output costs has no rate of its own. */
export function saidRates(read: ReadRates): Partial<Rates> {
  const { reasoning, ...rest } = read;
  const own = reasoning === read.output ? rest : read;
  return Object.fromEntries(Object.entries(own).filter(([, rate]) => rate !== undefined));
}

/** A price says at least what input and output cost. */
export function wholeRates(read: ReadRates): Rates | undefined {
  const { input, output } = read;
  return input === undefined || output === undefined ? undefined : { ...saidRates(read), input, output };
}
