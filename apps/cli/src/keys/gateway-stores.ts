import type { CallStore } from '@majordomo/admin';
import type { GatewayFilesOptions } from '@majordomo/gateway';
import type { LedgerStore } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import { Stop } from '../program/exit.ts';

/** Stores of a gateway: in one SQLite file, or in one database for several machines. */
export interface GatewayStores extends AsyncDisposable {
  readonly ledger: LedgerStore;
  readonly records: RecordStore;
  /** Files of clients. `undefined` for Redis. */
  readonly files?: GatewayFilesOptions['store'] | undefined;
  /** Store of the call log. `undefined` for Redis. */
  readonly calls?: CallStore | undefined;
  /** Timeout of the ledger's store, in milliseconds. If `undefined`, the ledger uses its default. */
  readonly storeTimeoutMs?: number | undefined;
  /** Resolves if the database responds, otherwise rejects. */
  ready(): Promise<unknown>;
}

/** Timeout of a store on another machine, in milliseconds. */
export const REMOTE_TIMEOUT_MS = 1000;

/** Closes stores that did not respond, and returns the error for the command. */
export async function unreachable(
  error: unknown,
  close: () => Promise<void>,
  kind: 'database' | 'Redis',
  why: string,
): Promise<Stop> {
  await close();
  const reason = error instanceof Error ? error.message : '';
  return new Stop(`${why}: the store (${kind}) does not respond (${reason}); check its URL`);
}
