import { memoryCache } from '@majordomo/cache';
import { systemClock } from '@majordomo/core';
import { checkOptions, notify, type KindsOf } from '@majordomo/core/toolkit';
import type { Files, FilesOptions } from './contract.ts';
import { ReferenceStore } from './reference-store.ts';
import { refer } from './refer.ts';
import { removeContents } from './remove.ts';
import { keepMsAt, type Setup } from './setup.ts';
import { Uploads } from './uploads.ts';

const DAY_MS = 86_400_000;

const FILES_KINDS: KindsOf<FilesOptions> = {
  store: 'object with get',
  aboveBytes: 1,
  keepMs: 1,
  timeoutMs: 1,
  onEvent: 'function',
  clock: 'object with now',
};

/**
 * Creates the option `files` of `createMajordomo`: large media are uploaded once to each account and tenant, and later requests refer to
 * them. Throws `config` for invalid options.
 *
 * @example createMajordomo({ providers, files: createFiles({ store: stores.cache }) });
 */
export function createFiles(options: FilesOptions = {}): Files {
  checkOptions('createFiles', options, FILES_KINDS);
  const { aboveBytes = 1_048_576, keepMs = DAY_MS, timeoutMs = 600_000, clock = systemClock } = options;
  const { store = memoryCache({ clock }), onEvent } = options;
  const setup: Setup = {
    store: new ReferenceStore(store, clock),
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
