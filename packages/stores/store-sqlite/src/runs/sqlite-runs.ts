import type { LoadOptions, RunInfo, RunQuery, RunState, RunStore } from '@majordomo/agent';
import { fromJson, LlmError, toJson, type Clock } from '@majordomo/core';
import { checkRunAgent, fromStoredText, lockedRun, RunLocks, toStoredText } from '@majordomo/core/toolkit';
import type { Database } from '../file/database.ts';

const DEFAULT_LEASE_MS = 60_000;

export class SqliteRuns implements RunStore {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly sql: ReturnType<typeof statements>;
  private readonly me = crypto.randomUUID();
  private readonly locks: RunLocks;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
    this.locks = new RunLocks(clock);
    this.sql = statements(database);
  }

  async save(id: string, state: RunState): Promise<void> {
    const json = JSON.stringify(toJson(state));
    const version = await this.database.write(() => {
      const row = this.sql.find.get(toStoredText(id));
      this.refuseLate('saved', id, row, this.locks.version(id));
      const next = this.nextVersion(row);
      const now = Math.floor(this.clock.now());
      this.sql.put.run(toStoredText(id), now, next, isAwaiting(state) ? 1 : 0, state.done ?? null, json);
      return next;
    });
    if (state.done === undefined) this.locks.saved(id, version);
    else this.locks.forget(id);
  }

  async load(
    id: string,
    { leaseMs = DEFAULT_LEASE_MS, agent }: LoadOptions = {},
  ): Promise<RunState | undefined> {
    // After a pause of the process, the lease may have ended although the lock is still in use here.
    if (this.locks.hasLocked(id)) throw lockedRun(id, undefined, this.clock.now());
    const found = await this.database.write(() => {
      const now = this.clock.now();
      const row = this.sql.find.get(toStoredText(id));
      if (row === undefined) return undefined;
      const state = fromJson<RunState>(JSON.parse(String(row['state'])));
      if (agent !== undefined) checkRunAgent(`the run "${id}" was not loaded`, state.agent, agent);
      if (isHeld(row, now)) throw lockedRun(id, Number(row['held_until']) - now, now);
      const version = this.nextVersion(row);
      this.sql.take.run(this.me, Math.ceil(now + leaseMs), version, toStoredText(id));
      return { version, state };
    });
    if (found === undefined) return undefined;
    this.locks.lock(id, found.version, leaseMs, () => this.renew(id, leaseMs));
    return found.state;
  }

  async release(id: string): Promise<void> {
    this.locks.unlock(id);
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
    await this.database.write(() => {
      const row = this.sql.find.get(toStoredText(id));
      if (row !== undefined && this.locks.hasLoaded(id))
        this.refuseLate('removed', id, row, this.locks.version(id));
      this.sql.remove.run(toStoredText(id));
    });
    this.locks.forget(id);
  }

  /** Stops all renewals. Runs that this process has locked become available after their lease. */
  close(): void {
    this.locks.close();
  }

  /** Throws `denied` if another process has locked the run, or has changed it since this process knew its version. */
  private refuseLate(
    action: 'saved' | 'removed',
    id: string,
    row: Row | undefined,
    known: number | undefined,
  ): void {
    const why = this.whyLate(row, known);
    if (why === undefined) return;
    this.locks.loseLock(id);
    throw new LlmError('denied', `the run "${id}" was not ${action}: ${why}`);
  }

  private whyLate(row: Row | undefined, known: number | undefined): string | undefined {
    if (row === undefined)
      return known === undefined
        ? undefined
        : 'another process has removed it; discard this state, or call `remove` to create the run again';
    if (row['holder'] !== this.me && isHeld(row, this.clock.now()))
      return 'another process holds it; load it again and continue from there';
    if (known === undefined || known === Number(row['version'])) return undefined;
    return 'another process has locked or saved it meanwhile, or an earlier save succeeded although it was rejected; load it again and continue from there';
  }

  /** Returns a version above those of all runs, including removed ones. A process of an older package only increments versions. */
  private nextVersion(row: Row | undefined): number {
    return Number(this.sql.nextVersion.get(Number(row?.['version'] ?? 0))?.['last']);
  }

  private renew(id: string, leaseMs: number): Promise<boolean> {
    const until = Math.ceil(this.clock.now() + leaseMs);
    return this.database.write(
      () => Number(this.sql.renew.run(until, toStoredText(id), this.me).changes) === 1,
    );
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
      `INSERT INTO runs (id, at, version, awaiting, done, state, holder, held_until)
       VALUES (?, ?, ?, ?, ?, ?, NULL, 0) ON CONFLICT DO UPDATE SET
         at = excluded.at, version = excluded.version, awaiting = excluded.awaiting, done = excluded.done,
         state = excluded.state, holder = NULL, held_until = 0`,
    ),
    take: database.prepare('UPDATE runs SET holder = ?, held_until = ?, version = ? WHERE id = ?'),
    nextVersion: database.prepare('UPDATE run_versions SET last = max(last, ?) + 1 RETURNING last'),
    renew: database.prepare('UPDATE runs SET held_until = ? WHERE id = ? AND holder = ?'),
    release: database.prepare('UPDATE runs SET holder = NULL, held_until = 0 WHERE id = ? AND holder = ?'),
    list: database.prepare(
      `SELECT id, at, awaiting, done, holder, held_until FROM runs
       WHERE (done IS NOT NULL) = ? AND (? IS NULL OR awaiting = ?) ORDER BY at DESC, id LIMIT ?`,
    ),
    remove: database.prepare('DELETE FROM runs WHERE id = ?'),
  };
}
