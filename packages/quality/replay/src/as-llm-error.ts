import { LlmError, messageOf } from '@majordomo/core';

/** Returns a thrown value as an `LlmError`. Other errors come from functions of the application. */
export const asLlmError = (cause: unknown): LlmError =>
  LlmError.is(cause) ? cause : new LlmError('config', messageOf(cause), {}, { cause });
