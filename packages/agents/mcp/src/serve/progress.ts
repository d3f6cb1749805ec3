import type { ToolContext } from '@majordomo/agent';
import type { Rounds } from './rounds.ts';

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
  /** Questions of the call. `undefined` for the tools of an agent. */
  readonly rounds: Rounds | undefined;

  constructor(report: (progress: McpProgress) => void, rounds?: Rounds) {
    this.report = report;
    this.rounds = rounds;
  }
}

/** Reports progress to the MCP client that called the tool. Does nothing if an agent called the tool. */
export function reportProgress({ context }: ToolContext, progress: McpProgress): void {
  if (context instanceof ServedContext) context.report(progress);
}
