import type { TokenLogprob } from '@majordomo/core';
import { asList, asNumber, asRecord, asText } from '@majordomo/core/toolkit';

/** Reads log probabilities `[{ token, logprob, top_logprobs: [{ token, logprob }] }]`, the form of most vendors. Other items are left out. */
export function tokenLogprobs(list: unknown): readonly TokenLogprob[] {
  return asList(list).flatMap((each) => {
    const found = tokenOf(each);
    return found === undefined ? [] : [{ ...found, top: topOf(each) }];
  });
}

const topOf = (each: unknown): TokenLogprob['top'] =>
  asList(asRecord(each)['top_logprobs']).flatMap((top) => tokenOf(top) ?? []);

function tokenOf(value: unknown): Omit<TokenLogprob, 'top'> | undefined {
  const { token: text, logprob: number } = asRecord(value);
  const token = asText(text);
  const logprob = asNumber(number);
  return token === undefined || logprob === undefined ? undefined : { token, logprob };
}

/** Converts a list of numbers to a vector; returns `undefined` for another value. */
export function asVector(value: unknown): Float32Array | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers: readonly unknown[] = value;
  return numbers.every((number) => typeof number === 'number') ? Float32Array.from(numbers) : undefined;
}

/** Converts lists of numbers to vectors; returns `undefined` for another value. Core checks the count. */
export function asVectors(value: unknown): readonly Float32Array[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const vectors = value.map(asVector);
  return vectors.every((vector) => vector !== undefined) ? vectors : undefined;
}
