import type { Capabilities } from '@majordomo/core';

/** Capabilities of all CLIs, which accept only text. A CLI runs its own tools and does not accept the caller's tools. */
export const CLI_CAPABILITIES: Capabilities = {
  tools: false,
  images: false,
  files: false,
  audio: false,
  output: 'instruct',
  prefill: false,
};

/** Model ids that select the CLI's default model. */
const UNNAMED: ReadonlySet<string> = new Set(['', 'default', 'unknown']);

/** Returns the model argument; `undefined` if `modelId` selects the CLI's default model or equals `slug`. */
export const modelArgument = (modelId: string, slug: string): string | undefined =>
  UNNAMED.has(modelId) || modelId === slug ? undefined : modelId;
