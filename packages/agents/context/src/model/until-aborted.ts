import { LlmError } from '@majordomo/core';

/** Returns the result of the work. Throws `aborted` if the signal aborts first. */
export async function untilAborted<T>(
  work: () => T | Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return work();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(new LlmError('aborted', 'the caller aborted', {}, { cause: signal.reason }));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([aborted, signal.aborted ? aborted : Promise.resolve().then(work)]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
