import type { RemoteKeys } from '@majordomo/admin';
import { LlmError } from '@majordomo/core';
import { loadSettings } from '../config/settings.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { codeFor } from '../terminal/print-error.ts';
import { openStores, storeOf } from './open-stores.ts';
import { API_PATH, remoteOptions } from './remote-api.ts';

/** Location of the keys: a store, or a running gateway. */
export interface KeysPlace {
  readonly store?: string;
  readonly url?: string;
}

const WHY = 'majordomo keys';

/** Runs a function with the keys of a gateway or of a store. Throws `Stop` if the admin API refuses a request. */
export async function withKeys<T>(
  { url, store }: KeysPlace,
  io: Io,
  run: (keys: RemoteKeys) => Promise<T>,
): Promise<T> {
  const loaded = await loadPackage('@majordomo/admin', io.cwd, WHY);
  const { createAdmin, createKeys, remoteKeys } = loaded as typeof import('@majordomo/admin');
  try {
    if (url !== undefined) return await run(remoteKeys(remoteOptions(url, io)));
    const settings = await loadSettings(io);
    const { createLedger } = await import('@majordomo/ledger');
    await using stores = await openStores(storeOf(store, settings, io), settings, io, WHY);
    const { storeTimeoutMs } = stores;
    const admin = createAdmin({
      keys: createKeys({ records: stores.records }),
      ledger: createLedger({ store: stores.ledger, storeTimeoutMs }),
    });
    // Calls the admin API in this process, so that a store and a gateway behave alike. `admin: true` replaces the check of the token.
    const send: typeof fetch = (address, init) => admin.fetch(new Request(address, init), { admin: true });
    return await run(remoteKeys({ url: `http://localhost${API_PATH}`, token: 'unused', fetch: send }));
  } catch (error) {
    throw LlmError.is(error) ? new Stop(error.message, codeFor(error)) : error;
  }
}
