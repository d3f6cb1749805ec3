import type { ToolContext } from '@majordomo/agent';

/** How far a call is: a number that grows, and what it comes to where that is known. */
export interface McpProgress {
  readonly progress: number;
  readonly total?: number | undefined;
  /** For people. */
  readonly message?: string | undefined;
}

const reporters = new WeakMap<object, (progress: McpProgress) => void>();

/** What a served tool gets as its context, by which its progress finds the client. */
export function progressContext(report: (progress: McpProgress) => void): object {
  const context = {};
  reporters.set(context, report);
  return context;
}

/** Tells the MCP client that called the tool how far it is. Where nobody wants to know, or no client called, it does nothing. */
export function reportProgress({ context }: ToolContext, progress: McpProgress): void {
  if (typeof context === 'object' && context !== null) reporters.get(context)?.(progress);
}
