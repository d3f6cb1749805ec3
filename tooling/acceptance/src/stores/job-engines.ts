import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '@majordomo/core';
import type { LedgerStore } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import { startPostgres, startRedis } from '@majordomo/services';
import { postgresStores } from '@majordomo/store-postgres';
import { redisStores } from '@majordomo/store-redis';
import { sqliteStores } from '@majordomo/store-sqlite';
import { Redis } from 'ioredis';
import pg from 'pg';

export const ENGINES = ['sqlite', 'redis', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

/** Data of one test, which several processes can open. */
export interface Place {
  readonly engine: Engine;
  /** Folder of files, or URL of the server. */
  readonly address: string;
  /** File, prefix or schema. Lower-case letters, digits and underscores. */
  readonly name: string;
}

/** Open stores of one process. */
export interface OpenStores extends AsyncDisposable {
  readonly ledger: LedgerStore;
  readonly records: RecordStore;
}

/** Server of an engine, or a folder for its files. */
export interface EngineServer {
  readonly address: string;
  stop(): Promise<void>;
}

export async function startEngine(engine: Engine): Promise<EngineServer> {
  if (engine === 'sqlite') {
    const address = mkdtempSync(join(tmpdir(), 'majordomo-jobs-'));
    return {
      address,
      stop: async () => {
        rmSync(address, { recursive: true });
      },
    };
  }
  const server = await (engine === 'redis' ? startRedis() : startPostgres());
  return { address: server.url, stop: () => server.stop() };
}

/** Opens the stores of a place. The clock applies only to SQLite, because servers use their own. */
export function openStores({ engine, address, name }: Place, clock: Clock = systemClock): OpenStores {
  if (engine === 'sqlite') return sqliteStores(join(address, `${name}.db`), { clock });
  if (engine === 'redis') {
    const client = new Redis(address);
    const { ledger, records } = redisStores({ client, prefix: name, timeoutMs: 30_000 });
    return { ledger, records, [Symbol.asyncDispose]: async () => client.disconnect() };
  }
  const client = new pg.Pool({ connectionString: address });
  // A stopped server ends idle connections.
  client.on('error', () => undefined);
  const { ledger, records } = postgresStores({ client, schema: name, timeoutMs: 30_000 });
  return { ledger, records, [Symbol.asyncDispose]: () => client.end() };
}
