import { Client, Pool } from 'pg';
import postgres from 'postgres';
import type { Value } from '../../src/client/client.ts';
import type { PostgresClient } from '../../src/index.ts';

/** Client, created as an application does. */
export interface AppClient {
  readonly client: PostgresClient;
  query(text: string, values?: readonly Value[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<unknown>;
}

/** Names of the client libraries. */
export type Kind = 'pg' | 'postgres';

/** Client libraries with a pool of ten connections. */
export const clients: Readonly<Record<Kind, (url: string) => AppClient>> = {
  pg: (url) => {
    const pool = new Pool({ connectionString: url });
    pool.on('error', () => undefined);
    return {
      client: pool,
      query: async (text, values) =>
        (await pool.query(text, values as Value[])).rows as Readonly<Record<string, unknown>>[],
      close: () => pool.end(),
    };
  },
  postgres: (url) => {
    const sql = postgres(url, { onnotice: () => undefined });
    return {
      client: sql,
      query: (text, values) => sql.unsafe(text, values as Value[]),
      close: () => sql.end({ timeout: 0 }),
    };
  },
};

export const KINDS: readonly Kind[] = ['pg', 'postgres'];

/** Session for notifications, created as an application does. */
export const listeners: Readonly<Record<Kind, (url: string) => Promise<Omit<AppClient, 'query'>>>> = {
  pg: async (url) => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    return { client, close: () => client.end() };
  },
  postgres: (url) => {
    const sql = postgres(url, { max: 1 });
    return Promise.resolve({ client: sql, close: () => sql.end({ timeout: 0 }) });
  },
};
