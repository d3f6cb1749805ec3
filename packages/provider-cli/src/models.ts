import type { Capabilities } from '@majordomo/core';

/** Capabilities of all CLIs: text. A CLI runs its own tools and accepts none of the caller. */
export const CLI_CAPABILITIES: Capabilities = {
  tools: false,
  images: false,
  files: false,
  audio: false,
  output: 'instruct',
  prefill: false,
};

/** Model ids that mean the CLI's default. */
const UNNAMED: ReadonlySet<string> = new Set(['', 'default', 'unknown']);

/** Returns the model to request; `undefined` means the CLI's default. */
export const modelArgument = (modelId: string, slug: string): string | undefined =>
  UNNAMED.has(modelId) || modelId === slug ? undefined : modelId;
