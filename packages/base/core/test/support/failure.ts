import { LlmError } from '../../src/index.ts';

/** Returns the LlmError with which the promise rejects. */
export async function failure(promise: Promise<unknown>): Promise<LlmError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!LlmError.is(error)) throw new Error(`expected an LlmError, got ${String(error)}`);
  return error;
}
