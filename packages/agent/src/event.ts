import type { ChatResponse, StreamEvent, ToolCallPart, ToolResultPart, Warning } from '@majordomo/core';

/**
 * Event of a run. A step consists of `step-start`, the events of the model, the start and end of each tool call, and
 * `step-end`. A `reset` among the events of the model restarts the step. A warning of the model is emitted once per run.
 */
export type AgentEvent =
  | { readonly type: 'step-start'; readonly step: number }
  | { readonly type: 'model'; readonly event: StreamEvent }
  | { readonly type: 'tool-start'; readonly call: ToolCallPart }
  | { readonly type: 'tool-end'; readonly result: ToolResultPart }
  /** Emitted after a step, by the process that started the step. */
  | { readonly type: 'step-end'; readonly response: ChatResponse }
  /** Emitted when a hook failed and was ignored. */
  | { readonly type: 'warning'; readonly warning: Warning };

/** Listener for events. A returned promise delays the run until the reader has caught up. */
export type Emit = (event: AgentEvent) => void | Promise<void>;
