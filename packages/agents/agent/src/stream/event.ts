import type { ChatResponse, StreamEvent, ToolCallPart, ToolResultPart, Warning } from '@majordomo/core';

/**
 * Event of a run. `step` begins at 1. A step consists of `step-start`, the model's events, the start and end of each tool call,
 * and `step-end`. A `reset` of the model restarts the response. Each of the model's warnings is emitted once per run.
 */
export type AgentEvent =
  | { readonly type: 'step-start'; readonly step: number }
  | { readonly type: 'model'; readonly event: StreamEvent }
  /** `parentId`: id of the call whose tool made this call with `ToolContext.call`. Absent if the model made the call. */
  | { readonly type: 'tool-start'; readonly call: ToolCallPart; readonly parentId?: string | undefined }
  | { readonly type: 'tool-end'; readonly result: ToolResultPart; readonly parentId?: string | undefined }
  /** Emitted after a step, if the same process started the step. */
  | { readonly type: 'step-end'; readonly response: ChatResponse }
  /** Emitted if a hook or toolbox failed and the run continues, or if the cost of a model call is unknown. */
  | { readonly type: 'warning'; readonly warning: Warning };

/** Listener for events. A returned promise delays the run until the promise settles. */
export type Emit = (event: AgentEvent) => void | Promise<void>;
