import { getBuiltinModule } from 'node:process';
import type { Settings } from '../config/settings.ts';
import { EXIT, Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { ledgerFile, prepareLedgerFile } from './ledger-file.ts';

/** Minimum version of Node, as in `engines` of @majordomo/store-sqlite. */
const MIN_VERSION = [22, 16] as const;

interface SqliteFile {
  readonly file: string;
  readonly stores: ReturnType<SqlitePackage['sqliteStores']>;
}

type SqlitePackage = typeof import('@majordomo/store-sqlite');

/** Opens or creates a SQLite file with its stores. `why`: the feature that needs the file. Throws `Stop` on failure. */
export async function openSqliteFile(
  place: Pick<Settings, 'ledger'>,
  io: Io,
  why: string,
): Promise<SqliteFile> {
  checkSqlite();
  const file = ledgerFile(place, io);
  const loaded = await withoutSqliteWarning(() => loadPackage('@majordomo/store-sqlite', io.cwd, why));
  const { sqliteStores } = loaded as SqlitePackage;
  prepareLedgerFile(file, place);
  return { file, stores: sqliteStores(file) };
}

/** Throws `Stop` if this version of Node has no SQLite, or an SQLite that does not wait for other processes. */
export function checkSqlite(node: string = process.versions.node): void {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const [oldest, least] = MIN_VERSION;
  const isOld = major < oldest || (major === oldest && minor < least);
  if (isOld || (getBuiltinModule('node:sqlite') as object | undefined) === undefined)
    throw new Stop(
      `SQLite stores require Node ${oldest}.${least} or later with node:sqlite, not ${node}; update Node`,
      EXIT.usage,
    );
}

/** Suppresses Node's warning that `node:sqlite` is experimental. */
export async function withoutSqliteWarning<T>(load: () => Promise<T>): Promise<T> {
  const emitWarning = Reflect.get(process, 'emitWarning') as (...warning: unknown[]) => void;
  process.emitWarning = (...warning: unknown[]): void => {
    if (!String(warning[0]).startsWith('SQLite is')) Reflect.apply(emitWarning, process, warning);
  };
  try {
    return await load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
