import type { RunInfo, RunQuery, RunState, RunStore } from '@majordomo/agent';
import { fromJson, LlmError, toJson, type JsonValue } from '@majordomo/core';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import type { Row } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';

const DEFAULT_LEASE_MS = 60_000;
/** Number of renewals during a lease. */
const RENEWALS = 3;

/** Version of a run that this process has loaded, and the function that stops renewing its lease. */
interface Loaded {
  readonly version: string;
  readonly stop: () => void;
}

/** Store of agent runs. Leases use PostgreSQL's clock. */
export class PostgresRuns implements RunStore {
  private readonly connection: Connection;
  private readonly me = crypto.randomUUID();
  private readonly loaded = new Map<string, Loaded>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  async save(id: string, state: RunState): Promise<void> {
    const { schema } = this.connection;
    const [row] = await this.connection.query(
      `INSERT INTO ${schema}.runs AS run (id, at, version, awaiting, done, state)
       VALUES ($1::text, ${schema}.now_ms(), 1, $2::text::boolean, $3::text, $4::text)
       ON CONFLICT (id) DO UPDATE SET at = excluded.at, version = run.version + 1, awaiting = excluded.awaiting,
         done = excluded.done, state = excluded.state, holder = NULL, held_until = 0
       WHERE (run.holder IS NULL OR run.holder = $5::text OR run.held_until <= ${schema}.now_ms())
         AND ($6::text IS NULL OR run.version = $6::text::bigint)
       RETURNING version::text AS version`,
      [
        toStoredText(id),
        `${isAwaiting(state)}`,
        state.done ?? null,
        JSON.stringify(toJson(state)),
        this.me,
        this.loaded.get(id)?.version ?? null,
      ],
    );
    if (row === undefined) throw await this.conflict(id);
    this.forget(id);
    // The next save of this process succeeds only if the stored version is still this one.
    if (state.done === undefined)
      this.loaded.set(id, { version: row['version'] ?? '', stop: () => undefined });
  }

  async load(
    id: string,
    { leaseMs = DEFAULT_LEASE_MS }: { readonly leaseMs?: number | undefined } = {},
  ): Promise<RunState | undefined> {
    const { schema } = this.connection;
    const [row] = await this.connection.query(
      `UPDATE ${schema}.runs SET holder = $2::text, held_until = ${schema}.now_ms() + $3::text::bigint
       WHERE id = $1::text AND (holder IS NULL OR held_until <= ${schema}.now_ms())
       RETURNING version::text AS version, state`,
      [toStoredText(id), this.me, `${Math.ceil(leaseMs)}`],
    );
    if (row === undefined) return undefined;
    this.forget(id);
    this.loaded.set(id, { version: row['version'] ?? '', stop: this.renewing(id, leaseMs) });
    return fromJson<RunState>(JSON.parse(row['state'] ?? '') as JsonValue);
  }

  async release(id: string): Promise<void> {
    this.forget(id);
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
    this.forget(id);
    await this.connection.query(`DELETE FROM ${this.connection.schema}.runs WHERE id = $1::text`, [
      toStoredText(id),
    ]);
  }

  /** Stops all renewals. Runs that this process has locked become available after their lease. */
  close(): void {
    for (const id of [...this.loaded.keys()]) this.forget(id);
  }

  private async conflict(id: string): Promise<LlmError> {
    const { schema } = this.connection;
    const [taken] = await this.connection.query(
      `SELECT id FROM ${schema}.runs WHERE id = $1::text AND holder <> $2::text AND held_until > ${schema}.now_ms()`,
      [toStoredText(id), this.me],
    );
    const why = taken === undefined ? 'another process has saved it meanwhile' : 'another process holds it';
    return new LlmError(
      'denied',
      `the run "${id}" was not saved: ${why}; load it again and continue from there`,
    );
  }

  private forget(id: string): void {
    this.loaded.get(id)?.stop();
    this.loaded.delete(id);
  }

  private renewing(id: string, leaseMs: number): () => void {
    const { clock, schema } = this.connection;
    let cancel: (() => void) | undefined;
    const renew = (): void => {
      cancel = clock.timer(leaseMs / RENEWALS, renew, true);
      // Ignore the error, because the next renewal tries again. If the lease ends, `save` rejects.
      this.connection
        .query(
          `UPDATE ${schema}.runs SET held_until = ${schema}.now_ms() + $3::text::bigint
           WHERE id = $1::text AND holder = $2::text`,
          [toStoredText(id), this.me, `${Math.ceil(leaseMs)}`],
        )
        .catch(() => undefined);
    };
    cancel = clock.timer(leaseMs / RENEWALS, renew, true);
    return () => cancel?.();
  }
}

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
