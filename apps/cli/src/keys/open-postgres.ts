import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { REMOTE_TIMEOUT_MS, unreachable, type GatewayStores } from './gateway-stores.ts';

/** Parts of `pg` that this command uses. */
interface Pg {
  readonly Pool: new (options: object) => PgPool;
  readonly Client: new (options: object) => PgClient;
}
interface PgPool {
  on(event: 'error', listener: () => void): unknown;
  end(): Promise<void>;
}
interface PgClient extends PgPool {
  connect(): Promise<void>;
}

/** Opens the stores of a PostgreSQL database. Throws `Stop` if the database does not respond. */
export async function openPostgres(url: string, { cwd }: Io, why: string): Promise<GatewayStores> {
  const loaded = await loadPackage('@majordomo/store-postgres', cwd, why);
  const { postgresStores } = loaded as typeof import('@majordomo/store-postgres');
  const pg = (await loadPackage('pg', cwd, why)) as { readonly default?: Pg } & Pg;
  // The exports of a CommonJS package are in `default`.
  const { Pool, Client } = pg.default ?? pg;
  const ignore = (): void => undefined;
  const options = { connectionString: url, connectionTimeoutMillis: REMOTE_TIMEOUT_MS };
  const pool = new Pool(options);
  // Errors of idle connections are ignored, because the next statement opens another connection.
  pool.on('error', ignore);
  const sessions = new Set<PgClient>();
  // Notifications need a session that stays connected, which a pool does not guarantee.
  const listener = async (): Promise<object> => {
    const session = new Client(options);
    session.on('error', ignore);
    await session.connect();
    sessions.add(session);
    return session;
  };
  const stores = postgresStores({ client: pool, listener, timeoutMs: REMOTE_TIMEOUT_MS });
  const close = async (): Promise<void> => {
    await stores.close();
    await Promise.allSettled([...Array.from(sessions, (session) => session.end()), pool.end()]);
  };
  try {
    await stores.ready();
  } catch (error) {
    throw await unreachable(error, close, 'database', why);
  }
  return { ...stores, storeTimeoutMs: REMOTE_TIMEOUT_MS, [Symbol.asyncDispose]: close };
}
