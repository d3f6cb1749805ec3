import type { ToolContext } from '@majordomo/agent';

/** Progress of a call: an increasing number and, if known, the total. */
export interface McpProgress {
  readonly progress: number;
  readonly total?: number | undefined;
  /** Message for the user. */
  readonly message?: string | undefined;
}

const reporters = new WeakMap<object, (progress: McpProgress) => void>();

/** Returns the context of a served tool, which passes progress to the client. */
export function progressContext(report: (progress: McpProgress) => void): object {
  const context = {};
  reporters.set(context, report);
  return context;
}

/** Reports progress to the MCP client of a call. Does nothing for calls by an agent. */
export function reportProgress({ context }: ToolContext, progress: McpProgress): void {
  if (typeof context === 'object' && context !== null) reporters.get(context)?.(progress);
}
