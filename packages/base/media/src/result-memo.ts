import { SharedWork } from '@majordomo/core/toolkit';

/** Cache of results by bytes and key. A result is cached while its bytes exist, because later turns contain them again. */
export interface ResultMemo<T> {
  /**
   * Returns the result for these bytes and this key. Concurrent callers share the work. The work is aborted when all of these
   * callers have aborted. A failure is cached only if it is permanent.
   */
  get(
    bytes: Uint8Array,
    key: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
}

/**
 * Returns a cache that identifies bytes by their array object. The caller must not change the bytes.
 *
 * @param isPermanent whether processing the same bytes would fail again with this error
 */
export function resultMemo<T>(isPermanent: (error: unknown) => boolean): ResultMemo<T> {
  const known = new WeakMap<Uint8Array, Map<string, SharedWork<T>>>();
  return {
    async get(bytes, key, signal, start) {
      signal.throwIfAborted();
      const works = known.get(bytes) ?? new Map<string, SharedWork<T>>();
      known.set(bytes, works);
      const running = works.get(key);
      if (running?.isAborted === false) return running.waitFor(signal);
      const work = new SharedWork(start);
      works.set(key, work);
      work.result.catch((error: unknown) => {
        if (!isPermanent(error) && works.get(key) === work) works.delete(key);
      });
      return work.waitFor(signal);
    },
  };
}
