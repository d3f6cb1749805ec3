import type { RunState } from '@majordomo/agent';

/**
 * Store of agent runs. `load` locks the run for `leaseMs` (default 60,000, renewed while this process lives);
 * `save` and `release` unlock it.
 */
export interface RunStore {
  /** Saves a run. Rejects with `denied` if another process holds it, or has saved it since it was loaded here. */
  save(id: string, state: RunState): Promise<void>;
  /** Loads and holds a run; `undefined` if it does not exist or is held. */
  load(id: string, options?: { readonly leaseMs?: number | undefined }): Promise<RunState | undefined>;
  /** Releases a run without changes. A run that is not held here is ignored. */
  release(id: string): Promise<void>;
  /** Lists runs, the newest first. Finished runs are listed with `done: true` only. */
  list(query?: RunQuery): Promise<readonly RunInfo[]>;
  /** Removes a run, also if another process holds it. */
  remove(id: string): Promise<void>;
}

/** Filter of runs. */
export interface RunQuery {
  /** Whether to return only runs that wait for a decision, or only the others. */
  readonly awaiting?: boolean | undefined;
  /** Whether to return finished runs instead of running ones. */
  readonly done?: boolean | undefined;
  /** Maximum number of runs. `@default` all */
  readonly limit?: number | undefined;
}

/** Facts about a stored run. */
export interface RunInfo {
  readonly id: string;
  /** Time of the last save. */
  readonly at: Date;
  /** Whether it waits for a decision. */
  readonly awaiting: boolean;
  /** Reason of its end; `undefined` while it runs. */
  readonly done: string | undefined;
  /** Whether a process holds it. */
  readonly held: boolean;
}
