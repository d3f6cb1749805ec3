import type { CallOptions } from '@majordomo/core';
import type { Semaphore } from '@majordomo/core/toolkit';
import type { RecordStore } from '@majordomo/records';
import type { CostOf } from '../budget/budget.ts';
import type { RunState } from '../state/state.ts';
import type { Emit } from '../stream/event.ts';
import type { ToolOrder } from '../tools/tool-order.ts';
import type { AgentParts } from './agent-parts.ts';
import type { Observers } from './hooks.ts';
import type { RunningCounts } from './inner-host.ts';
import { nestingOf } from './nesting.ts';
import type { StepReports } from './step-report.ts';

/** Options for the effects of a run. */
export interface EffectsIo extends Observers {
  /** Id of the run, which is the first part of `ToolContext.key`. */
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly context?: unknown;
  /**
   * Store that admits each call of a tool with `effect: 'once'` only once, also of sub-agents. All processes that may continue the run
   * must share the store.
   * @default the effects contain no `claim`; `drive` then rejects an agent with such a tool with `config`
   *
   * @example agent.effects({ runId, signal, records: sqliteStores('runs.db').records })
   */
  readonly records?: RecordStore | undefined;
  /** Listener for events. If the listener is set, responses are streamed. A returned promise delays the stream. */
  readonly onEvent?: Emit | undefined;
  /**
   * Options of the model calls. `timeouts.totalMs` limits a model call with its hooks, not the complete step. The key of a model call is
   * `<run>/<step>`.
   */
  readonly options?: Omit<CallOptions, 'key'> | undefined;
}

/** Run whose effects happen in this process. */
export interface LocalRun {
  readonly agent: AgentParts;
  readonly io: EffectsIo;
  readonly reports: StepReports;
  /** Order of the tools in the requests of the run. */
  readonly toolOrder: ToolOrder;
  /** Slots of the tool calls of a turn, `AgentParts.toolConcurrency` of them. */
  readonly toolSlots: Semaphore;
  /** Running calls that a tool itself makes, by the id of the tool's call. */
  readonly innerCounts: RunningCounts;
  /** First part of the keys of the model calls; `undefined` for calls without a key. */
  readonly callKey: string | undefined;
}

/** Returns the cost function of the agent. If the agent has none, returns the cost function of the calling run. */
export const costFunction = ({ agent, io }: LocalRun): CostOf | undefined =>
  agent.cost ?? nestingOf(io.options ?? {}).cost;

/** Whether the amounts that the run spends are recorded. */
export const isMetered = ({ budget }: RunState, cost: CostOf | undefined): boolean =>
  budget !== undefined || cost !== undefined;
