import { catalog as snapshot } from '@majordomo/catalog';
import { LlmError, systemClock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { tmpdir } from 'node:os';
import { checkBatchesOptions, checkJob } from './check.ts';
import type { Batches, BatchesOptions, BatchEvent } from './contract.ts';
import { batchJob } from './job.ts';
import { isMemoryStore, memoryBatchStore } from './memory-store.ts';
import type { Setup } from './setup.ts';
import { submitJob } from './submit.ts';

/** Returns an object that submits and opens the jobs of a store. Throws `config` for invalid options. */
export function createBatches(options: BatchesOptions): Batches {
  checkBatchesOptions(options);
  const { majordomo, ledger, onEvent, clock = systemClock, catalog = snapshot } = options;
  const { folder = tmpdir(), most = {}, store = memoryBatchStore({ clock }) } = options;
  const emit = (event: BatchEvent): void => {
    notify(onEvent, event);
  };
  const setup: Setup = { majordomo, store, ledger, folder, most, catalog, clock, emit };
  return {
    async submit(job) {
      checkJob(job);
      await submitJob(job, setup);
      return batchJob(job.key, setup);
    },
    async open(key) {
      if ((await store.load(key)) === undefined)
        throw new LlmError('not-found', `the store has no job "${key}"`, { path: 'key' });
      return batchJob(key, setup);
    },
    keys: () => store.keys(),
    isInMemory: isMemoryStore(store),
  };
}
