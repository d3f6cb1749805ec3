/** Limits the number and the memory of concurrent tasks. Tasks start in the order of their arrival. */
export interface MemoryLane {
  /** Runs a task as soon as the limits permit. Rejects with the signal's reason if the signal aborts while the task waits. */
  run<T>(bytes: number, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
}

/** Returns a lane for at most `concurrency` tasks at a time. A task that needs more than `maxBytes` runs alone. */
export function memoryLane(concurrency: number, maxBytes: number): MemoryLane {
  const queue: Waiting[] = [];
  let running = 0;
  /** Memory of the running tasks, in bytes. */
  let inFlight = 0;

  const admit = (): void => {
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      if (running >= concurrency || (running > 0 && inFlight + head.bytes > maxBytes)) return;
      queue.shift();
      running += 1;
      inFlight += head.bytes;
      head.start();
    }
  };

  const turn = (bytes: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(signal.reason as Error);
        admit();
      };
      const start = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const waiting: Waiting = { bytes, start };
      queue.push(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
      admit();
    });

  return {
    async run(bytes, signal, work) {
      signal.throwIfAborted();
      await turn(bytes, signal);
      try {
        return await work();
      } finally {
        running -= 1;
        inFlight -= bytes;
        admit();
      }
    },
  };
}
