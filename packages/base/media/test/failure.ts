import { LlmError } from '@majordomo/core';

/** Returns the LlmError with which the work rejects. */
export async function failure(work: Promise<unknown>): Promise<LlmError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!LlmError.is(error)) throw new Error(`expected an LlmError, not ${String(error)}`);
  return error;
}
