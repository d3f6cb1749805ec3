import type { RemoteKeys } from '@majordomo/admin';
import { LlmError } from '@majordomo/core';
import { loadSettings } from '../config/settings.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { codeFor } from '../terminal/print-error.ts';
import { openStores, storeOf } from './open-stores.ts';

/** Location of the keys: a store, or a running gateway. */
export interface KeysPlace {
  readonly store?: string;
  readonly url?: string;
}

const WHY = 'majordomo keys';
const PATH = '/admin/v1';

/** Runs a function with the keys of a gateway or of a store. Throws `Stop` if the admin API refuses a request. */
export async function withKeys<T>(
  { url, store }: KeysPlace,
  io: Io,
  run: (keys: RemoteKeys) => Promise<T>,
): Promise<T> {
  const loaded = await loadPackage('@majordomo/admin', io.cwd, WHY);
  const { createAdmin, createKeys, remoteKeys } = loaded as typeof import('@majordomo/admin');
  try {
    if (url !== undefined) {
      const send: typeof fetch = (address, init) => fetch(address, { ...init, signal: io.signal });
      return await run(remoteKeys({ url: apiAt(url), token: tokenIn(io), fetch: send }));
    }
    const settings = await loadSettings(io);
    const { createLedger } = await import('@majordomo/ledger');
    await using stores = await openStores(storeOf(store, settings, io), settings, io, WHY);
    const { storeTimeoutMs } = stores;
    const admin = createAdmin({
      keys: createKeys({ store: stores.keys }),
      ledger: createLedger({ store: stores.ledger, storeTimeoutMs }),
    });
    const send: typeof fetch = (address, init) => admin.fetch(new Request(address, init), { admin: true });
    return await run(remoteKeys({ url: `http://localhost${PATH}`, token: 'unused', fetch: send }));
  } catch (error) {
    throw LlmError.is(error) ? new Stop(error.message, codeFor(error)) : error;
  }
}

function tokenIn({ env }: Io): string {
  const { MAJORDOMO_ADMIN_TOKEN: token = '' } = env;
  if (token === '') throw new Stop('--url needs the token of the admin API in MAJORDOMO_ADMIN_TOKEN');
  return token;
}

function apiAt(url: string): string {
  const base = URL.parse(url);
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new Stop('--url must be the address of a gateway, such as https://gateway.example');
  return base.pathname === '/' ? `${base.origin}${PATH}` : url;
}
