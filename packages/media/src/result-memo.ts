/** Results by (bytes, limits), kept as long as the bytes live: a conversation's next turn costs nothing. */
export interface ResultMemo<T> {
  /**
   * The result for these bytes under this key. Callers that ask at once share one piece of work; it is aborted when
   * all of them have given up. What failed permanently fails again without work; what may go well next time is forgotten.
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
 * Bytes are told apart by identity: a transcript keeps its parts, and nobody may write into them. `isForGood`: would it
 * fail again with the same bytes?
 */
export function resultMemo<T>(isForGood: (error: unknown) => boolean): ResultMemo<T> {
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
        if (!isForGood(error) && works.get(key) === work) works.delete(key);
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
      return new Promise<T>((resolve, reject) => {
        const onAbort = (): void => {
          work.waiting -= 1;
          if (work.waiting === 0 && !work.settled) {
            works.delete(key);
            work.controller.abort(signal.reason);
          }
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        const done = (): void => {
          signal.removeEventListener('abort', onAbort);
        };
        work.result.then(resolve, reject).finally(done);
      });
    },
  };
}
