import type { TokenLogprob } from '@majordomo/core';
import { asList, asNumber, asRecord, asText } from '@majordomo/core/toolkit';

/** The list `[{ token, logprob, top_logprobs: [{ token, logprob }] }]` of most wires; what is not of that form is left out. */
export function tokenLogprobs(list: unknown): readonly TokenLogprob[] {
  return asList(list).flatMap((each) => {
    const found = tokenOf(each);
    return found === undefined ? [] : [{ ...found, top: topOf(each) }];
  });
}

const topOf = (each: unknown): TokenLogprob['top'] =>
  asList(asRecord(each)['top_logprobs']).flatMap((top) => tokenOf(top) ?? []);

function tokenOf(value: unknown): Omit<TokenLogprob, 'top'> | undefined {
  const { token: text, logprob: likely } = asRecord(value);
  const token = asText(text);
  const logprob = asNumber(likely);
  return token === undefined || logprob === undefined ? undefined : { token, logprob };
}

/** A vector that came as a list of numbers; `undefined` for anything else. */
export function asVector(value: unknown): Float32Array | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers: readonly unknown[] = value;
  return numbers.every((number) => typeof number === 'number') ? Float32Array.from(numbers) : undefined;
}

/** Vectors that came as a list of such lists; `undefined` for anything else. How many must be is core's to check. */
export function asVectors(value: unknown): readonly Float32Array[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const vectors = value.map(asVector);
  return vectors.every((vector) => vector !== undefined) ? vectors : undefined;
}
