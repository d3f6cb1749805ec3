import { abortable } from '@majordomo/core/toolkit';

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

interface Work<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
  settled: boolean;
}

/**
 * Returns a cache that identifies bytes by their array object. The caller must not change the bytes.
 *
 * @param isPermanent whether processing the same bytes would fail again with this error
 */
export function resultMemo<T>(isPermanent: (error: unknown) => boolean): ResultMemo<T> {
  const known = new WeakMap<Uint8Array, Map<string, Work<T>>>();

  const begin = (
    works: Map<string, Work<T>>,
    key: string,
    start: (signal: AbortSignal) => Promise<T>,
  ): Work<T> => {
    const controller = new AbortController();
    const result = start(controller.signal);
    const work: Work<T> = { result, controller, waiting: 0, settled: false };
    result.then(
      () => {
        work.settled = true;
      },
      (error: unknown) => {
        work.settled = true;
        if (!isPermanent(error) && works.get(key) === work) works.delete(key);
      },
    );
    works.set(key, work);
    return work;
  };

  return {
    async get(bytes, key, signal, start) {
      signal.throwIfAborted();
      const works = known.get(bytes) ?? new Map<string, Work<T>>();
      known.set(bytes, works);
      const work = works.get(key) ?? begin(works, key, start);
      work.waiting += 1;
      try {
        return await abortable(work.result, signal);
      } finally {
        work.waiting -= 1;
        if (work.waiting === 0 && !work.settled) {
          works.delete(key);
          work.controller.abort(signal.reason);
        }
      }
    },
  };
}
