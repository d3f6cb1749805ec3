import { LlmError } from '@majordomo/core';

/**
 * Client that the application creates and closes: a `Pool` of `pg` 8, or the result of `postgres()` of `postgres` 3.
 */
export type PostgresClient = object;

/** Row of a result. All columns are selected as text, because applications can configure how a client parses other types. */
export type Row = Readonly<Record<string, string | null | undefined>>;

/** Parameter of a query. Sent as text, so that every client sends the same bytes. The SQL converts it, such as `$1::text::int`. */
export type Value = string | null;

/**
 * Function that runs one statement, or several statements without values in one transaction. `postgres` sends further statements of any
 * caller while a statement without values is not answered, for which PgBouncer may use another connection to the server, so that they are
 * never answered. So only the migration has no values.
 */
export type Query = (text: string, values?: readonly Value[]) => Promise<readonly Row[]>;

/** Members of a client of `pg` that this package uses. */
export interface PgClient {
  query(text: string, values?: readonly Value[]): Promise<{ readonly rows: readonly Row[] }>;
  on(event: string, listener: (...values: never[]) => void): unknown;
  off(event: string, listener: (...values: never[]) => void): unknown;
}

/** Members of a client of `postgres` that this package uses. */
export interface PostgresJs {
  unsafe(text: string, values?: readonly Value[]): Promise<readonly Row[]>;
  listen(
    channel: string,
    onMessage: (payload: string) => void,
    onListen: () => void,
  ): Promise<{ readonly unlisten: () => Promise<unknown> }>;
}

export const isPostgresJs = (client: PostgresClient): client is PostgresJs =>
  'unsafe' in client &&
  typeof client.unsafe === 'function' &&
  'listen' in client &&
  typeof client.listen === 'function';

export const isPg = (client: object): client is PgClient =>
  'query' in client &&
  typeof client.query === 'function' &&
  'on' in client &&
  typeof client.on === 'function';

/** Returns the query function of a client. Throws `config` if the object is not a supported client. */
export function queryOf(client: PostgresClient): Query {
  if (isPostgresJs(client)) return async (text, values) => client.unsafe(text, values);
  if (isPg(client)) return async (text, values) => (await client.query(text, values)).rows;
  const expected = 'a Pool of pg 8 or the result of postgres() of postgres 3';
  throw new LlmError('config', `postgresStores: client must be ${expected}`, { path: 'client' });
}
