import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Usage } from '@majordomo/core';

export const toSdkUsage = (usage: Usage | undefined): LanguageModelV4Usage => ({
  inputTokens: {
    total: usage?.input,
    noCache: remainder(usage?.input, (usage?.cacheRead ?? 0) + (usage?.cacheWrite ?? 0)),
    cacheRead: usage?.cacheRead,
    cacheWrite: usage?.cacheWrite,
  },
  outputTokens: {
    total: usage?.output,
    text: usage?.reasoning === undefined ? undefined : remainder(usage.output, usage.reasoning),
    reasoning: usage?.reasoning,
  },
});

/** Converts usage of the AI SDK to `Usage`. Returns `undefined` if the usage contains no counts. */
export function fromSdkUsage({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage | undefined {
  const usage: Usage = {
    input: inputTokens.total,
    output: outputTokens.total,
    cacheRead: inputTokens.cacheRead,
    cacheWrite: inputTokens.cacheWrite,
    reasoning: outputTokens.reasoning,
  };
  return Object.values(usage).every((tokens) => tokens === undefined) ? undefined : usage;
}

/** Returns the total minus the portion, but at least 0. Some vendors report a portion that is larger than the total. */
const remainder = (total: number | undefined, portion: number): number | undefined =>
  total === undefined ? undefined : Math.max(0, total - portion);
