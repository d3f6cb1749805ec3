import { LlmError } from '@majordomo/core';

/** Whether a file or batch no longer exists. A deleted file has status 403, like a file of another account. */
export const isGoneOrForeign = (error: unknown): boolean =>
  LlmError.is(error) && (error.details.status === 404 || error.details.status === 403);
