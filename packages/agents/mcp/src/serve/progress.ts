import type { ToolContext } from '@majordomo/agent';

/** Progress of a call. `progress` must increase with each report. `total` is the final value of `progress`, if it is known. */
export interface McpProgress {
  readonly progress: number;
  readonly total?: number | undefined;
  /** Message for the user. */
  readonly message?: string | undefined;
}

/** Context of a tool that an MCP client has called. */
export class ServedContext {
  /** Sends the progress to the client. */
  readonly report: (progress: McpProgress) => void;

  constructor(report: (progress: McpProgress) => void) {
    this.report = report;
  }
}

/** Reports progress to the MCP client that called the tool. Does nothing if an agent called the tool. */
export function reportProgress({ context }: ToolContext, progress: McpProgress): void {
  if (context instanceof ServedContext) context.report(progress);
}
