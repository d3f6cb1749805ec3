import { catalog as snapshot } from '@majordomo/catalog';
import { systemClock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { backgroundModel } from './background-model.ts';
import { checkBackgroundOptions, checkKey } from './check.ts';
import type { Background, BackgroundOptions } from './contract.ts';
import { chatJob } from './job.ts';
import { memoryJobStore } from './memory-store.ts';
import { notifyJob } from './notify.ts';
import { pollJobs } from './poll.ts';
import { requireRecord, storeKey } from './record.ts';
import type { Setup } from './setup.ts';

/** Time for which ended jobs are stored, in milliseconds. */
const KEEP_MS = 604_800_000;

/**
 * Creates chat models whose calls are jobs: an answer outlives the process that started it, and each process with the same store can
 * read it by its key. Throws `config` for invalid options.
 */
export function createBackground(options: BackgroundOptions): Background {
  checkBackgroundOptions(options);
  const { majordomo, onEvent, clock = systemClock, catalog = snapshot, keepMs = KEEP_MS } = options;
  const { ledger, live: isLive = true } = options;
  const { store = memoryJobStore({ clock }) } = options;
  const setup: Setup = {
    majordomo,
    store,
    keepMs,
    ledger,
    isLive,
    catalog,
    clock,
    emit: (event) => {
      notify(onEvent, event);
    },
    drivers: new Map(),
  };
  return {
    model(spec) {
      majordomo.parse(spec);
      return backgroundModel(spec, setup);
    },
    async open(key, { tenant } = {}) {
      checkKey(key);
      const id = storeKey(key, tenant);
      await requireRecord(id, setup);
      return chatJob(key, id, setup);
    },
    poll: ({ signal } = {}) => pollJobs(setup, signal),
    notify: (vendorId) => notifyJob(vendorId, setup),
  };
}
