import { catalog as snapshot } from '@majordomo/catalog';
import { systemClock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { memoryRecords } from '@majordomo/records';
import { backgroundModel } from './job/background-model.ts';
import { checkBackgroundOptions, checkKey } from './check.ts';
import type { Background, BackgroundOptions } from './contract.ts';
import { chatJob } from './job/job.ts';
import { notifyJob } from './drive/notify.ts';
import { pollJobs } from './drive/poll.ts';
import { requireOperation, requireRecord, storeKey, type JobRecord } from './record/record.ts';
import type { Setup } from './setup.ts';
import { videoJob, videoModel } from './video/video-job.ts';

/** Time for which ended jobs are stored, in milliseconds: 7 days. */
const KEEP_MS = 604_800_000;

/**
 * Creates models whose calls are jobs: an answer or a video outlives the process that started it, and each process with the same store
 * can read it by its key. Throws `config` for invalid options.
 */
export function createBackground(options: BackgroundOptions): Background {
  checkBackgroundOptions(options);
  const { majordomo, onEvent, clock = systemClock, catalog = snapshot, keepMs = KEEP_MS } = options;
  const { ledger, live: isLive = true, records = memoryRecords({ clock }) } = options;
  const setup: Setup = {
    majordomo,
    records,
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
      // Throws for an invalid spec.
      majordomo.parse(spec);
      return backgroundModel(spec, setup);
    },
    videoModel(spec) {
      majordomo.parse(spec);
      return videoModel(spec, setup);
    },
    async open(key, { tenant } = {}) {
      const id = await idOf(key, tenant, undefined, setup);
      return chatJob(key, id, setup);
    },
    async openVideo(key, { tenant } = {}) {
      const id = await idOf(key, tenant, 'video', setup);
      return videoJob(key, id, setup);
    },
    poll: ({ signal } = {}) => pollJobs(setup, signal),
    notify: (vendorId) => notifyJob(vendorId, setup),
  };
}

/**
 * Returns the key of an existing job in the store. `operation` is `undefined` for a chat. Throws `not-found`, or
 * `invalid-request` for a job of another operation.
 */
async function idOf(
  key: string,
  tenant: string | undefined,
  operation: JobRecord['operation'],
  setup: Setup,
): Promise<string> {
  checkKey(key);
  const id = storeKey(key, tenant);
  const { record } = await requireRecord(id, setup);
  requireOperation(record, operation);
  return id;
}
