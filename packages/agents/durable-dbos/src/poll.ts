import { LlmError } from '@majordomo/core';

const POLL_INTERVAL_MS = 100;

/** Calls `query` until its result is not `undefined`, and returns the result. Rejects with `aborted` if the signal aborts. */
export async function poll<T>(
  signal: AbortSignal | undefined,
  query: () => Promise<T | undefined>,
): Promise<T> {
  const { aborted, close } = rejectOnAbort(signal);
  try {
    for (;;) {
      const value = await Promise.race([aborted, query()]);
      if (value !== undefined) return value;
      await Promise.race([aborted, new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))]);
    }
  } finally {
    close();
  }
}

/** Returns a promise that rejects when the signal aborts, and a function that removes the listener from the signal. */
function rejectOnAbort(signal: AbortSignal | undefined): {
  readonly aborted: Promise<never>;
  readonly close: () => void;
} {
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(new LlmError('aborted', 'the signal aborted the wait', {}, { cause: signal?.reason }));
    };
  });
  // Handle the rejection here, because otherwise an abort between two races is reported as unhandled.
  aborted.catch(() => undefined);
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return { aborted, close: () => signal?.removeEventListener('abort', abort) };
}
