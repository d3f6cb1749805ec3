import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { folder } from './folder.ts';

const THREADS = 4;
/** Number of files. With SOAK=1, as in the nightly run, 100. */
const ROUNDS = process.env['SOAK'] === undefined ? 5 : 100;
const at = folder();

it('several threads can open a new file at the same time', async () => {
  const paths = Array.from({ length: ROUNDS }, (_, round) => at(`${round}.db`));
  const arrivals = new Int32Array(new SharedArrayBuffer(4));
  const errors: unknown[] = [];
  await Promise.all(
    Array.from({ length: THREADS }, async () => {
      const thread = new Worker(new URL('opener-thread.ts', import.meta.url), {
        workerData: { paths, threads: THREADS, arrivals },
      });
      thread.on('message', (text) => errors.push(text));
      await once(thread, 'exit');
    }),
  );
  expect(errors).toEqual([]);
}, 120_000);
