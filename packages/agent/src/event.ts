import type { ChatResponse, StreamEvent, ToolCallPart, ToolResultPart, Warning } from '@majordomo/core';

/**
 * Event of a run. A step is a model call and its tool calls: `step-start`, the model's events, start and end of each
 * tool, `step-end`. A `reset` among the model's events restarts the step.
 */
export type AgentEvent =
  | { readonly type: 'step-start'; readonly step: number }
  | { readonly type: 'model'; readonly event: StreamEvent }
  | { readonly type: 'tool-start'; readonly call: ToolCallPart }
  | { readonly type: 'tool-end'; readonly result: ToolResultPart }
  /** Not for a step that was begun in another process: its response is there. */
  | { readonly type: 'step-end'; readonly response: ChatResponse }
  /** A hook failed, and was passed over. */
  | { readonly type: 'warning'; readonly warning: Warning };

/** Receives events. A promise holds the run back until the reader has caught up. */
export type Emit = (event: AgentEvent) => void | Promise<void>;
