import type { CallOptions } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import type { Budget } from '../budget/budget.ts';
import type { Observers } from './hooks.ts';
import type { Decision } from '../state/state.ts';

/** Options of one run, in addition to the options of its model calls and its observers. */
export interface RunOptions extends Omit<CallOptions, 'key'>, Observers {
  /** Decisions on the pending calls of a paused run. They are applied before the run continues. @default [] */
  readonly decisions?: readonly Decision[] | undefined;
  /**
   * Store that admits each call of a tool with `effect: 'once'` only once. All processes that may resume the run must share the store.
   * Each such call is claimed in its space `claims` before it starts, and before it is denied. If a call is already claimed, it does
   * not start, and its result is unknown: see `RunResult.unknown`. Claims never expire.
   * @default the agent's memory; a state of another process or agent is rejected with `config` if such a call would run or be denied
   *
   * @example await agent.run(state, { decisions, records: sqliteStores('runs.db').records })
   */
  readonly records?: RecordStore | undefined;
  /**
   * Limits of this run. They replace the limits of the agent and of the state. With higher limits, a state that stopped with
   * `done: 'budget'` continues. @default the limits of the state, or those of the agent
   */
  readonly budget?: Budget | undefined;
  /** Value that tools receive as `ToolContext.context`. @default undefined */
  readonly context?: unknown;
  /**
   * Id of the run in `ToolContext.key`. Runs with equal ids share keys and jobs, also if different users start them, so check an id
   * that a user has sent. Ignored if the state has pending calls and an id. If it is set, each model call has the key
   * `<run>/<step>`, so that a repeated run with a model of `@majordomo/background` continues the jobs of its steps.
   * @default the state's id, or a UUID
   */
  readonly runId?: string | undefined;
}

/** Options of a streamed run. */
export interface StreamOptions extends RunOptions {
  /**
   * Text events to emit. `final` emits only the last step's text, at the end of the step, and omits text before tool calls. For a
   * run without an answer, `final` emits no text, but `result().text` contains the last text so far.
   * @default 'all'
   */
  readonly text?: 'all' | 'final' | undefined;
}
