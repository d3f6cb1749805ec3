import type { LlmError, ModelRequest } from '@majordomo/core';

/** Whether one of the request's last two messages contains the text of the failed attempt, which the model then continues. */
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
