import type { RunState } from './state.ts';

/**
 * Store of agent runs. A run has no owner: check that a run is of the user before you pass an id that the user has sent.
 *
 * Stores are, for example, `runs` of `@majordomo/store-sqlite` and `@majordomo/store-postgres`. `load` locks the run for
 * `leaseMs` (60,000 ms by default). The loading process renews the lock. `save` and `release` unlock the run.
 *
 * Every lock and every save gives the run a higher version. A store object remembers the version that it last loaded or saved, and
 * its later writes carry this version. A process that was suspended for longer than its lease therefore changes nothing after
 * another process has locked, saved or removed the run. A store object is one holder: use it for one task per run at a time.
 */
export interface RunStore {
  /**
   * Saves a run. Rejects with `denied` if another process has locked the run, or has locked, saved or removed it since this store
   * object loaded or saved it. A late save therefore never creates a removed run again. A save of a finished run (`done`) ends what
   * the store object remembers of the run.
   */
  save(id: string, state: RunState): Promise<void>;
  /**
   * Loads and locks a run. Returns `undefined` if the run does not exist. Rejects with `denied` and the code `locked` if the run is
   * locked. `retryAfterMs` is then the rest of the lease, which a living process renews. Rejects with `config` if the run belongs
   * to another agent than `options.agent`, and does not lock it.
   */
  load(id: string, options?: LoadOptions): Promise<RunState | undefined>;
  /** Unlocks a run without changing it. Has no effect if this process has not locked the run. */
  release(id: string): Promise<void>;
  /** Lists runs, the newest first. Finished runs are listed only with `done: true`. */
  list(query?: RunQuery): Promise<readonly RunInfo[]>;
  /**
   * Removes a run, even if another process has locked the run. Only a store object that has loaded the run, and has neither saved
   * nor released it since, must still have the lock: otherwise, `remove` rejects with `denied`.
   */
  remove(id: string): Promise<void>;
}

/** Options of `RunStore.load`. */
export interface LoadOptions {
  /** Time after which the lock ends if the process does not renew it, in milliseconds. @default 60_000 */
  readonly leaseMs?: number | undefined;
  /** Agent that continues the run. @default the agent is checked when it runs, after the run was locked */
  readonly agent?: { readonly name: string | undefined } | undefined;
}

/** Filter for a list of runs. */
export interface RunQuery {
  /** Whether to return only runs that wait for a decision (true), or only runs that do not wait (false). @default both */
  readonly awaiting?: boolean | undefined;
  /** Whether to return finished runs instead of unfinished runs. @default false */
  readonly done?: boolean | undefined;
  /** Maximum number of listed runs. @default all runs */
  readonly limit?: number | undefined;
}

/** Information about a stored run. */
export interface RunInfo {
  readonly id: string;
  /** Time of the last save. */
  readonly at: Date;
  /** Whether the run waits for a decision. */
  readonly awaiting: boolean;
  /** Reason for which the run ended, or `undefined` for an unfinished run. */
  readonly done: string | undefined;
  /** Whether a process has locked the run. */
  readonly held: boolean;
}
