import { parentPort, workerData } from 'node:worker_threads';
import type { FuzzReport, FuzzTarget } from './fuzz.ts';
import { mutated } from './mutations.ts';

interface Work {
  readonly url: string;
  readonly count: number;
  /** Current seed, which the parent thread reads. */
  readonly progress: Int32Array;
}

const { url, count, progress } = workerData as Work;
const { target } = (await import(url)) as { readonly target: FuzzTarget };
const samples = typeof target.samples === 'function' ? await target.samples() : target.samples;

const ends: Record<string, number> = {};
for (let seed = 1; seed <= count; seed++) {
  Atomics.store(progress, 0, seed);
  const input = mutated(samples[seed % samples.length] ?? new Uint8Array(), seed);
  try {
    const end = await target.parse(input);
    ends[end] = (ends[end] ?? 0) + 1;
  } catch (cause) {
    throw new Error(`seed ${seed} of ${url}: ${String(cause)}`, { cause });
  }
}
parentPort?.postMessage({ ends } satisfies FuzzReport);
