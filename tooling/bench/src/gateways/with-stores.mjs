import { createCallLog, createKeys } from '@majordomo/admin';
import { catalog } from '@majordomo/catalog';
import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { createLedger } from '@majordomo/ledger';
import { undiciFetch } from '@majordomo/undici';

/**
 * Runs the gateway like `majordomo serve --keys --store`: a key of the store authorizes a request, limits of calls and of dollars
 * reserve before the call, and the call log has an entry of each call.
 */
export async function listenWith({ records, ledger: store, calls }, dialect, origin) {
  const keys = createKeys({ records });
  const { secret } = await keys.create({
    name: 'bench',
    tenant: 'bench',
    limits: [
      { max: { calls: 1_000_000_000 }, per: 'minute' },
      { max: { usd: '1000000.00' }, per: 'day' },
    ],
  });
  const log = createCallLog({ store: calls });
  const ledger = createLedger({
    store,
    // Processes of the measurement compete for the cores, so a store may need longer than in operation.
    storeTimeoutMs: 10_000,
    catalog,
    tags: ['key'],
    limitsOf: keys.limitsOf,
    onRecord: log.onRecord,
  });
  const providers = [await dialect.provider(dialect.baseURL(origin))];
  const gateway = createGateway({
    majordomo: createMajordomo({ env: {}, providers, gates: [ledger.gate], fetch: undiciFetch() }),
    models: { [dialect.model]: `p/${dialect.model}` },
    authorize: keys.authorize,
    onEvent: log.onEvent,
    onRequest: log.onRequest,
  });
  const { url } = await serve(gateway, { port: 0 });
  return { url, key: secret };
}
