import type { ClaimStore } from '@majordomo/agent';
import type { CacheStore } from '@majordomo/cache';
import { LlmError, systemClock, type Clock, type Gate } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { LedgerStore } from '@majordomo/ledger';
import { sqliteCache } from './cache/sqlite-cache.ts';
import type { ConversationStore } from './conversations/conversation-store.ts';
import { SqliteConversations } from './conversations/sqlite-conversations.ts';
import { Database } from './file/database.ts';
import { lanesGate, type LanesOptions } from './lanes/lanes.ts';
import { sqliteLedger } from './ledger/sqlite-ledger.ts';
import type { RunStore } from './runs/run-store.ts';
import { sqliteClaims } from './runs/sqlite-claims.ts';
import { SqliteRuns } from './runs/sqlite-runs.ts';

/** What one file keeps. */
export interface SqliteStores extends AsyncDisposable {
  readonly ledger: LedgerStore;
  readonly cache: CacheStore;
  /** A gate: at most `most` attempts at a time over all processes; the others wait for their turn. */
  lanes(options: LanesOptions): Gate;
  /** Agent runs by id; a state is taken by one process at a time. */
  readonly runs: RunStore;
  /** Claims of tool calls with `effect: 'once'`, for `agent.run(state, { claim })`. They stay until they are deleted. */
  readonly claims: ClaimStore;
  /** Conversations by id, with a search. */
  readonly conversations: ConversationStore;
  /** Closes the file; what is asked for afterwards rejects. */
  close(): Promise<void>;
}

/** How the file is used; all of it may be left out. */
export interface SqliteOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /**
   * How long records of what was spent stay, in ms, from a day on; they and their sums are forgotten then, as others come in.
   * Limits do not need them. Default: for ever, about half a kilobyte each.
   */
  readonly keepRecordsMs?: number | undefined;
}

const KINDS: KindsOf<SqliteOptions> = {
  clock: 'object with now',
  keepRecordsMs: 'number',
};

/** What a limit that runs out is told from. */
const DAY_MS = 86_400_000;

/**
 * Opens the file at `path`, or makes it. `node:sqlite` in WAL mode: safe for many processes of one machine, not for a
 * network drive. A crash of the process loses nothing that was settled; a power cut may lose the last moments, and leaves
 * a file that opens. Throws `config` for a file that is damaged (it is set aside first), that a newer version has written,
 * or that is another program's, and for options that say nothing.
 */
export function sqliteStores(path: string, options: SqliteOptions = {}): SqliteStores {
  checkOptions('sqliteStores', { path }, { path: 'string' }, ['path']);
  checkOptions('sqliteStores', options, KINDS);
  const { clock = systemClock, keepRecordsMs } = options;
  if (keepRecordsMs !== undefined && !(keepRecordsMs >= DAY_MS && keepRecordsMs < Infinity))
    throw new LlmError('config', `keepRecordsMs must be a number of ms from a day on, not ${keepRecordsMs}`, {
      path: 'keepRecordsMs',
    });
  const now = (): number => clock.now();
  const database = new Database(path);
  const runs = new SqliteRuns(database, clock);
  const close = (): Promise<void> => {
    runs.close();
    return database.read(() => {
      database.close();
    });
  };
  const ledger = sqliteLedger(database, now, keepRecordsMs, close);
  return {
    ledger,
    cache: sqliteCache(database, now),
    runs,
    claims: sqliteClaims(database, now),
    conversations: new SqliteConversations(database, now),
    lanes: (lanes) => lanesGate(ledger, clock, lanes),
    close,
    [Symbol.asyncDispose]: close,
  };
}
