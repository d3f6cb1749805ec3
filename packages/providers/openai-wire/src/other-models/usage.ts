import type { Usage } from '@majordomo/core';
import { asNumber, asRecord, UNKNOWN_USAGE } from '@majordomo/core/toolkit';

/** Returns the input tokens of a response; `undefined` if the response reports none. */
export function inputUsage(raw: unknown): Usage | undefined {
  const { prompt_tokens: prompt, total_tokens: total } = asRecord(raw);
  const input = asNumber(prompt) ?? asNumber(total);
  // Servers that do not count tokens report 0, so 0 means unknown.
  if (input === undefined || input === 0) return undefined;
  return { ...UNKNOWN_USAGE, input, output: 0 };
}

/** Returns usage that is billed in units other than tokens. */
export const unitUsage = (units: Readonly<Record<string, number>>): Usage => ({
  ...UNKNOWN_USAGE,
  details: { units },
});
