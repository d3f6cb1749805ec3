import { postgresStores } from '@majordomo/store-postgres';
import pg from 'pg';
import { listenWith } from './with-stores.mjs';

/** The gateway with keys, a ledger and a call log in the PostgreSQL database at `storeUrl`. */
export async function listen(dialect, origin, storeUrl) {
  const client = new pg.Pool({ connectionString: storeUrl });
  // The server ends the connections when it stops.
  client.on('error', () => undefined);
  const stores = postgresStores({ client, timeoutMs: 10_000 });
  await stores.ready();
  return listenWith(stores, dialect, origin);
}
