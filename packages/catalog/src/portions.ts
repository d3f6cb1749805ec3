import type { Usage } from '@majordomo/core';
import type { Rates } from './contract.ts';

/** Number of tokens for each rate; `undefined` if the vendor did not report it. */
export type Portions = Readonly<Record<keyof Rates, number | undefined>>;

/**
 * Splits a usage by rates. Totals include their portions, so that the rest of a total has the plain rate. It
 * is never below 0, although some vendors count a portion twice. Reasoning and images are plain without a
 * separate rate; caches and audio never are.
 */
export function portionsOf(usage: Usage, rates: Rates): Portions {
  const { input, output, details = {} } = usage;
  const cacheWriteLong = details.cacheWriteLong ?? 0;
  const read = {
    cacheRead: usage.cacheRead ?? 0,
    cacheWrite: Math.max(0, (usage.cacheWrite ?? 0) - cacheWriteLong),
    cacheWriteLong,
    inputAudio: details.inputAudio ?? 0,
    inputImage: rates.inputImage === undefined ? 0 : (details.inputImage ?? 0),
  };
  const written = {
    reasoning: rates.reasoning === undefined ? 0 : (usage.reasoning ?? 0),
    outputAudio: details.outputAudio ?? 0,
    outputImage: rates.outputImage === undefined ? 0 : (details.outputImage ?? 0),
  };
  return {
    input: rest(input, read),
    ...read,
    output: rest(output, written),
    ...written,
  };
}

/** Whether the portions exceed the totals. */
export function isOverlapping({ input, output, cacheWrite, details }: Usage, portions: Portions): boolean {
  const { input: _plain, output: _said, reasoning, outputAudio, outputImage, ...read } = portions;
  return (
    sum(read) > (input ?? Infinity) ||
    sum({ reasoning, outputAudio, outputImage }) > (output ?? Infinity) ||
    (details?.cacheWriteLong ?? 0) > (cacheWrite ?? Infinity)
  );
}

type Counts = Readonly<Record<string, number | undefined>>;

/** Returns a total without its portions. An invalid total remains invalid instead of becoming 0. */
function rest(total: number | undefined, portions: Counts): number | undefined {
  if (typeof total !== 'number') return undefined;
  return total < 0 ? total : Math.max(0, total - sum(portions));
}

const sum = (portions: Counts): number =>
  Object.values(portions).reduce<number>((all, tokens) => all + (tokens ?? 0), 0);
