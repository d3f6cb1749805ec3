import type { RecordStore } from '@majordomo/records';
import { setTimeout } from 'node:timers/promises';

/** Two stores that share initially empty data, as stores of two processes do. */
export type Pair = readonly [mine: RecordStore, theirs: RecordStore];

/** Test case of a feature that stores its data as records. Each engine passes it. */
export interface FeatureCase {
  readonly name: string;
  run(stores: Pair): Promise<void>;
}

/** Waits at least two milliseconds, so that two saves get different times from the clock of a store. */
export async function nextMillisecond(): Promise<void> {
  const begin = Date.now();
  while (Date.now() < begin + 2) await setTimeout(1);
}

/** Names that a store could confuse, or store with other characters. */
export const UNUSUAL_NAMES: readonly string[] = [
  ['a', 'A', 'a ', 'ä', 'a/b', 'job/a', 'a:b', '{a}', '%', '_', "'", '"', '\\', '\\u0000', '\n', '😀'],
  ['\0', 'a\0b', '\uD800', '\uD801', 'x\uDC00', '\uFFFD', 'x'.repeat(200)],
].flat();
