import type { CallOptions } from '@majordomo/core';
import type { Observers } from './hooks.ts';
import type { Decision } from './state.ts';

/** What one run gets: call options for its model calls, observers, and what a paused run waits for. */
export interface RunOptions extends CallOptions, Observers {
  /** For the calls that a paused run waits for; they are applied before anything else happens. */
  readonly decisions?: readonly Decision[] | undefined;
  /** For the tools, as `ToolContext.context`. */
  readonly context?: unknown;
  /** Names the run in `ToolContext.key`. Default: that of the state, else a random UUID. */
  readonly runId?: string | undefined;
}

/** Of a run that is watched. */
export interface StreamOptions extends RunOptions {
  /**
   * `final`: of the text only that of the last step, at its end: what a model says beside its calls is left out. A run that
   * stops without an answer shows none; `result().text` has what there is. Default `all`.
   */
  readonly text?: 'all' | 'final' | undefined;
}
