import { getBuiltinModule } from 'node:process';
import { EXIT, Stop } from '../program/exit.ts';

/** Minimum version of Node, as in `engines` of @majordomo/store-sqlite. */
const MIN_VERSION = [22, 16] as const;

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
