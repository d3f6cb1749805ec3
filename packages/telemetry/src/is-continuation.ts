import type { LlmError, ModelRequest } from '@majordomo/core';

/** Is this request to continue from what the failed attempt had shown? Then that stands at the end of it, as the model's words. */
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
