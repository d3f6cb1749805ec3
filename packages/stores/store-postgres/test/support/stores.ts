import { startPostgres } from '@majordomo/services';
import { afterAll, beforeAll, inject } from 'vitest';
import {
  postgresStores,
  type PostgresClient,
  type PostgresOptions,
  type PostgresStores,
} from '../../src/index.ts';
import { clients, listeners, type AppClient, type Kind } from './clients.ts';

/** Number of databases that this process has created. */
let databases = 0;

/** One database for a group of tests, with one client per library and a separate schema for each stores object. */
export function onPostgres(): {
  /** Address of the database. */
  readonly url: () => string;
  readonly client: (kind?: Kind) => AppClient;
  /** Opens a session that is closed after the tests. */
  readonly listener: (kind: Kind) => Promise<PostgresClient>;
  readonly stores: (options?: Partial<PostgresOptions>, kind?: Kind) => PostgresStores;
  /** Creates the stores of two processes over one empty schema. */
  readonly pair: (kind?: Kind) => readonly [first: PostgresStores, second: PostgresStores];
  /** Returns the name of the schema of a library for many cases, and deletes the rows of the previous case. */
  readonly emptySchema: (kind: Kind) => Promise<string>;
} {
  let database: Database | undefined;
  const open = new Map<Kind, AppClient>();
  const sessions: Omit<AppClient, 'query'>[] = [];
  let schemas = 0;
  const url = (): string => {
    if (database === undefined) throw new Error('the database is created before the tests');
    return database.url;
  };
  const client = (kind: Kind = 'pg'): AppClient => {
    const appClient = open.get(kind) ?? clients[kind](url());
    open.set(kind, appClient);
    return appClient;
  };
  beforeAll(async () => {
    database = await createDatabase();
  }, 60_000);
  afterAll(async () => {
    await Promise.all([...open.values(), ...sessions].map(({ close }) => close()));
    await database?.stop();
  }, 60_000);
  const stores = (options?: Partial<PostgresOptions>, kind?: Kind): PostgresStores =>
    postgresStores({
      client: client(kind).client,
      schema: `test_${schemas++}`,
      timeoutMs: 20_000,
      ...options,
    });
  return {
    url,
    client,
    async listener(kind) {
      const session = await listeners[kind](url());
      sessions.push(session);
      return session.client;
    },
    stores,
    pair(kind) {
      const schema = `test_${schemas++}`;
      return [stores({ schema }, kind), stores({ schema }, kind)];
    },
    async emptySchema(kind) {
      const schema = `cases_${kind}`;
      await client(kind).query(deleteRowsSql(schema));
      return schema;
    },
  };
}

/** Returns SQL that deletes all rows of a schema except the version of its tables. A missing schema has none. */
const deleteRowsSql = (schema: string): string => `
DO $do$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = '${schema}' AND tablename <> 'meta'
  LOOP EXECUTE format('DELETE FROM %I.%I', '${schema}', name); END LOOP;
END $do$`;

interface Database {
  readonly url: string;
  stop(): Promise<void>;
}

/** Creates a database on the server of the project, or on a new server if the project has none, as in a mutation run. */
async function createDatabase(): Promise<Database> {
  const shared = inject('postgresUrl');
  if (shared === undefined) return startPostgres();
  const url = new URL(shared);
  url.pathname = `test_${process.pid}_${databases++}`;
  const { query, close } = clients.pg(shared);
  await query(`CREATE DATABASE ${url.pathname.slice(1)}`);
  await close();
  // The server removes its databases when it stops.
  return { url: url.href, stop: () => Promise.resolve() };
}
