import type { Rates } from '../contract.ts';

/** Rates of which any may be missing. */
export type ReadRates = { readonly [K in keyof Rates]?: number | undefined };

/** Returns the rates that are set. Reasoning that costs as much as output has no separate rate. */
export function definedRates(read: ReadRates): Partial<Rates> {
  const { reasoning, ...rest } = read;
  const own = reasoning === read.output ? rest : read;
  return Object.fromEntries(Object.entries(own).filter(([, rate]) => rate !== undefined));
}

/** Returns the rates if they contain input and output, which a price requires; otherwise `undefined`. */
export function completeRates(read: ReadRates): Rates | undefined {
  const { input, output } = read;
  return input === undefined || output === undefined ? undefined : { ...definedRates(read), input, output };
}
