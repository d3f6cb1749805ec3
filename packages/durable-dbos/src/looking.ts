import { LlmError } from '@majordomo/core';

const EVERY_MS = 100;

/** Looks again and again until there is something. With the signal the looking ends as well: `aborted`, at once. */
export async function looking<T>(
  signal: AbortSignal | undefined,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const { aborted, close } = abortOf(signal);
  try {
    for (;;) {
      const seen = await Promise.race([aborted, look()]);
      if (seen !== undefined) return seen;
      await Promise.race([aborted, new Promise((resolve) => setTimeout(resolve, EVERY_MS))]);
    }
  } finally {
    close();
  }
}

/** Rejects when the signal aborts. */
function abortOf(signal: AbortSignal | undefined): {
  readonly aborted: Promise<never>;
  readonly close: () => void;
} {
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(new LlmError('aborted', 'nobody waits any more', {}, { cause: signal?.reason }));
    };
  });
  // Whoever looks gets it; one that comes between two looks has failed nobody.
  aborted.catch(() => undefined);
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return { aborted, close: () => signal?.removeEventListener('abort', abort) };
}
