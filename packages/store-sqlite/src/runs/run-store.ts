import type { RunState } from '@majordomo/agent';

/**
 * Store of agent runs. `load` locks the run for `leaseMs` (default 60,000, renewed while this process lives);
 * `save` and `release` unlock it.
 */
export interface RunStore {
  /** Rejects with `denied` when another process holds the run, or has saved it since it was loaded here. */
  save(id: string, state: RunState): Promise<void>;
  /** `undefined` when there is none or it is held already. */
  load(id: string, options?: { readonly leaseMs?: number | undefined }): Promise<RunState | undefined>;
  /** Gives it back as it was; one that is not held here is left alone. */
  release(id: string): Promise<void>;
  /** Newest first; finished runs only with `done: true`. */
  list(query?: RunQuery): Promise<readonly RunInfo[]>;
  /** Whoever holds it. */
  remove(id: string): Promise<void>;
}

/** Which runs. */
export interface RunQuery {
  /** Only those that wait for a person, or only the others. */
  readonly awaiting?: boolean | undefined;
  /** Those that are finished instead of those under way. */
  readonly done?: boolean | undefined;
  /** Default: all. */
  readonly limit?: number | undefined;
}

/** What is known of a run without loading it. */
export interface RunInfo {
  readonly id: string;
  /** When it was saved last. */
  readonly at: Date;
  /** Does it wait for a person's decision? */
  readonly awaiting: boolean;
  /** Why it stopped; `undefined`: it continues. */
  readonly done: string | undefined;
  /** Does a process hold it now? */
  readonly held: boolean;
}
