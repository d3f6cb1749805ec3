import type { ChatResponse, StreamEvent, ToolCallPart, ToolResultPart, Warning } from '@majordomo/core';

/**
 * What happens in a run. A step is a model call and the tools that it asked for: `step-start`, the model's events,
 * each tool's start and end, `step-end`. A `reset` among the model's events reaches back to `step-start`.
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

/** A promise holds the run back until whoever reads has caught up. */
export type Emit = (event: AgentEvent) => void | Promise<void>;
