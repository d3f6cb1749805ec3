import type { MajordomoOptions } from '@majordomo/core';
import { logprobsBackend } from './logprobs.ts';
import { statedBackend } from './stated.ts';

/**
 * Returns the emulation of classification for chat models. With log probabilities, each question is a chat request for one label
 * token, at most 8 at a time. A model that reports no log probabilities is remembered and skipped. With stated probabilities, one
 * chat request asks for numbers of all questions as JSON.
 *
 * @example createMajordomo({ providers: [openaiCompatible(groq)], classification: emulateClassification() })
 */
export function emulateClassification(): NonNullable<MajordomoOptions['classification']> {
  return (model, basis) => (basis === 'logprobs' ? logprobsBackend(model) : statedBackend(model));
}
