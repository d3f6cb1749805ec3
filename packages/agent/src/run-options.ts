import type { CallOptions } from '@majordomo/core';
import type { ClaimStore } from './claim-store.ts';
import type { Observers } from './hooks.ts';
import type { Decision } from './state.ts';

/** What one run gets: call options for its model calls, observers, and what a paused run waits for. */
export interface RunOptions extends CallOptions, Observers {
  /** For the calls that a paused run waits for; they are applied before anything else happens. */
  readonly decisions?: readonly Decision[] | undefined;
  /**
   * Store of claims for calls of tools with `effect: 'once'`, shared by all processes that may resume the run. Claiming precedes
   * each such call; a call that is already claimed is not begun, and the model is told that its outcome is unknown. `@default` the
   * memory of the agent: a state of another process or agent is then refused with `config` when such a call is about to run.
   *
   * @example await agent.run(state, { decisions, claim: sqliteStores('runs.db').claims })
   */
  readonly claim?: ClaimStore | undefined;
  /** For the tools, as `ToolContext.context`. */
  readonly context?: unknown;
  /** Names the run in `ToolContext.key`. A state with pending calls keeps its id. `@default` the id of the state, or a random UUID */
  readonly runId?: string | undefined;
}

/** Of a run that is watched. */
export interface StreamOptions extends RunOptions {
  /**
   * `final`: of the text only that of the last step, at its end: what a model says next to its calls is left out. A run that
   * stops without an answer shows none; `result().text` has what there is. Default `all`.
   */
  readonly text?: 'all' | 'final' | undefined;
}
