import type { Gate } from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../program/io.ts';

/** Gates of a configuration with a ledger. Disposing waits until all records are stored. */
export interface LedgerGates extends AsyncDisposable {
  readonly ledger: Ledger | undefined;
  readonly gates: readonly Gate[];
}

/** Opens the ledger if the configuration has one. */
export async function openLedgerGates(settings: Settings, io: Io): Promise<LedgerGates> {
  if (settings.ledger === undefined)
    return { ledger: undefined, gates: [], [Symbol.asyncDispose]: () => Promise.resolve() };
  const { openLedgerFile } = await import('./open-ledger.ts');
  const books = await openLedgerFile(settings, io, '`ledger` of the configuration');
  return {
    ledger: books.ledger,
    gates: [books.ledger.gate],
    [Symbol.asyncDispose]: () => books[Symbol.asyncDispose](),
  };
}
