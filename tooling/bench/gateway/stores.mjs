import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@majordomo/services';
import { postgresStores } from '@majordomo/store-postgres';
import { sqliteStores } from '@majordomo/store-sqlite';
import pg from 'pg';

/** Returns stores in a temporary file and in a PostgreSQL server on 127.0.0.1. */
export async function openStores() {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-bench-'));
  const sqlite = sqliteStores(join(folder, 'bench.db'));
  const server = await startPostgres({ fsync: true });
  const client = new pg.Pool({ connectionString: server.url });
  // The server ends the idle connections when it stops.
  client.on('error', () => undefined);
  const postgres = postgresStores({ client, timeoutMs: 10_000 });
  await postgres.ready();
  return {
    sqlite,
    postgres,
    async [Symbol.asyncDispose]() {
      await postgres.close();
      await client.end();
      await server.stop();
      await sqlite.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
