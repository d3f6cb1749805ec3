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
   * such call is claimed before it starts. A call that is already claimed does not start, and the model gets an error that its
   * outcome is unknown.
   * @default the memory of the agent; a state of another process or agent is rejected with `config` if such a call would run
   *
   *
   * @example await agent.run(state, { decisions, claim: sqliteStores('runs.db').claims })
   */
  readonly claim?: ClaimStore | undefined;
  /** Value that tools receive as `ToolContext.context`. @default undefined */
  readonly context?: unknown;
  /** Id of the run in `ToolContext.key`. Fixed in a state with pending calls. `@default` the state's id, or a UUID */
  readonly runId?: string | undefined;
}

/** Options of a streamed run. */
export interface StreamOptions extends RunOptions {
  /**
   * Text events to emit. `final` emits the text of the last step only, at the end of the step, and omits texts before tool
   * calls. A run without an answer then emits no text, but `result().text` contains the existing text.
   * @default 'all'
   */
  readonly text?: 'all' | 'final' | undefined;
}
