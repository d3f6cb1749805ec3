import { systemClock } from '@majordomo/core';
import { atLeast, checkOptions, notify, type KindsOf } from '@majordomo/core/toolkit';
import { memoryRecords } from '@majordomo/records';
import type { Files, FilesOptions } from './contract.ts';
import { References } from './references.ts';
import { refer } from './refer.ts';
import { removeContents } from './remove.ts';
import { keepMsAt, type Setup } from './setup.ts';
import { Uploads } from './uploads.ts';

const DAY_MS = 86_400_000;
/** Maximum number of ids in the memory of the process. */
const MAX_REFERENCES = 1000;

const FILES_KINDS: KindsOf<FilesOptions> = {
  records: 'object with write',
  aboveBytes: atLeast(1),
  keepMs: atLeast(1),
  timeoutMs: atLeast(1),
  onEvent: 'function',
  clock: 'object with now',
};

/**
 * Creates the option `files` of `createMajordomo`: large media are uploaded once to each account and tenant, and later requests refer to
 * them. Throws `config` for invalid options.
 *
 * @example createMajordomo({ providers, files: createFiles({ records: stores.records }) });
 */
export function createFiles(options: FilesOptions = {}): Files {
  checkOptions('createFiles', options, FILES_KINDS);
  const { aboveBytes = 1_048_576, keepMs = DAY_MS, timeoutMs = 600_000, clock = systemClock } = options;
  const { records = memoryRecords({ clock, maxRecords: MAX_REFERENCES }), onEvent } = options;
  const setup: Setup = {
    references: new References(records, clock),
    uploads: new Uploads(),
    aboveBytes,
    keepMs,
    timeoutMs,
    clock,
    emit: (event) => {
      notify(onEvent, event);
    },
  };
  return {
    aboveBytes,
    retentionDays: (backend) => Math.ceil(keepMsAt(setup, backend) / DAY_MS),
    refer: (request, owner) => refer(request, owner, setup),
    remove: (targets, messages, { tenant } = {}) => removeContents(targets, messages, tenant, setup),
  };
}
