import { createAdmin, createCallLog, createKeys, type Keys } from '@majordomo/admin';
import { createMajordomo, type Env } from '@majordomo/core';
import { createGateway, type Gateway } from '@majordomo/gateway';
import { createInspector } from '@majordomo/inspector';
import { createLedger, type LedgerOptions } from '@majordomo/ledger';
import { sqliteStores } from '@majordomo/store-sqlite';
import { undiciFetch } from '@majordomo/undici';
import type { Backends } from './models.ts';

/** Budgets: of all teams together, and of each team. */
const LIMITS: LedgerOptions['limits'] = [
  { name: 'company', max: { usd: '500' }, per: 'month' },
  { name: 'team', max: { usd: '50' }, per: 'month', each: ['tenant'] },
];

/** Gateway with its keys. */
export interface TeamGateway {
  readonly gateway: Gateway;
  readonly keys: Keys;
  /** Writes the pending records, and closes the stores. */
  readonly close: () => Promise<void>;
}

/** Opens the gateway over the SQLite file in the variable `STORE`. With `ADMIN_TOKEN`, its page is at `/inspector`. */
export function openGateway({ providers, models }: Backends, env: Env): TeamGateway {
  const stores = sqliteStores(env['STORE'] || 'gateway.sqlite');
  const keys = createKeys({ records: stores.records });
  const calls = createCallLog({ store: stores.calls });
  const ledger = createLedger({
    store: stores.ledger,
    tags: ['key'],
    limits: LIMITS,
    limitsOf: (call) => keys.limitsOf(call),
    onRecord: calls.onRecord,
  });
  const majordomo = createMajordomo({ providers, gates: [ledger.gate], env, fetch: undiciFetch() });
  const token = env['ADMIN_TOKEN'] || undefined;
  const admin = createAdmin({ keys, calls, ledger, token });
  const inspector = createInspector({ majordomo, models, ledger, admin, token });
  const gateway = createGateway({
    majordomo,
    models,
    authorize: (request) => keys.authorize(request),
    mounts: token === undefined ? [] : [inspector, admin],
    onEvent: calls.onEvent,
    onRequest: calls.onRequest,
  });
  const close = async (): Promise<void> => {
    await Promise.all([calls.close(), ledger.flush(), keys.close()]);
    await stores.close();
  };
  return { gateway, keys, close };
}
