import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { EXIT, Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { reasonOf } from '../program/reason.ts';
import { configPath } from '../files/config-path.ts';
import { stateFile } from '../files/state-file.ts';

/** Returns the file with the ledger and the conversations. */
export function ledgerFile({ ledger }: Pick<Settings, 'ledger'>, io: Pick<Io, 'home' | 'env'>): string {
  if (ledger?.file === undefined) return stateFile('books.db', io);
  return configPath(ledger.file, ledger.folder, io);
}

export const hasLedgerFile = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false }) !== undefined;

/** Creates a missing file, readable for its owner only, like the files that SQLite adds. Checks an existing file. */
export function prepareLedgerFile(file: string, settings: Pick<Settings, 'ledger'>): void {
  if (hasLedgerFile(file)) {
    checkOwnFile(file);
    return;
  }
  try {
    if (settings.ledger?.file === undefined) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'ax', 0o600));
  } catch (error) {
    // Another process may have created the file after the check.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw new Stop(`${file} cannot be created: ${reasonOf(error)}`, EXIT.failed);
  }
}

const MAGIC = 'SQLite format 3\0';

/** Throws `Stop` for another program's file, which the store would treat as damaged and rename. */
function checkOwnFile(file: string): void {
  // Check the type before the file is opened, because opening a named pipe would block.
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new Stop(`${file} is not a file and was not changed; use another path`);
  const begins = new Uint8Array(MAGIC.length);
  let length: number;
  try {
    const opened = openSync(file, 'r');
    try {
      length = readSync(opened, begins);
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    throw new Stop(`${file} cannot be read: ${reasonOf(error)}`);
  }
  // SQLite accepts an empty file as a new database.
  if (length === 0 || new TextDecoder().decode(begins) === MAGIC) return;
  throw new Stop(`${file} is not a SQLite file and was not changed; use another path`);
}
