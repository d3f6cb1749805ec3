import type { CallOptions } from '@majordomo/core';
import type { ClaimStore } from './claim-store.ts';
import type { Observers } from './hooks.ts';
import type { Decision } from './state.ts';

/** Options of one run: call options, observers, and decisions. */
export interface RunOptions extends CallOptions, Observers {
  /** For the calls that a paused run waits for; they are applied before anything else happens. */
  readonly decisions?: readonly Decision[] | undefined;
  /**
   * Store of claims for calls of tools with `effect: 'once'`, shared by all processes that may resume the run. Each
   * such call is claimed before it begins. A call that is claimed already does not begin, and the model gets an error
   * that its outcome is unknown.
   * @default the memory of the agent; a state of another process or agent is rejected with `config` if such a call
   * would run
   *
   *
   * @example await agent.run(state, { decisions, claim: sqliteStores('runs.db').claims })
   */
  readonly claim?: ClaimStore | undefined;
  /** For the tools, as `ToolContext.context`. */
  readonly context?: unknown;
  /** Names the run in `ToolContext.key`. A state with pending calls keeps its id. `@default` the id of the state, or a random UUID */
  readonly runId?: string | undefined;
}

/** Options of a streamed run. */
export interface StreamOptions extends RunOptions {
  /**
   * `final`: emit the text of the last step only, at its end. Texts next to tool calls are left out. A run without an
   * answer emits no text; `result().text` contains the existing text.
   * @default 'all'
   */
  readonly text?: 'all' | 'final' | undefined;
}
