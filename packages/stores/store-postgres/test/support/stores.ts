import { startPostgres, type Postgres } from '@majordomo/services';
import { afterAll, beforeAll } from 'vitest';
import {
  postgresStores,
  type PostgresClient,
  type PostgresOptions,
  type PostgresStores,
} from '../../src/index.ts';
import { clients, listeners, type AppClient, type Kind } from './clients.ts';

/** One server for a group of tests, with one client per library and a separate schema for each stores object. */
export function onPostgres(): {
  readonly server: () => Postgres;
  readonly client: (kind?: Kind) => AppClient;
  /** Opens a session that is closed after the tests. */
  readonly listener: (kind: Kind) => Promise<PostgresClient>;
  readonly stores: (options?: Partial<PostgresOptions>, kind?: Kind) => PostgresStores;
  /** Creates the stores of two processes over one empty schema. */
  readonly pair: (kind?: Kind) => readonly [first: PostgresStores, second: PostgresStores];
} {
  let server: Postgres | undefined;
  const open = new Map<Kind, AppClient>();
  const sessions: Omit<AppClient, 'query'>[] = [];
  let schemas = 0;
  const running = (): Postgres => {
    if (server === undefined) throw new Error('PostgreSQL is started before the tests');
    return server;
  };
  const client = (kind: Kind = 'pg'): AppClient => {
    const appClient = open.get(kind) ?? clients[kind](running().url);
    open.set(kind, appClient);
    return appClient;
  };
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await Promise.all([...open.values(), ...sessions].map(({ close }) => close()));
    await server?.stop();
    // The server writes its tables to the disk before it ends.
  }, 60_000);
  const stores = (options?: Partial<PostgresOptions>, kind?: Kind): PostgresStores =>
    postgresStores({
      client: client(kind).client,
      schema: `test_${schemas++}`,
      timeoutMs: 20_000,
      ...options,
    });
  return {
    server: running,
    client,
    async listener(kind) {
      const session = await listeners[kind](running().url);
      sessions.push(session);
      return session.client;
    },
    stores,
    pair(kind) {
      const schema = `test_${schemas++}`;
      return [stores({ schema }, kind), stores({ schema }, kind)];
    },
  };
}
