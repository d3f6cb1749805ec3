import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { folder } from './folder.ts';

const THREADS = 4;
const ROUNDS = 100;
const at = folder();

it('a new file that several open at the same moment is the file of all of them', async () => {
  const paths = Array.from({ length: ROUNDS }, (_, round) => at(`${round}.db`));
  const come = new Int32Array(new SharedArrayBuffer(4));
  const said: unknown[] = [];
  await Promise.all(
    Array.from({ length: THREADS }, async () => {
      const thread = new Worker(new URL('opener-thread.ts', import.meta.url), {
        workerData: { paths, threads: THREADS, come },
      });
      thread.on('message', (text) => said.push(text));
      await once(thread, 'exit');
    }),
  );
  expect(said).toEqual([]);
}, 120_000);
