import type { LlmError, ModelRequest } from '@majordomo/core';

/** Whether the request continues the content of a failed attempt, which is then the end of the last assistant message. */
export function isContinuation({ messages }: ModelRequest, { details: { partial } }: LlmError): boolean {
  const shown = partial?.text.trimEnd() ?? '';
  if (shown === '') return false;
  return messages
    .slice(-2)
    .some(
      ({ role, parts }) =>
        role === 'assistant' && parts.some((part) => part.type === 'text' && part.text.endsWith(shown)),
    );
}
