import type { CallStore, KeyStore } from '@majordomo/admin';
import type { LedgerStore } from '@majordomo/ledger';
import type { Settings } from '../config/settings.ts';
import { Stop } from '../exit.ts';
import type { Io } from '../io.ts';
import { checkSqlite } from '../ledger/check-sqlite.ts';
import { ledgerFile, prepareLedgerFile } from '../ledger/ledger-file.ts';
import { loadPackage } from '../load-package.ts';

/** Stores of a gateway: in one SQLite file, or in one PostgreSQL database for several machines. */
export interface GatewayStores extends AsyncDisposable {
  readonly ledger: LedgerStore;
  readonly keys: KeyStore;
  readonly calls: CallStore;
  /** Timeout of the ledger's store, in milliseconds. `undefined`: the default of the ledger. */
  readonly storeTimeoutMs: number | undefined;
  /** Resolves if the database responds. */
  ready(): Promise<unknown>;
}

/** Timeout of a store on another machine, in milliseconds. */
const REMOTE_TIMEOUT_MS = 1000;

/**
 * Opens the stores of `--store`, `MAJORDOMO_STORE` or the ledger's file. Throws `Stop` on failure. The message omits the
 * URL, which may contain a password.
 */
export async function openStores(
  store: string | undefined,
  settings: Settings,
  io: Io,
  why: string,
): Promise<GatewayStores> {
  const place = store ?? io.env['MAJORDOMO_STORE'];
  if (place !== undefined && /^postgres(?:ql)?:\/\//.test(place)) return openPostgres(place, io, why);
  if (place !== undefined && /^\w+:\/\//.test(place))
    throw new Stop('--store must be a file or postgres://USER:PASSWORD@HOST/DATABASE');
  return openSqlite(place, settings, io, why);
}

async function openSqlite(
  path: string | undefined,
  settings: Settings,
  io: Io,
  why: string,
): Promise<GatewayStores> {
  checkSqlite();
  const place: Pick<Settings, 'ledger'> =
    path === undefined ? settings : { ledger: { file: path, folder: io.cwd } };
  const file = ledgerFile(place, io);
  const { withoutSqliteWarning } = await import('../ledger/sqlite-warning.ts');
  const loaded = await withoutSqliteWarning(() => loadPackage('@majordomo/store-sqlite', io.cwd, why));
  const { sqliteStores } = loaded as typeof import('@majordomo/store-sqlite');
  prepareLedgerFile(file, place);
  const stores = sqliteStores(file);
  return {
    ledger: stores.ledger,
    keys: stores.keys,
    calls: stores.calls,
    storeTimeoutMs: undefined,
    ready: () => stores.keys.get(''),
    [Symbol.asyncDispose]: () => stores.close(),
  };
}

/** Parts of `pg` that this command uses. */
interface Pg {
  readonly Pool: new (options: object) => PgPool;
  readonly Client: new (options: object) => PgClient;
}
interface PgPool {
  on(event: 'error', listener: () => void): unknown;
  end(): Promise<void>;
}
interface PgClient {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<void>;
  end(): Promise<void>;
}

async function openPostgres(url: string, { cwd }: Io, why: string): Promise<GatewayStores> {
  const loaded = await loadPackage('@majordomo/store-postgres', cwd, why);
  const { postgresStores } = loaded as typeof import('@majordomo/store-postgres');
  const pg = (await loadPackage('pg', cwd, why)) as { readonly default?: Pg } & Pg;
  const { Pool, Client } = pg.default ?? pg;
  const ignore = (): void => undefined;
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: REMOTE_TIMEOUT_MS });
  // Errors of idle connections. The next statement opens another connection.
  pool.on('error', ignore);
  const sessions = new Set<PgClient>();
  const listener = async (): Promise<object> => {
    const session = new Client({ connectionString: url });
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
    await close();
    const reason = error instanceof Error ? error.message : '';
    throw new Stop(`${why}: the database of --store does not answer: ${reason}`);
  }
  const { ledger, keys, calls } = stores;
  return {
    ledger,
    keys,
    calls,
    storeTimeoutMs: REMOTE_TIMEOUT_MS,
    ready: () => stores.ready(),
    [Symbol.asyncDispose]: close,
  };
}
