// Opens one new file a round, at the same moment as the other threads.
import { parentPort, workerData } from 'node:worker_threads';
import { sqliteStores } from '../src/index.ts';

interface Given {
  readonly paths: readonly string[];
  readonly threads: number;
  /** How many have come to a round so far. */
  readonly come: Int32Array;
}

const { paths, threads, come } = workerData as Given;
for (const [round, path] of paths.entries()) {
  Atomics.add(come, 0, 1);
  while (Atomics.load(come, 0) < threads * (round + 1));
  try {
    await sqliteStores(path)[Symbol.asyncDispose]();
  } catch (error) {
    parentPort?.postMessage(String(error));
  }
}
