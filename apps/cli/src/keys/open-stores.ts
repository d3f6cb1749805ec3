import { resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { withVariables } from '../config/with-variables.ts';
import { configPath } from '../files/config-path.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { openSqliteFile } from '../ledger/sqlite-file.ts';
import type { GatewayStores } from './gateway-stores.ts';
import { openPostgres } from './open-postgres.ts';
import { openRedis } from './open-redis.ts';

/** Returns the store of `--store`, `MAJORDOMO_STORE` or the configuration: a URL or the path of a file. */
export function storeOf(flag: string | undefined, { gateway }: Settings, io: Io): string | undefined {
  // An empty variable is treated as a missing one.
  const given = flag ?? (io.env['MAJORDOMO_STORE'] || undefined);
  if (given !== undefined) return isUrl(given) ? given : resolve(io.cwd, given);
  if (gateway?.store === undefined) return undefined;
  const store = withVariables(gateway.store, 'gateway.store', io);
  return isUrl(store) ? store : configPath(store, gateway.folder, io);
}

const isUrl = (store: string): boolean => /^\w+:\/\//.test(store);

/** Opens stores. `why`: command that needs them. Throws `Stop` on failure, without the URL, because it may contain a password. */
export async function openStores(
  store: string | undefined,
  settings: Settings,
  io: Io,
  why: string,
): Promise<GatewayStores> {
  if (store === undefined || !isUrl(store)) return openSqlite(store, settings, io, why);
  if (/^postgres(?:ql)?:/.test(store)) return openPostgres(store, io, why);
  if (/^rediss?:/.test(store)) return openRedis(store, io, why);
  throw new Stop('the store must be a file, postgres://USER:PASSWORD@HOST/DATABASE or redis://HOST');
}

async function openSqlite(
  path: string | undefined,
  settings: Settings,
  io: Io,
  why: string,
): Promise<GatewayStores> {
  const place = path === undefined ? settings : { ledger: { file: path, folder: io.cwd } };
  const { stores } = await openSqliteFile(place, io, why);
  // Any read shows whether the file can be read. No virtual key has an empty id.
  return { ...stores, ready: () => stores.records.get('keys', '') };
}
