import type { ToolContext } from '@majordomo/agent';

/** How far a call is: a number that grows, and what it comes to where that is known. */
export interface McpProgress {
  readonly progress: number;
  readonly total?: number | undefined;
  /** For people. */
  readonly message?: string | undefined;
}

const reporters = new WeakMap<object, (progress: McpProgress) => void>();

/** Returns the context of a served tool, which links its progress to the client. */
export function progressContext(report: (progress: McpProgress) => void): object {
  const context = {};
  reporters.set(context, report);
  return context;
}

/** Reports progress to the MCP client of a call; does nothing without one. */
export function reportProgress({ context }: ToolContext, progress: McpProgress): void {
  if (typeof context === 'object' && context !== null) reporters.get(context)?.(progress);
}
