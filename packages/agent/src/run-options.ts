import type { CallOptions } from '@majordomo/core';
import type { ClaimStore } from './claim-store.ts';
import type { Observers } from './hooks.ts';
import type { Decision } from './state.ts';

/** Options of one run: call options, observers, and decisions. */
export interface RunOptions extends CallOptions, Observers {
  /** Decisions on the pending calls of a paused run, which are applied first. */
  readonly decisions?: readonly Decision[] | undefined;
  /**
   * Store of claims for calls of tools with `effect: 'once'`. Share the store among all processes that may resume the run. Each
   * such call is claimed before it starts. A call that is already claimed does not start; the model receives an error result that
   * states that the outcome is unknown.
   * @default the memory of the agent; a state of another process or agent is rejected with `config` if such a call would run
   *
   * @example await agent.run(state, { decisions, claim: sqliteStores('runs.db').claims })
   */
  readonly claim?: ClaimStore | undefined;
  /** Value that tools receive as `ToolContext.context`. @default undefined */
  readonly context?: unknown;
  /** Id of the run in `ToolContext.key`. Ignored for a state with pending calls, which contains the id. `@default` the state's id, or a UUID */
  readonly runId?: string | undefined;
}

/** Options of a streamed run. */
export interface StreamOptions extends RunOptions {
  /**
   * Text events to emit. `final` emits only the text of the last step, at the end of the step, and omits texts before tool calls.
   * A run without an answer emits no text with `final`, but `result().text` contains the text so far.
   * @default 'all'
   */
  readonly text?: 'all' | 'final' | undefined;
}
