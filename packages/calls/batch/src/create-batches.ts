import { catalog as snapshot } from '@majordomo/catalog';
import { systemClock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { memoryRecords } from '@majordomo/records';
import { tmpdir } from 'node:os';
import { checkBatchesOptions, checkJob } from './check.ts';
import type { Batches, BatchesOptions, BatchEvent } from './contract.ts';
import { batchJob } from './job/job.ts';
import type { Setup } from './setup.ts';
import { keysOf, requireRecord } from './record/leased-job.ts';
import { submitJob } from './job/submit.ts';

/** Returns an object that submits and opens the jobs of a store. Throws `config` for invalid options. */
export function createBatches(options: BatchesOptions): Batches {
  checkBatchesOptions(options);
  const { majordomo, ledger, onEvent, clock = systemClock, catalog = snapshot } = options;
  const { folder = tmpdir(), most = {}, records = memoryRecords({ clock }) } = options;
  const emit = (event: BatchEvent): void => {
    notify(onEvent, event);
  };
  const setup: Setup = { majordomo, records, ledger, folder, most, catalog, clock, emit };
  return {
    async submit(job) {
      checkJob(job);
      await submitJob(job, setup);
      return batchJob(job.key, setup);
    },
    async open(key) {
      await requireRecord(key, setup);
      return batchJob(key, setup);
    },
    keys: () => keysOf(setup),
    isInMemory: options.records === undefined,
  };
}
