import type { Admin, CallLog, Keys } from '@majordomo/admin';
import type { Ledger } from '@majordomo/ledger';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../io.ts';
import { openStores } from '../keys/open-stores.ts';
import { createConfiguredLedger } from '../ledger/open-ledger.ts';
import { loadPackage } from '../load-package.ts';
import { printable } from '../paint.ts';

/** Virtual keys, call log, ledger and admin API over one store. Disposing writes all pending records. */
export interface KeyGateway extends AsyncDisposable {
  readonly keys: Keys;
  readonly calls: CallLog;
  readonly ledger: Ledger;
  readonly admin: Admin;
  /** Resolves if the database answers. */
  ready(): Promise<unknown>;
}

/** Opens the store. `token`: token of the admin API. Throws `Stop` if the store cannot be opened. */
export async function openKeyGateway(
  store: string | undefined,
  token: string | undefined,
  settings: Settings,
  io: Io,
): Promise<KeyGateway> {
  const why = 'majordomo serve --keys';
  const loaded = await loadPackage('@majordomo/admin', io.cwd, why);
  const { createAdmin, createCallLog, createKeys } = loaded as typeof import('@majordomo/admin');
  const stores = await openStores(store, settings, io, why);
  const keys = createKeys({ store: stores.keys });
  const calls = createCallLog({
    store: stores.calls,
    onError: (error) => io.stderr.write(`call log: ${printable(error.message)}; calls are not affected\n`),
  });
  const options = {
    store: stores.ledger,
    storeTimeoutMs: stores.storeTimeoutMs,
    tags: ['key'],
    limitsOf: keys.limitsOf.bind(keys),
    onRecord: calls.onRecord,
  };
  const ledger = await createConfiguredLedger(options, settings, io);
  return {
    keys,
    calls,
    ledger,
    admin: createAdmin({ keys, calls, ledger, token }),
    ready: () => stores.ready(),
    async [Symbol.asyncDispose]() {
      await Promise.all([calls.close(), ledger.flush(), keys.close()]);
      await stores[Symbol.asyncDispose]();
    },
  };
}
