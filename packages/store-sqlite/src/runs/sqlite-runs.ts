import type { RunInfo, RunQuery, RunState, RunStore } from '@majordomo/agent';
import { fromJson, LlmError, toJson, type Clock } from '@majordomo/core';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import type { Database } from '../file/database.ts';

const DEFAULT_LEASE_MS = 60_000;
/** Number of renewals during a lease. */
const RENEWALS = 3;

/** Version of a run that this process has loaded, and the function that stops renewing its lease. */
interface Loaded {
  readonly version: number;
  readonly stop: () => void;
}

export class SqliteRuns implements RunStore {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly sql: ReturnType<typeof statements>;
  private readonly me = crypto.randomUUID();
  private readonly loaded = new Map<string, Loaded>();

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
    this.sql = statements(database);
  }

  async save(id: string, state: RunState): Promise<void> {
    const json = JSON.stringify(toJson(state));
    const version = await this.database.write(() => {
      const now = Math.floor(this.clock.now());
      const found = this.sql.find.get(toStoredText(id));
      const known = this.loaded.get(id)?.version;
      if (found !== undefined) this.checkMine(id, found, known, now);
      const next = Number(found?.['version'] ?? 0) + 1;
      this.sql.put.run(toStoredText(id), now, next, isAwaiting(state) ? 1 : 0, state.done ?? null, json);
      return next;
    });
    this.forget(id);
    // The next save of this process succeeds if the version is the same and no other process has locked the run.
    this.loaded.set(id, { version, stop: () => undefined });
    if (state.done !== undefined) this.loaded.delete(id);
  }

  async load(
    id: string,
    { leaseMs = DEFAULT_LEASE_MS }: { readonly leaseMs?: number | undefined } = {},
  ): Promise<RunState | undefined> {
    const found = await this.database.write(() => {
      const now = this.clock.now();
      const row = this.sql.find.get(toStoredText(id));
      if (row === undefined || isHeld(row, now)) return undefined;
      this.sql.take.run(this.me, Math.ceil(now + leaseMs), toStoredText(id));
      return row;
    });
    if (found === undefined) return undefined;
    this.forget(id);
    this.loaded.set(id, { version: Number(found['version']), stop: this.renewing(id, leaseMs) });
    return fromJson<RunState>(JSON.parse(String(found['state'])));
  }

  async release(id: string): Promise<void> {
    this.forget(id);
    await this.database.write(() => this.sql.release.run(toStoredText(id), this.me));
  }

  list({ awaiting, done = false, limit }: RunQuery = {}): Promise<readonly RunInfo[]> {
    return this.database.read(() => {
      const now = this.clock.now();
      const wanted = awaiting === undefined ? null : awaiting ? 1 : 0;
      return this.sql.list.all(done ? 1 : 0, wanted, wanted, limit ?? -1).map((row) => ({
        id: fromStoredText(String(row['id'])),
        at: new Date(Number(row['at'])),
        awaiting: row['awaiting'] === 1,
        done: row['done'] === null ? undefined : String(row['done']),
        held: isHeld(row, now),
      }));
    });
  }

  async remove(id: string): Promise<void> {
    this.forget(id);
    await this.database.write(() => this.sql.remove.run(toStoredText(id)));
  }

  /** Stops all renewals. Runs that this process has locked become available after their lease. */
  close(): void {
    for (const id of [...this.loaded.keys()]) this.forget(id);
  }

  private checkMine(id: string, row: Row, known: number | undefined, now: number): void {
    const isTaken = isHeld(row, now) && row['holder'] !== this.me;
    if (!isTaken && (known === undefined || known === Number(row['version']))) return;
    const why = isTaken ? 'another process holds it' : 'another process has saved it meanwhile';
    throw new LlmError(
      'denied',
      `the run "${id}" was not saved: ${why}; load it again and continue from there`,
    );
  }

  private forget(id: string): void {
    this.loaded.get(id)?.stop();
    this.loaded.delete(id);
  }

  private renewing(id: string, leaseMs: number): () => void {
    let cancel: (() => void) | undefined;
    const next = (): void => {
      cancel = this.clock.timer(leaseMs / RENEWALS, renew, true);
    };
    const renew = (): void => {
      next();
      // Ignore the error, because the next renewal tries again. If the lease ends, `save` rejects.
      this.database
        .write(() => this.sql.renew.run(Math.ceil(this.clock.now() + leaseMs), toStoredText(id), this.me))
        .catch(() => undefined);
    };
    next();
    return () => cancel?.();
  }
}

type Row = Readonly<Record<string, unknown>>;

const isHeld = (row: Row, now: number): boolean => row['holder'] !== null && Number(row['held_until']) > now;

/** Whether a tool call of the run waits for an approval or an external result. */
function isAwaiting({ pending, decisions, approvals, suspended, runs }: RunState): boolean {
  return pending.some(
    ({ id }) =>
      (approvals?.[id] === true ||
        runs?.[id] !== undefined ||
        suspended?.some(({ callId }) => callId === id) === true) &&
      !decisions.some(({ callId }) => callId === id),
  );
}

function statements(database: Database) {
  return {
    find: database.prepare('SELECT version, state, holder, held_until FROM runs WHERE id = ?'),
    put: database.prepare(
      `INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, NULL, 0) ON CONFLICT DO UPDATE SET
         at = excluded.at, version = excluded.version, awaiting = excluded.awaiting, done = excluded.done,
         state = excluded.state, holder = NULL, held_until = 0`,
    ),
    take: database.prepare('UPDATE runs SET holder = ?, held_until = ? WHERE id = ?'),
    renew: database.prepare('UPDATE runs SET held_until = ? WHERE id = ? AND holder = ?'),
    release: database.prepare('UPDATE runs SET holder = NULL, held_until = 0 WHERE id = ? AND holder = ?'),
    list: database.prepare(
      `SELECT id, at, awaiting, done, holder, held_until FROM runs
       WHERE (done IS NOT NULL) = ? AND (? IS NULL OR awaiting = ?) ORDER BY at DESC, id LIMIT ?`,
    ),
    remove: database.prepare('DELETE FROM runs WHERE id = ?'),
  };
}
