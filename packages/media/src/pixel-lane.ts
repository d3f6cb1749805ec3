/** Lets so much work at pictures run at once, by their number and their pixels; first come, first served. */
export interface PixelLane {
  /** Rejects with the signal's reason while it waits; work that runs looks at the signal itself. */
  run<T>(pixels: number, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly pixels: number;
  readonly start: () => void;
}

/** A picture that alone has more than `maxPixels` runs alone. */
export function pixelLane(concurrency: number, maxPixels: number): PixelLane {
  const queue: Waiting[] = [];
  let running = 0;
  let inFlight = 0;

  const admit = (): void => {
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      if (running >= concurrency || (running > 0 && inFlight + head.pixels > maxPixels)) return;
      queue.shift();
      running += 1;
      inFlight += head.pixels;
      head.start();
    }
  };

  const turn = (pixels: number, signal: AbortSignal): Promise<void> =>
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
      const waiting: Waiting = { pixels, start };
      queue.push(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
      admit();
    });

  return {
    async run(pixels, signal, work) {
      signal.throwIfAborted();
      await turn(pixels, signal);
      try {
        return await work();
      } finally {
        running -= 1;
        inFlight -= pixels;
        admit();
      }
    },
  };
}
