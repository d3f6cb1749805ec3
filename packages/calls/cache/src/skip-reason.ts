import type { ChatResponse } from '@majordomo/core';

/** Returns the reason why a response cannot be stored, or `undefined` if it can be stored. */
export function skipReason({ finish, toolCalls, text }: ChatResponse): string | undefined {
  if (finish !== 'stop' && finish !== 'tool-calls') return `the response is incomplete (${finish})`;
  const invalid = toolCalls.find((call) => call.invalid !== undefined);
  if (invalid !== undefined) return `the arguments of ${invalid.name} are not JSON`;
  const ofProgram = toolCalls.find(({ programId }) => programId !== undefined);
  if (ofProgram !== undefined) return `a program of the vendor waits for the result of ${ofProgram.name}`;
  return text === '' && toolCalls.length === 0 ? 'the response is empty' : undefined;
}
