import type { Provider } from '@majordomo/core';
import { googleProvider, type GoogleOptions } from './provider.ts';

export type { GoogleOptions } from './provider.ts';
export type { GeminiQuirks, Thinking, ThinkingLevel } from './quirks.ts';

/**
 * Gemini models through the official SDK: the Gemini API with a key, or Vertex AI with `project` and `location`. The
 * key is the option, or `GOOGLE_API_KEY` or `GEMINI_API_KEY` of the environment that majordomo was given.
 *
 * @example createMajordomo({ providers: [createGoogle()], env: process.env }).model('google/gemini-3.8-flash')
 */
export function createGoogle(options: GoogleOptions = {}): Provider {
  return googleProvider(options);
}
