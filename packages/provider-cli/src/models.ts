import type { Capabilities } from '@majordomo/core';

/** What every CLI can take: text. It has tools of its own, runs them itself, and knows none of the caller's. */
export const CLI_CAPABILITIES: Capabilities = {
  tools: false,
  images: false,
  files: false,
  audio: false,
  output: 'instruct',
  prefill: false,
};

/** Model parts of a target that mean "whatever the CLI is set to". */
const UNNAMED: ReadonlySet<string> = new Set(['', 'default', 'unknown']);

/** The model to ask the CLI for; `undefined` leaves the choice to it. */
export const modelArgument = (modelId: string, slug: string): string | undefined =>
  UNNAMED.has(modelId) || modelId === slug ? undefined : modelId;
