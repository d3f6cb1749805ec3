import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteStores } from '@majordomo/store-sqlite';
import { listenWith } from './with-stores.mjs';

/** The gateway with keys, a ledger and a call log in a new SQLite file. */
export function listen(dialect, origin) {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-bench-gateway-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return listenWith(sqliteStores(join(folder, 'gateway.db')), dialect, origin);
}
