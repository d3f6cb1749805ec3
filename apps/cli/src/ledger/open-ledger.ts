import type { Conversations } from '@majordomo/agent';
import type { Alert, Ledger, LedgerOptions } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import { currentCatalog } from '../catalog/current-catalog.ts';
import type { Settings } from '../config/settings.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { reasonOf } from '../program/reason.ts';
import { writeNote } from '../terminal/paint.ts';
import { hasLedgerFile, ledgerFile } from './ledger-file.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { withRemedies } from './with-remedies.ts';

/** Ledger file of one command. Disposing waits until all records are stored. */
export interface LedgerFile extends AsyncDisposable {
  readonly file: string;
  readonly ledger: Ledger;
  readonly records: RecordStore;
}

/** Opens or creates the ledger file. `why`: the feature that needs the file. Throws `Stop` if the file cannot be opened. */
export async function openLedgerFile(settings: Settings, io: Io, why: string): Promise<LedgerFile> {
  const { file, stores } = await openSqliteFile(settings, io, why);
  try {
    const ledger = await createConfiguredLedger({ store: stores.ledger }, settings, io);
    return {
      file,
      ledger,
      records: stores.records,
      async [Symbol.asyncDispose]() {
        await ledger.flush();
        await stores.close();
      },
    };
  } catch (error) {
    await stores.close();
    throw error;
  }
}

/** Opens the ledger file if the configuration has a ledger. */
export const openConfiguredLedger = async (settings: Settings, io: Io): Promise<LedgerFile | undefined> =>
  settings.ledger && openLedgerFile(settings, io, '`ledger` of the configuration');

/** Returns the conversations of the file. */
export async function conversationsOf({ records }: LedgerFile): Promise<Conversations> {
  const { createConversations } = await import('@majordomo/agent');
  return createConversations({ records });
}

/** Creates a ledger with the limits and prices of the configuration. The ledger prints alerts. */
export async function createConfiguredLedger(
  options: LedgerOptions,
  { ledger: config }: Settings,
  io: Io,
): Promise<Ledger> {
  const { createLedger } = await import('@majordomo/ledger');
  const catalog = await currentCatalog(io);
  const { limits, unknownPrice, reserve, prices = [] } = config ?? {};
  const ledger = createLedger({
    ...options,
    catalog: catalog.with(prices),
    limits,
    unknownPrice,
    reserve,
    onAlert: (alert) => {
      printAlert(alert, io);
    },
  });
  return { ...ledger, gate: withRemedies(ledger.gate) };
}

/**
 * Prints the used share of a limit, the number of days within which the limit will be spent, and what the ledger could not store. A
 * call that reaches several shares causes several alerts, of which only the highest is printed.
 */
function printAlert(alert: Alert, { stderr }: Io): void {
  const say = (text: string): void => {
    writeNote(stderr, text, 'yellow');
  };
  if (alert.type === 'threshold' && alert.isHighest) {
    const { limit, key } = alert.state;
    const whose = key === '' ? '' : ` (${key})`;
    say(`The limit "${limit.name}"${whose} is used up to ${Math.round(alert.share * 100)} %.`);
  }
  if (alert.type === 'running-out')
    say(`The limit "${alert.state.limit.name}" will be spent within ${alert.days} days.`);
  // The record is not stored anywhere else.
  if (alert.type === 'unrecorded')
    say(`The ledger could not store a record (${reasonOf(alert.error)}): ${JSON.stringify(alert.record)}`);
  if (alert.type === 'unreleased')
    say(
      `${alert.reservations} reservations of the ledger were not released; their amounts may count as spent.`,
    );
}

/** Opens the file for reading. For a missing file, returns `undefined`, or throws `Stop` if the configuration stores nothing. */
export async function openForReading(
  settings: Settings,
  io: Io,
  why: string,
): Promise<LedgerFile | undefined> {
  if (hasLedgerFile(ledgerFile(settings, io))) return openLedgerFile(settings, io, why);
  if (settings.ledger === undefined && !settings.log) {
    throw new Stop(
      'nothing is stored; `ledger: {}` in majordomo.config records spending, and `log: true` stores conversations',
    );
  }
  return undefined;
}
