import { createAdmin, createCallLog, createKeys, type CallLog, type Keys } from '@majordomo/admin';
import { createMajordomo, type Env, type Provider } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { createInspector } from '@majordomo/inspector';
import { createLedger, type LedgerOptions } from '@majordomo/ledger';
import { postgresStores } from '@majordomo/store-postgres';
import { sqliteStores } from '@majordomo/store-sqlite';
import postgres from 'postgres';

/** Gateway of a company. Disposal waits for running responses and writes the pending log entries and records. */
export interface CompanyGateway extends AsyncDisposable {
  readonly url: string;
  readonly keys: Keys;
  readonly calls: CallLog;
}

/** Maximum time for one operation of a store, in milliseconds. */
const STORE_TIMEOUT_MS = 5000;

/** Opens the stores in the file or the `postgres://` database that `STORE` names. */
function openStores({ STORE: store = 'gateway.sqlite' }: Env) {
  if (!store.startsWith('postgres://')) return sqliteStores(store);
  const client = postgres(store);
  const listener = postgres(store, { max: 1 });
  const stores = postgresStores({ client, listener, timeoutMs: STORE_TIMEOUT_MS });
  const close = async () => void (await Promise.all([stores.close(), client.end(), listener.end()]));
  return { ...stores, close };
}

/** Serves `models` to all teams: each key has limits, all teams share the company's budget, and the page is at `/inspector`. */
export async function companyGateway(
  providers: readonly Provider[],
  models: Readonly<Record<string, string>>,
  { env, port = 4141, catalog }: { env: Env; port?: number; catalog?: LedgerOptions['catalog'] },
): Promise<CompanyGateway> {
  const stores = openStores(env);
  const keys = createKeys({ records: stores.records });
  const calls = createCallLog({ store: stores.calls });
  const ledger = createLedger({
    store: stores.ledger,
    storeTimeoutMs: STORE_TIMEOUT_MS,
    tags: ['key'],
    limits: [
      { name: 'company', max: { usd: '5000' }, per: 'month' },
      { name: 'team', max: { usd: '500' }, per: 'month', each: ['tenant'] },
    ],
    limitsOf: (call) => keys.limitsOf(call),
    onRecord: calls.onRecord,
    catalog,
  });
  const majordomo = createMajordomo({ providers, gates: [ledger.gate], env });
  const token = env['ADMIN_TOKEN'];
  const admin = createAdmin({ keys, calls, ledger, token });
  const gateway = createGateway({
    majordomo,
    models,
    authorize: (request) => keys.authorize(request),
    mounts: [createInspector({ majordomo, models, ledger, admin, token }), admin],
    metrics: 'admin',
    onEvent: calls.onEvent,
    onRequest: calls.onRequest,
  });
  const served = await serve(gateway, { port });
  const end = async () => {
    await served.close();
    await Promise.all([calls.close(), ledger.flush(), keys.close()]);
    await stores.close();
  };
  return { url: served.url, keys, calls, [Symbol.asyncDispose]: end };
}
