import type { Clock, ToolCallPart } from '@majordomo/core';
import type { Tool, ToolContext } from '../tools/tool.ts';

/** Input of `runTool`. */
export interface ToolRun {
  /** Tool of the call, or `undefined` if no tool has this name or the step did not offer the tool. */
  readonly tool: Tool | undefined;
  readonly call: ToolCallPart;
  /** Names of the available tools, which the error result for an unknown tool lists. */
  readonly names: readonly string[];
  readonly context: Omit<ToolContext, 'spend' | 'call'>;
  readonly clock: Pick<Clock, 'timer'>;
  /** Whether a person has approved the call. @default unknown */
  readonly isApproved?: boolean | undefined;
  /** Whether text documents remain documents, because the reader is not a model. @default false */
  readonly keepsTextFiles?: boolean | undefined;
  /** Receives the error of a tool that failed. The result contains only its message. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Receives the output of a tool before it is converted to the content of a result. Not called for a call that waits. */
  readonly onOutput?: ((output: unknown) => void) | undefined;
}
