import type { Usage } from '@majordomo/core';
import type { Rates } from './contract.ts';

/** Number of tokens for each rate; `undefined` if the vendor did not report the number. */
export type Portions = Readonly<Record<keyof Rates, number | undefined>>;

/**
 * Splits usage into the number of tokens for each rate. A total includes its details, such as cached tokens, so the plain rate
 * applies to the remainder. The remainder is at least 0, because some vendors count tokens twice. Reasoning and image tokens
 * without a separate rate are part of the remainder; cached and audio tokens never are.
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

/** Whether details of a usage exceed the total that includes them. */
export function isOverlapping({ input, output, cacheWrite, details }: Usage, portions: Portions): boolean {
  const { input: _plainInput, output: _plainOutput, reasoning, outputAudio, outputImage, ...read } = portions;
  return (
    sum(read) > (input ?? Infinity) ||
    sum({ reasoning, outputAudio, outputImage }) > (output ?? Infinity) ||
    (details?.cacheWriteLong ?? 0) > (cacheWrite ?? Infinity)
  );
}

type Counts = Readonly<Record<string, number | undefined>>;

/** Returns a total minus its details, but at least 0. Returns a negative total unchanged, so that its cost is unknown, not 0. */
function rest(total: number | undefined, portions: Counts): number | undefined {
  if (typeof total !== 'number') return undefined;
  return total < 0 ? total : Math.max(0, total - sum(portions));
}

const sum = (portions: Counts): number =>
  Object.values(portions).reduce<number>((all, tokens) => all + (tokens ?? 0), 0);
