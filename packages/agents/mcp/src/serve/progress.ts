import type { ToolContext } from '@majordomo/agent';

/** Progress of a call. `progress` must increase with each report. `total` is the final value of `progress`, if it is known. */
export interface McpProgress {
  readonly progress: number;
  readonly total?: number | undefined;
  /** Message for the user. */
  readonly message?: string | undefined;
}

const reporters = new WeakMap<object, (progress: McpProgress) => void>();

/** Returns a context for a served tool. With this context, `reportProgress` calls `report`. */
export function progressContext(report: (progress: McpProgress) => void): object {
  const context = {};
  reporters.set(context, report);
  return context;
}

/** Reports progress to the MCP client that called the tool. Does nothing if an agent called the tool. */
export function reportProgress({ context }: ToolContext, progress: McpProgress): void {
  if (typeof context === 'object' && context !== null) reporters.get(context)?.(progress);
}
