import { Worker } from 'node:worker_threads';

/** Subject of `fuzz`: valid inputs, and a parser that must handle mutations of them. */
export interface FuzzTarget {
  readonly samples: readonly Uint8Array[] | (() => Promise<readonly Uint8Array[]>);
  /** Outcome of the parser. A thrown error is a fault. */
  readonly parse: (bytes: Uint8Array) => string | Promise<string>;
}

/** Number of inputs by outcome. */
export interface FuzzReport {
  readonly ends: Readonly<Record<string, number>>;
}

export interface FuzzOptions {
  /** Number of inputs, which have the seeds 1, 2, … */
  readonly count: number;
  /** Maximum time for one input, in milliseconds. At the limit, the thread is ended and the seed is reported. `@default 30_000` */
  readonly stillMs?: number | undefined;
}

/**
 * Parses mutations of a module's samples in a separate thread, so that a parser that never ends fails the test and does not
 * block the test run. `url`: URL of the module, which exports a `FuzzTarget` as `target`. Rejects with the seed that failed.
 */
export async function fuzz(url: URL, { count, stillMs = 30_000 }: FuzzOptions): Promise<FuzzReport> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), {
    workerData: { url: url.href, count, progress },
  });
  const report = new Promise<FuzzReport>((resolve, reject) => {
    let lastSeed = 0;
    const watch = setInterval(() => {
      const seed = Atomics.load(progress, 0);
      if (seed !== 0 && seed === lastSeed) reject(new Error(`seed ${seed} of ${url.href} does not end`));
      lastSeed = seed;
    }, stillMs);
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      clearInterval(watch);
      reject(new Error(`the fuzzing of ${url.href} ended without a report`));
    });
  });
  try {
    return await report;
  } finally {
    await worker.terminate();
  }
}
