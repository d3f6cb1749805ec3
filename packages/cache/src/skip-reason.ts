import type { ChatResponse } from '@majordomo/core';

/** Why an answer is not kept; `undefined` for one that is: whole, finished, and with calls that can be run. */
export function skipReason({ finish, toolCalls, text }: ChatResponse): string | undefined {
  if (finish !== 'stop' && finish !== 'tool-calls') return `the answer is not whole (${finish})`;
  const invalid = toolCalls.find((call) => call.invalid !== undefined);
  if (invalid !== undefined) return `the arguments of ${invalid.name} are no JSON`;
  return text === '' && toolCalls.length === 0 ? 'the answer is empty' : undefined;
}
