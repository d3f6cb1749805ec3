import { LlmError, systemClock } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';

const POLL_INTERVAL_MS = 100;

/** Calls `query` until its result is not `undefined`, and returns the result. Rejects with `aborted` if the signal aborts. */
export async function poll<T>(
  signal: AbortSignal = new AbortController().signal,
  query: () => Promise<T | undefined>,
): Promise<T> {
  try {
    for (;;) {
      signal.throwIfAborted();
      const value = await abortable(query(), signal);
      if (value !== undefined) return value;
      await systemClock.sleep(POLL_INTERVAL_MS, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new LlmError('aborted', 'the signal aborted the wait', {}, { cause: signal.reason });
  }
}
