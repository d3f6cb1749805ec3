import type { LoadOptions, RunInfo, RunQuery, RunState, RunStore } from '@majordomo/agent';
import { fromJson, LlmError, toJson, type JsonValue } from '@majordomo/core';
import { checkRunAgent, fromStoredText, lockedRun, RunLocks, toStoredText } from '@majordomo/core/toolkit';
import type { Row } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';

const DEFAULT_LEASE_MS = 60_000;

/** Store of agent runs. Leases use PostgreSQL's clock. */
export class PostgresRuns implements RunStore {
  private readonly connection: Connection;
  private readonly me = crypto.randomUUID();
  private readonly locks: RunLocks;

  constructor(connection: Connection) {
    this.connection = connection;
    this.locks = new RunLocks(connection.clock);
  }

  async save(id: string, state: RunState): Promise<void> {
    const known = this.locks.version(id);
    const values = [
      toStoredText(id),
      `${isAwaiting(state)}`,
      state.done ?? null,
      JSON.stringify(toJson(state)),
      this.me,
    ];
    const [row] =
      known === undefined
        ? await this.connection.query(this.insertSql(), values)
        : await this.connection.query(this.updateSql(), [...values, `${known}`]);
    if (row === undefined) throw await this.lateError('saved', id, known);
    if (state.done === undefined) this.locks.saved(id, Number(row['version']));
    else this.locks.forget(id);
  }

  async load(
    id: string,
    { leaseMs = DEFAULT_LEASE_MS, agent }: LoadOptions = {},
  ): Promise<RunState | undefined> {
    // After a pause of the process, the lease may have ended although the lock is still in use here.
    if (this.locks.hasLocked(id)) throw lockedRun(id, undefined, this.connection.clock.now());
    const { schema } = this.connection;
    // A run of another agent must not be locked, so read its agent first.
    if (agent !== undefined) {
      const stored = stateOf(await this.find(id));
      checkRunAgent(`the run "${id}" was not loaded`, stored?.agent, agent);
    }
    const [row] = await this.connection.query(
      `UPDATE ${schema}.runs AS run SET holder = $2::text, held_until = ${schema}.now_ms() + $3::text::bigint,
         version = ${this.nextVersion}
       WHERE id = $1::text AND (holder IS NULL OR held_until <= ${schema}.now_ms())
       RETURNING version::text AS version, state`,
      [toStoredText(id), this.me, `${Math.ceil(leaseMs)}`],
    );
    if (row === undefined) {
      const other = await this.find(id);
      if (other === undefined) return undefined;
      throw lockedRun(id, Number(other['left_ms']), this.connection.clock.now());
    }
    this.locks.lock(id, Number(row['version']), leaseMs, () => this.renew(id, leaseMs));
    return stateOf(row);
  }

  async release(id: string): Promise<void> {
    this.locks.unlock(id);
    await this.connection.query(
      `UPDATE ${this.connection.schema}.runs SET holder = NULL, held_until = 0
       WHERE id = $1::text AND holder = $2::text`,
      [toStoredText(id), this.me],
    );
  }

  async list({ awaiting, done = false, limit }: RunQuery = {}): Promise<readonly RunInfo[]> {
    const { schema } = this.connection;
    const rows = await this.connection.query(
      `SELECT run.id, run.at::text AS saved, run.awaiting::text AS awaiting, run.done,
         (run.holder IS NOT NULL AND run.held_until > ${schema}.now_ms())::text AS held
       FROM ${schema}.runs AS run
       WHERE (run.done IS NOT NULL) = $1::text::boolean AND ($2::text IS NULL OR run.awaiting = $2::text::boolean)
       ORDER BY run.at DESC, run.id LIMIT $3::text::bigint`,
      [
        `${done}`,
        awaiting === undefined ? null : `${awaiting}`,
        limit === undefined ? null : `${Math.ceil(limit)}`,
      ],
    );
    return rows.map(infoOf);
  }

  async remove(id: string): Promise<void> {
    const { schema } = this.connection;
    const known = this.locks.hasLoaded(id) ? this.locks.version(id) : undefined;
    const [removed] = await this.connection.query(
      `DELETE FROM ${schema}.runs
       WHERE id = $1::text AND ($2::text IS NULL OR version = $2::text::bigint AND ${this.isFree('$3::text')})
       RETURNING id`,
      [toStoredText(id), known === undefined ? null : `${known}`, this.me],
    );
    // A run that this process has loaded is removed only if it was not changed or locked since. It may also not exist anymore.
    const isRefused = removed === undefined && known !== undefined;
    if (isRefused && (await this.find(id)) !== undefined) throw await this.lateError('removed', id, known);
    this.locks.forget(id);
  }

  /** Stops all renewals. Runs that this process has locked become available after their lease. */
  close(): void {
    this.locks.close();
  }

  /** Creates a run, or replaces a run whose version this process does not know. */
  private insertSql(): string {
    const { schema } = this.connection;
    return `INSERT INTO ${schema}.runs AS run (id, at, version, awaiting, done, state)
       VALUES ($1::text, ${schema}.now_ms(), nextval('${schema}.run_versions'), $2::text::boolean, $3::text, $4::text)
       ON CONFLICT (id) DO UPDATE SET at = excluded.at, version = greatest(run.version + 1, excluded.version),
         awaiting = excluded.awaiting, done = excluded.done, state = excluded.state, holder = NULL, held_until = 0
       WHERE ${this.isFree('$5::text', 'run.')}
       RETURNING version::text AS version`;
  }

  private updateSql(): string {
    const { schema } = this.connection;
    return `UPDATE ${schema}.runs AS run SET at = ${schema}.now_ms(), version = ${this.nextVersion},
         awaiting = $2::text::boolean, done = $3::text, state = $4::text, holder = NULL, held_until = 0
       WHERE id = $1::text AND version = $6::text::bigint AND ${this.isFree('$5::text')}
       RETURNING version::text AS version`;
  }

  /** SQL for a version above those of all runs, including removed ones. A process of an older package only increments versions. */
  private get nextVersion(): string {
    return `greatest(run.version + 1, nextval('${this.connection.schema}.run_versions'))`;
  }

  /** SQL for whether no other process has locked the run. */
  private isFree(me: string, of = ''): string {
    const { schema } = this.connection;
    return `(${of}holder IS NULL OR ${of}holder = ${me} OR ${of}held_until <= ${schema}.now_ms())`;
  }

  private async find(id: string): Promise<Row | undefined> {
    const { schema } = this.connection;
    const [row] = await this.connection.query(
      `SELECT (NOT ${this.isFree('$2::text')})::text AS taken, state,
         greatest(0, held_until - ${schema}.now_ms())::text AS left_ms FROM ${schema}.runs WHERE id = $1::text`,
      [toStoredText(id), this.me],
    );
    return row;
  }

  /** Returns the error of a refused write, and records that the lock is lost. */
  private async lateError(
    action: 'saved' | 'removed',
    id: string,
    known: number | undefined,
  ): Promise<LlmError> {
    this.locks.loseLock(id);
    const row = await this.find(id);
    const why =
      row === undefined && known !== undefined
        ? 'another process has removed it; discard this state, or call `remove` to create the run again'
        : row?.['taken'] === 'true'
          ? 'another process holds it; load it again and continue from there'
          : 'another process has locked or saved it meanwhile, or an earlier save succeeded although it was rejected; load it again and continue from there';
    return new LlmError('denied', `the run "${id}" was not ${action}: ${why}`);
  }

  /** Extends the lease. Returns whether this process still has the lock. */
  private async renew(id: string, leaseMs: number): Promise<boolean> {
    const { schema } = this.connection;
    const rows = await this.connection.query(
      `UPDATE ${schema}.runs SET held_until = ${schema}.now_ms() + $3::text::bigint
       WHERE id = $1::text AND holder = $2::text RETURNING id`,
      [toStoredText(id), this.me, `${Math.ceil(leaseMs)}`],
    );
    return rows.length === 1;
  }
}

const stateOf = (row: Row | undefined): RunState | undefined =>
  row && fromJson<RunState>(JSON.parse(row['state'] ?? '') as JsonValue);

const infoOf = (row: Row): RunInfo => ({
  id: fromStoredText(row['id'] ?? ''),
  at: new Date(Number(row['saved'])),
  awaiting: row['awaiting'] === 'true',
  done: row['done'] ?? undefined,
  held: row['held'] === 'true',
});

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
