import { LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';

/** Returns the result of the work. Throws `aborted` if the signal aborts first. */
export async function untilAborted<T>(
  work: () => T | Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return work();
  try {
    signal.throwIfAborted();
    return await abortable(Promise.resolve().then(work), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new LlmError('aborted', 'the caller aborted', {}, { cause: signal.reason });
  }
}
