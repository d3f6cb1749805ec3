// Opens one new file per round at the same time as the other threads.
import { parentPort, workerData } from 'node:worker_threads';
import { sqliteStores } from '../src/index.ts';

interface ThreadData {
  readonly paths: readonly string[];
  readonly threads: number;
  /** Number of threads that have reached a round, summed over all rounds. */
  readonly arrivals: Int32Array;
}

const { paths, threads, arrivals } = workerData as ThreadData;
for (const [round, path] of paths.entries()) {
  Atomics.add(arrivals, 0, 1);
  while (Atomics.load(arrivals, 0) < threads * (round + 1));
  try {
    await sqliteStores(path)[Symbol.asyncDispose]();
  } catch (error) {
    parentPort?.postMessage(String(error));
  }
}
