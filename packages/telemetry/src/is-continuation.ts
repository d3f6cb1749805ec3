import type { LlmError, ModelRequest } from '@majordomo/core';

/** Whether the request continues a failed attempt. Its last assistant message then ends with the text of the failed attempt. */
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
